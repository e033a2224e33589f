"""How a client is driven, by programs that stand in for a client that misbehaves; the real one is in tests/client."""

from __future__ import annotations

import json
import os
import signal
import sys
from pathlib import Path

import pytest

from phasegate.errors import ErrorCode, PhasegateError
from phasegate.git.repository import open_repository
from phasegate.rollout.proving import client as driver
from phasegate.rollout.proving import home
from phasegate.rollout.proving.client import Client, RefusalError, User, find_client
from processes import ends_soon, is_alive, stand_in, wait_for_text
from workshop import Workshop, git

posix = pytest.mark.skipif(sys.platform == "win32", reason="a script that starts by its first line")
INIT = {
    "type": "system",
    "subtype": "init",
    "plugins": [{"name": "demo", "path": "/there", "source": "demo@market"}],
    "slash_commands": ["demo:hello"],
}


def user(workshop: Workshop, folder: Path, body: str = "") -> User:
    client = Client(stand_in(folder, body), "1.2.3")
    return User(client, folder / "home", open_repository(workshop.root), "origin")


def refusal(error: pytest.ExceptionInfo[PhasegateError]) -> str:
    assert error.value.code is ErrorCode.CLIENT_FAILED
    return f"{error.value.what} {error.value.why}"


def test_a_program_that_is_not_there_is_a_clear_error(tmp_path: Path) -> None:
    for name in ("", str(tmp_path), str(tmp_path / "absent"), "no-such-program-anywhere"):
        with pytest.raises(PhasegateError) as error:
            find_client(name)
        assert "that can be started" in refusal(error)
        assert "npm install" in error.value.hint


def test_a_program_that_is_something_else_is_a_clear_error() -> None:
    with pytest.raises(PhasegateError) as error:
        find_client(sys.executable)
    assert "is not Claude Code. It answered --version with Python" in refusal(error)


@posix
def test_a_file_that_cannot_be_executed_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "plain").write_text("text", encoding="utf-8")
    (tmp_path / "broken").write_text("no program", encoding="utf-8")
    (tmp_path / "broken").chmod(0o755)
    for name in ("plain", "broken"):
        with pytest.raises(PhasegateError) as error:
            find_client(str(tmp_path / name))
        refusal(error)


@posix
def test_a_client_is_known_by_what_it_answers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = stand_in(
        tmp_path, "print('1.2.3 (Claude Code)') if arguments == ['--version'] else sys.exit(1)"
    )
    monkeypatch.chdir(tmp_path)
    for name in (program, "./stand-in"):
        assert find_client(name) == Client(program, "1.2.3")


@posix
def test_a_client_knows_nothing_of_who_starts_it(
    workshop: Workshop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("ANTHROPIC_API_KEY", "CLAUDE_CODE_OAUTH_TOKEN", "GH_TOKEN", "SSH_AUTH_SOCK", "GIT_ASKPASS"):
        monkeypatch.setenv(name, "secret")
    body = "print(json.dumps([{'id': 'x', 'version': json.dumps([os.getcwd(), dict(os.environ)]), 'installPath': '/'}]))"
    seen = user(workshop, tmp_path, body).installed()["x"].version
    folder, environment = json.loads(seen)
    home = tmp_path / "home"
    environment.pop("LC_CTYPE", None)  # Python's own
    environment = {k: v for k, v in environment.items() if not k.startswith("COV")}
    assert "secret" not in seen
    assert folder == str(home / "work")
    assert environment == {
        "PATH": os.environ["PATH"],
        **dict.fromkeys(("HOME", "USERPROFILE"), str(home)),
        **dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(home / "tmp")),
        "CLAUDE_CONFIG_DIR": str(home / ".claude"),
        "GIT_CONFIG_GLOBAL": str(home / "gitconfig"),
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_TERMINAL_PROMPT": "0",
        "DISABLE_AUTOUPDATER": "1",
        "DISABLE_TELEMETRY": "1",
        "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
        "CLAUDE_CODE_DISABLE_OFFICIAL_MARKETPLACE_AUTOINSTALL": "1",
    }


@posix
@pytest.mark.parametrize(
    ("url", "told", "fetched"),
    [
        ("https://example.org/a/b.git", "https://example.org/a/b.git", None),
        ("https://example.org/a/b", driver._ALIAS, "https://example.org/a/b"),
        ("https://me:token@example.org/b.git", driver._ALIAS, "https://me:token@example.org/b.git"),
        ("http://example.org/b.git", driver._ALIAS, "http://example.org/b.git"),
        ("ssh://git@example.org/b.git", driver._ALIAS, "ssh://git@example.org/b.git"),
        ("git@example.org:a/b.git", driver._ALIAS, "git@example.org:a/b.git"),
        ("short:b", driver._ALIAS, "https://host.example/b"),
        ('ssh://host/a"b\\c', driver._ALIAS, 'ssh://host/a"b\\c'),
    ],
)
def test_a_user_follows_any_remote_and_no_password_is_among_the_arguments(
    workshop: Workshop, tmp_path: Path, url: str, told: str, fetched: str | None
) -> None:
    git(workshop.root, "config", "url.https://host.example/.insteadOf", "short:")
    git(workshop.root, "remote", "set-url", "origin", url)
    somebody = user(workshop, tmp_path)
    assert somebody._address == told
    settings = git(tmp_path, "config", "--file", str(tmp_path / "home" / "gitconfig"), "--list")
    rewritten = [line for line in settings.splitlines() if line.startswith("url.")]
    assert rewritten == ([f"url.{fetched}.insteadof={told}"] if fetched else [])


@posix
@pytest.mark.parametrize("relative", [True, False])
def test_a_user_follows_a_remote_that_is_a_folder(workshop: Workshop, tmp_path: Path, relative: bool) -> None:
    workshop.release()
    odd = tmp_path / "a folder, 100% odd.git"
    workshop.remote.rename(odd)
    git(workshop.root, "remote", "set-url", "origin", f"../{odd.name}" if relative else str(odd))
    body = "print('added') if arguments[-1].endswith('/marketplace.git#stable') else sys.exit(1)"
    user(workshop, tmp_path, body).follow("stable")


@posix
def test_a_branch_that_cannot_be_read_is_told_from_one_that_the_client_refuses(
    workshop: Workshop, tmp_path: Path
) -> None:
    somebody = user(workshop, tmp_path, "print('I will not, https://me:token@host'); sys.exit(1)")
    with pytest.raises(PhasegateError) as error:
        somebody.follow("no-such-branch")
    assert error.value.code is ErrorCode.REMOTE_UNREACHABLE
    with pytest.raises(PhasegateError) as error:
        somebody.follow("main")
    assert refusal(error).endswith("did not do what it was asked. I will not, https://***@host")


@posix
@pytest.mark.parametrize("answer", ["", "no JSON", "[1]", '[{"id": "x"}]', "[{}]", "null"])
def test_a_listing_that_cannot_be_read_is_a_clear_error(
    workshop: Workshop, tmp_path: Path, answer: str
) -> None:
    with pytest.raises(PhasegateError) as error:
        user(workshop, tmp_path, f"print({answer!r})").installed()
    assert "`claude plugin list --json` did not do what it was asked" in refusal(error)


@posix
def test_errors_of_a_plugin_are_kept(workshop: Workshop, tmp_path: Path) -> None:
    row = {"id": "x", "version": "1", "installPath": "/there", "errors": ["no\n\n  JSON"]}
    assert user(workshop, tmp_path, f"print(json.dumps([{row!r}]))").installed()["x"].errors == ("no JSON",)


@posix
def test_a_session_is_read_from_its_init_event_whatever_comes_before(
    workshop: Workshop, tmp_path: Path
) -> None:
    lines = ["noise", "[]", json.dumps({"type": "system", "subtype": "hook_started"}), json.dumps(INIT)]
    session = user(workshop, tmp_path, f"print({chr(10).join(lines)!r}); sys.exit(1)").session()
    assert {name: str(path) for name, path in session.plugins.items()} == {"demo@market": os.sep + "there"}
    assert session.commands == {"demo:hello"}


@posix
def test_a_session_that_never_began_is_a_clear_error(workshop: Workshop, tmp_path: Path) -> None:
    with pytest.raises(PhasegateError) as error:
        user(workshop, tmp_path, "print('dead', file=sys.stderr); sys.exit(1)").session()
    assert "no session began: dead" in refusal(error)


@posix
@pytest.mark.parametrize(
    "event",
    [
        {"subtype": "init"},
        {**INIT, "plugins": ["demo"]},
        {**INIT, "plugins": [{"name": "demo"}]},
        {**INIT, "slash_commands": None},
    ],
)
def test_an_init_event_of_another_form_is_a_clear_error(
    workshop: Workshop, tmp_path: Path, event: dict[str, object]
) -> None:
    with pytest.raises(PhasegateError) as error:
        user(workshop, tmp_path, f"print({json.dumps(event)!r})").session()
    assert "its init event lacks" in refusal(error)


@posix
def test_a_client_that_hangs_is_ended_with_all_that_it_started(
    workshop: Workshop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(home, "_TIME_LIMIT_S", 5)
    written = tmp_path / "pid"
    left = f"import os, time; open({str(written)!r}, 'w').write(str(os.getpid())); time.sleep(600)"
    leave = f"subprocess.Popen([sys.executable, '-c', {left!r}]); time.sleep(600)"
    with pytest.raises(PhasegateError) as error:
        user(workshop, tmp_path, leave).refresh("market")
    assert "no answer within 5 s" in refusal(error)
    assert ends_soon(int(wait_for_text(written)))


@posix
def test_what_a_client_leaves_running_is_not_waited_for(workshop: Workshop, tmp_path: Path) -> None:
    left = (
        "import subprocess; left = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])"
    )
    answer = "print(json.dumps([{'id': 'x', 'version': str(left.pid), 'installPath': '/'}]))"
    pid = int(user(workshop, tmp_path, f"{left}; {answer}").installed()["x"].version)
    assert is_alive(pid)
    os.kill(pid, signal.SIGKILL)


@posix
@pytest.mark.parametrize(
    ("body", "refused"),
    [
        ("sys.exit(1)", True),
        ("os.kill(os.getpid(), 9)", False),
        ("time.sleep(600)", False),
    ],
)
def test_a_client_that_refuses_is_told_from_one_that_breaks(
    workshop: Workshop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, body: str, refused: bool
) -> None:
    if "sleep" in body:
        monkeypatch.setattr(home, "_TIME_LIMIT_S", 0.5)
    with pytest.raises(PhasegateError) as error:
        user(workshop, tmp_path, body).refresh("market")
    refusal(error)
    assert isinstance(error.value, RefusalError) is refused


@posix
def test_a_client_that_has_gone_was_not_asked(workshop: Workshop, tmp_path: Path) -> None:
    somebody = user(workshop, tmp_path)
    Path(somebody.client.program).unlink()
    with pytest.raises(PhasegateError) as error:
        somebody.refresh("market")
    refusal(error)
    assert not isinstance(error.value, RefusalError)
