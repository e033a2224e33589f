"""What counts as received; the real client is asked in tests/client."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from phasegate.errors import ErrorCode
from phasegate.plugin.tree import FolderFiles
from phasegate.rollout.proving import delivery
from phasegate.rollout.proving.client import Client, Installed, Session
from phasegate.rollout.proving.delivery import Follower, differences
from phasegate.verdict import Verdict
from processes import ends_soon, stand_in, wait_for_text
from verbs import invoke
from workshop import FILES, Workshop, git

posix = pytest.mark.skipif(sys.platform == "win32", reason="modes and links that Windows has not")


@pytest.fixture
def sent(tmp_path: Path) -> Path:
    folder = tmp_path / "sent"
    for name, content in (("a.txt", b"a\n"), ("deep/b.bin", b"\0\xff\r\n"), (".hidden", b"")):
        Path(folder, name).parent.mkdir(parents=True, exist_ok=True)
        Path(folder, name).write_bytes(content)
    return folder


@pytest.fixture
def received(sent: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(sent, tmp_path / "received", symlinks=True))


def found(sent: Path, received: Path) -> tuple[str, ...]:
    return differences(FolderFiles(sent), FolderFiles(received))


def test_the_same_bytes_are_no_difference(sent: Path, received: Path) -> None:
    assert found(sent, received) == ()


def test_a_byte_a_missing_file_and_one_too_many_are_differences(sent: Path, received: Path) -> None:
    (received / "a.txt").write_bytes(b"a\r\n")
    (received / ".hidden").unlink()
    (received / "deep" / "more").write_bytes(b"")
    assert found(sent, received) == (".hidden", "a.txt", "deep/more")


def test_what_the_client_keeps_of_its_own_is_no_difference_and_nothing_else_is_spared(
    sent: Path, received: Path
) -> None:
    for folder in (".in_use", "deep/.in_use", ".in_use_too"):
        (received / folder).mkdir()
        (received / folder / "42").write_bytes(b"{}")
    (received / ".orphaned_at").write_bytes(b"1")
    assert found(sent, received) == (".in_use_too/42", ".orphaned_at", "deep/.in_use/42")


def test_a_repository_inside_hides_nothing(sent: Path, received: Path) -> None:
    (received / "deep" / ".git").write_bytes(b"gitdir: elsewhere\n")
    assert found(sent, received) == ("deep", "deep/b.bin")


@posix
def test_a_mode_is_a_difference(sent: Path, received: Path) -> None:
    (received / "a.txt").chmod(0o755)
    assert found(sent, received) == ("a.txt",)


@posix
def test_a_link_is_where_it_leads_and_not_the_file_there(sent: Path, received: Path) -> None:
    (sent / "deep" / "link").symlink_to("../../sent/a.txt")
    (received / "deep" / "link").symlink_to("../a.txt")
    (sent / "copy").symlink_to("a.txt")
    (received / "copy").write_bytes(b"a\n")
    (sent / "other").symlink_to("a.txt")
    (received / "other").symlink_to(".hidden")
    assert found(sent, received) == ("copy", "other")


def test_what_was_installed_is_compared_with_the_ledger(sent: Path, received: Path) -> None:
    def said(theirs: Installed | None) -> str:
        check = delivery._compared("user", FolderFiles(sent), theirs, "1.0.0", "TREE")
        return f"{check.verdict.value}: {check.reason}"

    assert said(Installed("1.0.0", received, ())) == "PASS: 1.0.0 is installed, every byte of tree TREE"
    assert said(Installed("1.0.1", received, ())) == "FAIL: 1.0.1 is installed, the ledger says 1.0.0"
    assert (
        said(Installed("1.0.0", received / "x", ()))
        == "FAIL: 1.0.0 is installed, but its folder is not there"
    )
    assert said(None) == "FAIL: is not installed"
    for name in "abcde":
        (received / name).write_bytes(b"")
    assert said(Installed("1.0.0", received, ())) == (
        "FAIL: 1.0.0 is installed, but not the bytes of tree TREE: a, b, c and 2 more"
    )


def test_what_is_installed_must_load_from_there_with_its_commands(tmp_path: Path) -> None:
    def said(theirs: Installed | None, plugins: dict[str, Path], *shown: str) -> str:
        session = Session(plugins, frozenset(shown))
        check = delivery._loaded("user", theirs, "demo@market", frozenset({"a", "b:c"}), session)
        return f"{check.verdict.value}: {check.reason}"

    good, there = Installed("1.0.0", tmp_path, ()), {"demo@market": tmp_path}
    assert said(good, there, "demo:a", "demo:b:c", "init") == "PASS: loads with demo:a, demo:b:c"
    assert said(good, there, "demo:a", "b:c") == "FAIL: loads without its commands demo:b:c"
    broken = Installed("1.0.0", tmp_path, ("no JSON", "no hope"))
    assert said(broken, there, "demo:a", "demo:b:c") == "FAIL: does not load: no JSON; no hope"
    for plugins in ({}, {"demo@market": tmp_path / "old"}, {"demo@other": tmp_path}):
        assert said(good, plugins, "demo:a", "demo:b:c") == "FAIL: no session loads it"
    assert said(None, there, "demo:a", "demo:b:c") == "FAIL: no session loads it"


def unasked(workshop: Workshop, tmp_path: Path, channel: str = "stable") -> Follower:
    """A user whose client must not be started."""
    return Follower(workshop.desk, Client(str(tmp_path / "absent"), "0.0.0"), channel, tmp_path / "home")


def test_commands_that_are_named_in_an_unknown_way_are_not_examined(tmp_path: Path) -> None:
    good, session = Installed("1.0.0", tmp_path, ()), Session({"demo@market": tmp_path}, frozenset())
    assert delivery._loaded("user", good, "demo@market", None, session).verdict is Verdict.INCONCLUSIVE


@pytest.mark.parametrize(
    ("servers", "verdict"),
    [
        ({"plugin:demo:one": "connected", "plugin:demo:two": "connected"}, Verdict.PASS),
        ({"plugin:demo:one": "connected", "plugin:demo:two": "pending"}, Verdict.INCONCLUSIVE),
        ({"plugin:demo:one": "connected", "plugin:demo:two": "needs authentication"}, Verdict.INCONCLUSIVE),
        ({"plugin:demo:one": "pending", "plugin:demo:two": "failed to connect"}, Verdict.FAIL),
        ({"plugin:demo:one": "connected", "plugin:demo:two": "failed"}, Verdict.FAIL),
        ({"plugin:demo:one": "connected", "plugin:other:two": "connected"}, Verdict.FAIL),
        ({}, Verdict.FAIL),
        (None, Verdict.INCONCLUSIVE),
    ],
)
def test_a_server_counts_as_started_only_where_the_client_says_so(
    servers: dict[str, str] | None, verdict: Verdict
) -> None:
    session = Session({}, frozenset(), servers)
    assert delivery._served("user", "demo@market", {"one": {}, "two": {}}, session).verdict is verdict


def test_a_channel_that_has_nothing_yet_has_nothing_to_check(workshop: Workshop, tmp_path: Path) -> None:
    assert unasked(workshop, tmp_path).check(workshop.observe()) == ()


def test_a_remote_that_users_cannot_read_is_no_verdict_on_what_is_published(
    released: Workshop, tmp_path: Path
) -> None:
    world = released.observe()
    released.remote.rename(tmp_path / "gone.git")
    [check] = unasked(released, tmp_path).check(world)
    assert check.verdict is Verdict.INCONCLUSIVE
    assert "A new user cannot read branch 'stable' of the remote." in check.reason


def test_a_channel_without_a_marketplace_is_not_examined_and_says_so(tmp_path: Path) -> None:
    files = {name.replace("demo/", ""): text for name, text in FILES.items() if "marketplace" not in name}
    workshop = Workshop(tmp_path / "alone", files)
    workshop.release()
    [check] = unasked(workshop, tmp_path).check(workshop.observe())
    assert check.verdict is Verdict.INCONCLUSIVE
    assert "no client can follow it" in check.reason


def test_a_client_that_does_not_start_is_no_verdict_on_what_is_published(
    released: Workshop, tmp_path: Path
) -> None:
    [check] = unasked(released, tmp_path).check(released.observe())
    assert check.verdict is Verdict.INCONCLUSIVE
    assert "No such file" in check.reason or "cannot find" in check.reason


def test_a_release_that_cannot_be_checked_out_was_not_compared(released: Workshop, tmp_path: Path) -> None:
    world = released.observe()
    channel = world.state.channels["stable"]
    world.state.channels["stable"] = type(channel)(**{**channel.as_json(), "commit": "1" * 40})
    [check] = unasked(released, tmp_path).check(world)
    assert check.verdict is Verdict.INCONCLUSIVE


def client(folder: Path, body: str) -> str:
    """A client that says its version, and does `body` otherwise."""
    return stand_in(folder, f"if arguments == ['--version']: sys.exit(print('1.2.3 (Claude Code)'))\n{body}")


@posix
def test_a_client_that_breaks_is_no_reason_to_take_back_what_is_published(
    released: Workshop, tmp_path: Path
) -> None:
    broken = client(tmp_path, "sys.exit('EMFILE: too many open files')")
    done = invoke(released.root, "verify", "--client", broken)
    assert done.returncode == ErrorCode.VERIFICATION_FAILED.exit_status
    assert "EMFILE: too many open files" in done.stderr
    assert "What is published is what the ledger says" in done.stderr
    assert "rollback" not in done.stderr


@posix
def test_a_client_that_cannot_be_understood_is_inconclusive(released: Workshop, tmp_path: Path) -> None:
    done = invoke(released.root, "verify", "--client", client(tmp_path, "print('Hello!')"))
    assert done.returncode == ErrorCode.GATE_INCONCLUSIVE.exit_status
    assert "it answered 'Hello!" in done.stderr


@posix
def test_a_wrong_release_is_reported_as_one_whatever_the_client_says(
    released: Workshop, tmp_path: Path
) -> None:
    git(released.remote, "update-ref", "refs/heads/stable", "refs/heads/main")
    broken = client(tmp_path, "sys.exit('EMFILE: too many open files')")
    done = invoke(released.root, "verify", "--client", broken)
    assert done.returncode == ErrorCode.VERIFICATION_FAILED.exit_status
    assert "What is published is not what the ledger says" in done.stderr
    assert "rollback --quick" in done.stderr


@posix
def test_a_signal_ends_the_clients_at_work_and_no_other_is_started(
    released: Workshop, tmp_path: Path
) -> None:
    written = tmp_path / "pids"
    at_work = client(tmp_path, f"open({str(written)!r}, 'a').write(f'{{os.getpid()}} '); time.sleep(600)")
    command = [sys.executable, "-m", "invoke", "verify", "--client", at_work]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen(command, cwd=released.root, env=environment, stderr=subprocess.PIPE) as process:
        try:
            wait_for_text(written)
            process.send_signal(signal.SIGTERM)
            process.communicate(timeout=60)
        finally:
            process.kill()
    assert process.returncode == 128 + signal.SIGTERM
    pids = [int(pid) for pid in written.read_text(encoding="utf-8").split()]
    assert len(pids) <= 2
    assert all(ends_soon(pid) for pid in pids)
