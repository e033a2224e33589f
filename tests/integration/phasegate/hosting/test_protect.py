"""`invoke protect` as a whole process against a real HTTP server on this machine."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import pytest

from phasegate.hosting.github import open_github
from phasegate.hosting.ruleset import FILE
from verbs import invoke
from workshop import FILES, Workshop, git

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from subprocess import CompletedProcess

pytestmark = pytest.mark.once

TOKEN = "a-token-that-nobody-sees-0123456789"
RULES = {
    "name": "main",
    "target": "branch",
    "enforcement": "active",
    "conditions": {"ref_name": {"include": ["~DEFAULT_BRANCH"], "exclude": []}},
    "rules": [{"type": "deletion"}],
}


class Host(ThreadingHTTPServer):
    """A git host with rulesets: it asks for the token, keeps what it is given, and can be told to misbehave."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answer)
        self.rulesets: dict[int, dict[str, Any]] = {}
        self.asked: list[tuple[str, str, str | None]] = []
        self.answer: tuple[int, dict[str, str], bytes] | None = None
        self.forgets: str | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class Answer(BaseHTTPRequestHandler):
    server: Host

    def log_message(self, *_: Any) -> None:
        pass

    def handle_any(self) -> None:
        self.server.asked.append((self.command, self.path, self.headers.get("Authorization")))
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.server.answer:
            self.say(*self.server.answer)
        elif self.headers.get("Authorization") != f"Bearer {TOKEN}":
            self.say(401, {}, b'{"message": "Bad credentials"}')
        else:
            self.say(200, {}, json.dumps(self.obey(json.loads(body) if body else None)).encode())

    do_GET = do_POST = do_PUT = handle_any  # noqa: N815 - the names are http.server's

    def obey(self, given: dict[str, Any] | None) -> Any:
        kept, place = self.server.rulesets, self.path.partition("?")[0]
        assert place.startswith("/repos/some/where/rulesets")
        number = int(place.rpartition("/")[2]) if not place.endswith("rulesets") else None
        if given is not None:
            number = number or len(kept) + 1
            given.pop(self.server.forgets, None)
            kept[number] = {**given, "id": number, "source": "some/where"}
        if number is None:
            return [{"id": n, "name": rules["name"]} for n, rules in kept.items()]
        return kept[number]

    def say(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture
def host() -> Iterator[Host]:
    with Host() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    workshop = Workshop(tmp_path, {**FILES, FILE: json.dumps(RULES)})
    git(workshop.root, "remote", "set-url", "origin", "git@git.test:some/where.git")
    return workshop.root


def protect(checkout: Path, host: Host, *arguments: str, token: str = TOKEN) -> CompletedProcess[str]:
    """The verb with a token; wherever it ends, nobody sees that."""
    tokens = {"GH_TOKEN": token, "GITHUB_TOKEN": "", "GITHUB_API_URL": host.url, "NO_PROXY": "127.0.0.1"}
    done = invoke(checkout, "protect", *arguments, **tokens)
    assert TOKEN not in done.stdout + done.stderr
    return done


def test_without_a_token_the_plan_is_shown_and_no_host_is_asked(checkout: Path, host: Host) -> None:
    done = protect(checkout, host, token="")
    assert (done.returncode, "+ rules[deletion]" in done.stdout, host.asked) == (0, True, [])
    refused = protect(checkout, host, "--yes", token="")
    assert (refused.returncode, "Without a token" in refused.stderr, host.asked) == (2, True, [])


def test_it_is_shown_then_applied_then_found_to_be_so(checkout: Path, host: Host) -> None:
    assert "+ rules[deletion] = there" in protect(checkout, host, "--plan").stdout
    assert protect(checkout, host).returncode == 3  # nobody to confirm it
    assert host.rulesets == {}
    done = protect(checkout, host, "--yes")
    assert (done.returncode, done.stdout.splitlines()[0]) == (0, "Changed in the rules 'main':")
    assert host.rulesets[1]["rules"] == [{"type": "deletion"}]
    assert "as the file says" in protect(checkout, host, "--yes").stdout
    assert [method for method, _, _ in host.asked if method != "GET"] == ["POST"]


def test_a_difference_is_changed_in_place(checkout: Path, host: Host) -> None:
    host.rulesets[4] = {**RULES, "enforcement": "disabled", "id": 4}
    answer = json.loads(protect(checkout, host, "--yes", "--json").stdout)
    assert answer["differences"] == [{"where": "enforcement", "host": "disabled", "file": "active"}]
    assert (answer["changed"], host.rulesets[4]["enforcement"], len(host.rulesets)) == (True, "active", 1)


def test_a_host_that_takes_only_a_part_is_told(checkout: Path, host: Host) -> None:
    host.forgets = "conditions"
    done = protect(checkout, host, "--yes")
    assert (done.returncode, "+ conditions.ref_name.include[~DEFAULT_BRANCH]" in done.stderr) == (26, True)


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (
            (403, {}, b'{"message": "Resource not accessible by %s"}' % TOKEN.encode()),
            "status 403 Resource not",
        ),
        ((500, {}, b"<html>"), "status 500"),
        ((200, {}, b"<html>"), "Expecting value"),
        ((200, {"Content-Length": "900"}, b'[{"id"'), "GET /rulesets"),
        ((200, {}, b'{"id": 1}'), "no ruleset"),
        ((200, {}, b'[{"id": 1, "name": "main"}]'), "no ruleset"),
    ],
)
def test_a_host_that_refuses_or_talks_nonsense_is_an_error_with_its_words(
    checkout: Path, host: Host, answer: tuple[int, dict[str, str], bytes], told: str
) -> None:
    host.answer = answer
    done = protect(checkout, host, "--yes")
    assert (done.returncode, told in done.stderr) == (26, True), done.stderr


def test_a_redirect_does_not_take_the_token_along(checkout: Path, host: Host) -> None:
    with Host() as other:
        thread = threading.Thread(target=other.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        host.answer = (302, {"Location": f"{other.url}/repos/some/where/rulesets"}, b"")
        assert protect(checkout, host, "--yes").returncode == 26
        other.shutdown()
        thread.join()
    assert other.asked == []


def test_a_token_goes_over_tls_only_and_to_a_repository_only(checkout: Path, host: Host) -> None:
    tokens = {"GH_TOKEN": TOKEN, "GITHUB_API_URL": "http://git.test"}
    plain = invoke(checkout, "protect", "--plan", **tokens)
    assert (plain.returncode, "over TLS only" in plain.stderr) == (2, True)
    git(checkout, "remote", "set-url", "origin", str(checkout))
    assert "names no repository" in protect(checkout, host, "--plan").stderr


def test_a_token_that_no_header_can_hold_is_refused_and_not_quoted(checkout: Path, host: Host) -> None:
    assert protect(checkout, host, "--plan", token=f"{TOKEN}\n").returncode == 0
    refused = protect(checkout, host, "--plan", token=f"{TOKEN}\nof another line")
    assert (refused.returncode, "has characters that no token has" in refused.stderr) == (2, True)


def test_a_token_for_this_machine_does_not_pass_through_a_proxy(checkout: Path, host: Host) -> None:
    with Host() as proxy:
        thread = threading.Thread(target=proxy.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        tokens = {"GH_TOKEN": TOKEN, "GITHUB_API_URL": host.url, "http_proxy": proxy.url, "NO_PROXY": ""}
        done = invoke(checkout, "protect", "--plan", **tokens, no_proxy="")
        proxy.shutdown()
        thread.join()
    assert (done.returncode, proxy.asked, bool(host.asked)) == (0, [], True)


@pytest.mark.parametrize("remote", ["git@gitlab.test:some/where.git", "https://api.github.com.evil.test/a/b"])
def test_a_repository_of_another_host_is_not_looked_for_at_this_one(checkout: Path, remote: str) -> None:
    git(checkout, "remote", "set-url", "origin", remote)
    done = invoke(
        checkout, "protect", "--plan", GH_TOKEN=TOKEN, GITHUB_API_URL="", https_proxy="http://127.0.0.1:1"
    )
    assert (done.returncode, "is another repository" in done.stderr) == (2, True), done.stderr


@pytest.mark.parametrize(
    ("remote", "api"),
    [
        ("https://github.com/some/where", "https://api.github.com"),
        ("ssh://git@ssh.github.com:443/some/where.git", "https://api.github.com"),
        ("git@git.corp.test:some/where", "https://git.corp.test/api/v3/"),
        ("https://corp.ghe.com/some/where", "https://api.corp.ghe.com"),
    ],
)
def test_each_kind_of_host_has_its_api(remote: str, api: str) -> None:
    assert open_github(remote, TOKEN, api).repository == "some/where"


def test_a_host_that_is_not_there_is_an_error(checkout: Path, host: Host) -> None:
    tokens = {"GH_TOKEN": TOKEN, "GITHUB_API_URL": "https://127.0.0.1:1", "NO_PROXY": "127.0.0.1"}
    done = invoke(checkout, "protect", "--yes", **tokens)
    assert (done.returncode, "refused" in done.stderr) == (26, True)


def test_a_file_that_is_missing_or_broken_is_said_so(checkout: Path, host: Host) -> None:
    (checkout / FILE).write_text("{}")
    assert protect(checkout, host).returncode == 10
    (checkout / FILE).unlink()
    assert "cannot be read" in protect(checkout, host).stderr
