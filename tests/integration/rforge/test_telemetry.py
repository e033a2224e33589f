"""What the real server and the real command line write about themselves."""

from __future__ import annotations

import gzip
import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Callable

import pytest
from jsonschema import Draft202012Validator

if TYPE_CHECKING:
    from integration.rforge.conftest import Server

REPOSITORY = Path(__file__).parents[3]
SCHEMA = REPOSITORY / "src" / "phasegate" / "telemetry" / "event.schema.json"
VALIDATOR = Draft202012Validator(json.loads(SCHEMA.read_text(encoding="utf-8")))

Events = Callable[..., "list[dict[str, Any]]"]
Tracked = Callable[..., "Server"]
Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def logs(tmp_path: Path) -> Path:
    return tmp_path / "logs"


@pytest.fixture
def events(logs: Path) -> Events:
    """The events of a kind in the order in which they happened, each held against the schema."""

    def read(kind: str = "", folder: Path = logs) -> list[dict[str, Any]]:
        found = []
        for path in sorted(folder.glob("plugin-*")):
            content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
            found += [json.loads(line) for line in content.decode("ascii").splitlines()]
        for event in found:
            VALIDATOR.validate(event)
        found.sort(key=lambda event: event["timestamp"])
        return [event for event in found if kind in ("", event["event"])]

    return read


@pytest.fixture
def tracked(start, plugin: Path, fixtures: Path, logs: Path) -> Tracked:
    """Start a server whose telemetry is on."""

    def start_tracked(folder: Path = plugin, **environment: str) -> Server:
        given = {"DO_NOT_TRACK": "", "RFORGE_LOGS": str(logs), **environment}
        return start(folder / "server.py", fixtures, **given)

    return start_tracked


@pytest.fixture
def run(plugin: Path, fixtures: Path, logs: Path) -> Run:
    """Run the command line with telemetry on."""

    def run_module(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        given = {"PYTHONPATH": str(plugin), "DO_NOT_TRACK": "", "RFORGE_LOGS": str(logs), **environment}
        command = [sys.executable, "-m", "rforge", *arguments]
        return subprocess.run(
            command, cwd=fixtures, env={**os.environ, **given}, capture_output=True, text=True, timeout=60
        )

    return run_module


def install(plugin: Path, folder: Path) -> Path:
    """A copy of the plugin as a client installs it."""
    shutil.copytree(plugin, folder, ignore=shutil.ignore_patterns("__pycache__"))
    return folder


def stamp(folder: Path, version: str) -> Path:
    manifest = folder / ".claude-plugin" / "plugin.json"
    document = json.loads(manifest.read_text(encoding="utf-8"))
    manifest.write_text(json.dumps({**document, "version": version}), encoding="utf-8")
    return folder


def handshake(server: Server) -> None:
    server.ask("initialize", {"protocolVersion": "2025-06-18", "capabilities": {}})
    server.send(b'{"jsonrpc":"2.0","method":"notifications/initialized"}\n')
    server.ask("tools/list")


def test_a_conversation_is_a_session_a_command_and_a_call(tracked: Tracked, events: Events) -> None:
    server = tracked()
    handshake(server)
    server.call("rforge_status", mode="debug", format="json")
    server.call("rforge_status")
    assert server.end() == (0, b"", b"")
    [session] = events("session")
    assert session["outcome"] == "started"
    first, second = events("command")
    assert (first["command"], first["mode"], first["format"], first["outcome"]) == (
        "status",
        "debug",
        "json",
        "ok",
    )
    assert (first["packages"], first["budget_s"], first["explicit"]) == (2, 120.0, True)
    assert (second["mode"], second["budget_s"], second["explicit"]) == ("default", 5.0, False)
    calls = events("call")
    assert [call["cache_lookups"] for call in calls] == [2, 2]
    assert all(0 < call["render_s"] <= call["latency_s"] for call in calls)
    assert {event["session"] for event in events()} == {session["session"]}
    assert {event["probe"] for event in events()} == {False}
    assert events("error") == []


def test_events_are_written_while_the_server_goes_on(tracked: Tracked, events: Events, logs: Path) -> None:
    server = tracked()
    server.call("rforge_status")
    names = ("plugin-commands.log", "plugin-performance.log", "plugin-usage.log")
    while not all((logs / name).is_file() and (logs / name).stat().st_size for name in names):
        server.ask("ping")
    server.process.kill()
    server.process.wait()
    assert {event["event"] for event in events()} == {"command", "call", "session"}


def test_a_server_that_nobody_asks_for_anything_leaves_nothing(tracked: Tracked, logs: Path) -> None:
    server = tracked()
    server.ask("initialize", {"protocolVersion": "2025-06-18", "capabilities": {}})
    assert server.end() == (0, b"", b"")
    assert not logs.exists()


def test_the_cache_hits_once_there_is_something_remembered(
    tracked: Tracked, events: Events, tmp_path: Path
) -> None:
    server = tracked(CLAUDE_PLUGIN_DATA=str(tmp_path / "data"))
    for _ in range(2):
        server.call("rforge_status")
    server.end()
    assert [(call["cache_lookups"], call["cache_hits"]) for call in events("call")] == [(2, 0), (2, 2)]
    assert (tmp_path / "data" / ".salt").stat().st_size == 32


@pytest.mark.parametrize(
    ("arguments", "outcome", "category"),
    [
        ({"mode": "relase"}, "refused", "ValidationError"),
        ({"path": "/no/such/folder"}, "refused", "ValidationError"),
        ({"colour": "red"}, "refused", "ValidationError"),
    ],
)
def test_a_refused_call_is_told_with_its_error(
    tracked: Tracked, events: Events, arguments: dict[str, str], outcome: str, category: str
) -> None:
    server = tracked()
    assert server.call("rforge_status", **arguments)["isError"]
    server.end()
    [command], [error] = events("command"), events("error")
    assert (command["outcome"], command["category"]) == (outcome, category)
    assert (error["command"], error["category"], error["severity"]) == ("status", category, "low")


def test_a_cancelled_call_is_told_and_has_no_latency(tracked: Tracked, events: Events) -> None:
    server = tracked()
    call = {"jsonrpc": "2.0", "id": 7, "method": "tools/call", "params": {"name": "rforge_analyze"}}
    cancel = {"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": 7}}
    batch = json.dumps([cancel, call]).encode()
    server.send(batch + b"\n")
    server.ask("ping")
    server.end()
    assert [command["outcome"] for command in events("command")] == ["cancelled"]
    assert events("call") == events("error") == []


def replace(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert text.count(old) == 1
    file.write_text(text.replace(old, new), encoding="utf-8")


def break_lens(plugin: Path) -> None:
    broken = "def _broken(_: Examined) -> tuple[Block, ...]:\n    raise KeyError('Ada Lovelace')\n\n\nLENS = "
    replace(plugin / "rforge" / "lenses" / "debug.py", "LENS = ", broken)
    replace(plugin / "rforge" / "lenses" / "debug.py", "JUDGED_PARTS, blocks)", "JUDGED_PARTS, _broken)")


def test_runs_of_a_mode_that_broke_have_failed_and_so_have_later_ones(
    tracked: Tracked, events: Events, plugin: Path, tmp_path: Path
) -> None:
    copy = install(plugin, tmp_path / "installed")
    break_lens(copy)
    server = tracked(copy)
    for mode in ("debug", "debug", "default"):
        assert server.call("rforge_status", mode=mode)["isError"] is False
    server.end()
    assert [command["outcome"] for command in events("command")] == ["failed", "failed", "ok"]
    [error] = events("error")
    assert (error["category"], error["severity"], error["type"]) == ("PluginError", "critical", "KeyError")


@pytest.mark.parametrize(
    "broken", ["commands/status.py", "lenses/table.py", "stdio.py", "errors.py", "request.py"]
)
def test_a_release_that_cannot_be_loaded_is_a_session_that_failed(
    tracked: Tracked, events: Events, plugin: Path, tmp_path: Path, broken: str
) -> None:
    copy = install(plugin, tmp_path / "installed")
    (copy / "rforge" / broken).write_text("def torn(", encoding="utf-8")
    server = tracked(copy)
    if broken in ("stdio.py", "errors.py", "request.py"):
        assert server.process.wait(60) == 1
    else:
        handshake(server)
        server.end()
    outcomes = [session["outcome"] for session in events("session")]
    if broken == "lenses/table.py":  # the tools are listed without it; every call fails then
        assert outcomes == ["started"]
    else:
        assert outcomes == ["failed"]
        assert {error["type"] for error in events("error")} == {"SyntaxError"}


def test_a_call_that_breaks_has_failed(
    tracked: Tracked, events: Events, plugin: Path, tmp_path: Path
) -> None:
    copy = install(plugin, tmp_path / "installed")
    (copy / "rforge" / "lenses" / "table.py").write_text("def torn(", encoding="utf-8")
    server = tracked(copy)
    assert "error" in server.ask("tools/call", {"name": "rforge_status"})
    server.end()
    assert [(command["outcome"], command["category"]) for command in events("command")] == [
        ("failed", "PluginError")
    ]
    assert [(error["command"], error["type"]) for error in events("error")] == [("status", "SyntaxError")]


def test_a_command_line_that_cannot_be_loaded_is_a_session_that_failed(
    run: Run, events: Events, plugin: Path, tmp_path: Path
) -> None:
    copy = install(plugin, tmp_path / "installed")
    (copy / "rforge" / "commands" / "deps.py").write_text("def torn(", encoding="utf-8")
    assert run("status", PYTHONPATH=str(copy)).returncode == 1
    assert [session["outcome"] for session in events("session")] == ["failed"]


@pytest.mark.parametrize(
    ("broken", "kind"), [("flags.json", "ValueError"), (".claude-plugin/plugin.json", "ValueError")]
)
def test_a_broken_file_of_the_plugin_is_an_error_of_its_own(
    tracked: Tracked, events: Events, plugin: Path, tmp_path: Path, broken: str, kind: str
) -> None:
    copy = install(plugin, tmp_path / "installed")
    (copy / broken).write_text("{", encoding="utf-8")
    server = tracked(copy)
    handshake(server)
    server.call("rforge_status", mode="debug")
    server.end()
    assert [session["outcome"] for session in events("session")] == ["started"]
    error, *more = events("error")
    assert (error["category"], error["type"], "command" in error) == ("PluginError", kind, False)
    outcomes = [command["outcome"] for command in events("command")]
    assert outcomes == (["failed"] if broken == "flags.json" else ["ok"])
    assert [one["command"] for one in more] == (["status"] if broken == "flags.json" else [])


def test_probes_are_marked_in_every_event(tracked: Tracked, run: Run, events: Events) -> None:
    server = tracked(RFORGE_PROBE="1")
    server.call("rforge_status", mode="no")
    server.end()
    assert run("documentation", "10", "9", RFORGE_PROBE="1").stdout == "9 of 10 statements are true.\n"
    assert {event["event"] for event in events()} == {"session", "command", "call", "error", "documentation"}
    assert {event["probe"] for event in events()} == {True}


@pytest.mark.parametrize("off", [{"DO_NOT_TRACK": "1"}, {"RFORGE_TELEMETRY": "off"}])
def test_off_is_off(tracked: Tracked, run: Run, tmp_path: Path, off: dict[str, str]) -> None:
    everywhere = {**off, "HOME": str(tmp_path), "USERPROFILE": str(tmp_path), "RFORGE_LOGS": ""}
    server = tracked(**everywhere, CLAUDE_PLUGIN_DATA=str(tmp_path / "data"))
    handshake(server)
    server.call("rforge_analyze")
    answer = server.call("rforge_feedback", score=5)
    assert answer["content"][0]["text"] == "Telemetry is off; nothing was kept."
    assert server.end() == (0, b"", b"")
    assert run("deps", **everywhere).returncode == 0
    assert run("feedback", "5", **everywhere).stdout == "Telemetry is off; nothing was kept.\n"
    assert list(tmp_path.iterdir()) == []


def test_without_a_word_it_writes_into_the_client_s_folder(
    tracked: Tracked, events: Events, tmp_path: Path
) -> None:
    server = tracked(HOME=str(tmp_path), USERPROFILE=str(tmp_path), RFORGE_LOGS="")
    server.call("rforge_deps")
    server.end()
    assert len(events("command", tmp_path / ".claude" / "logs")) == 1


def test_two_versions_side_by_side_write_into_one_folder(
    tracked: Tracked, events: Events, plugin: Path, tmp_path: Path
) -> None:
    copies = [stamp(install(plugin, tmp_path / version), version) for version in ("1.9.0", "2.0.0-rc.1")]
    running = [tracked(copy, RFORGE_LOG_BYTES="2000") for copy in copies]
    for _ in range(20):
        for server in running:
            server.call("rforge_detect")
    assert [server.end() for server in running] == [(0, b"", b"")] * 2
    commands = events("command")
    assert [
        sum(command["version"] == version for command in commands) for version in ("1.9.0", "2.0.0-rc.1")
    ] == [20, 20]
    assert len({command["install"] for command in commands}) == 1
    assert len({command["session"] for command in commands}) == 2
    assert list((tmp_path / "logs").glob("plugin-commands.*Z.log*"))


def test_the_command_line_is_a_session_and_a_command(run: Run, events: Events) -> None:
    assert run("impact", "medfit", "--mode", "optimize").returncode == 0
    assert run("status", "--mode", "no").returncode == 1
    assert [session["outcome"] for session in events("session")] == ["started", "started"]
    assert [(c["command"], c["mode"], c["outcome"]) for c in events("command")] == [
        ("impact", "optimize", "ok"),
        ("status", "unknown", "refused"),
    ]
    assert events("call") == []


def test_feedback_is_a_score_and_nothing_else(tracked: Tracked, run: Run, events: Events) -> None:
    server = tracked()
    assert server.call("rforge_feedback", score=4)["isError"] is False
    assert server.call("rforge_feedback", score=11)["isError"] is True
    server.end()
    assert run("feedback", "2").returncode == 0
    assert run("feedback", "good").returncode == 1
    assert [event["score"] for event in events("feedback")] == [4, 2]
    assert events("command") == events("call") == []


def test_the_documentation_is_judged_by_probes_alone(run: Run, events: Events) -> None:
    ended = run("documentation", "10", "9")
    assert (ended.returncode, ended.stderr) == (1, "This is for probes: it needs RFORGE_PROBE=1.\n")
    assert events("documentation") == []


def test_the_debug_stream_is_asked_for(tracked: Tracked, events: Events) -> None:
    server = tracked(RFORGE_DEBUG="1")
    server.call("rforge_status")
    server.end()
    assert [event["text"] for event in events("debug")] == ["A call was taken.", "A call was answered."]


def test_a_folder_that_cannot_be_written_is_told_once_and_every_answer_comes(
    tracked: Tracked, logs: Path
) -> None:
    logs.write_bytes(b"no folder")
    server = tracked()
    handshake(server)
    for _ in range(3):
        assert server.call("rforge_status")["isError"] is False
    status, _, log = server.end()
    assert (status, log.count(b"\n")) == (0, 1)
    assert log.startswith(b"rforge: telemetry: an event could not be written: ")


@pytest.mark.skipif(sys.platform == "win32", reason="processes are stopped as Unix does it")
def test_a_stopped_process_that_keeps_the_logs_keeps_no_call_waiting(
    tracked: Tracked, logs: Path, plugin: Path
) -> None:
    logs.mkdir()
    script = "import os, signal, sys; from rforge.locks import *\n"
    script += "for name in sys.argv[1:]: assert take(open_lock(name), exclusive=True)\n"
    script += "os.kill(os.getpid(), signal.SIGSTOP)"
    streams = [str(logs / f".plugin-{name}.lock") for name in ("commands", "performance", "usage", "errors")]
    environment = {**os.environ, "PYTHONPATH": str(plugin)}
    stopped = subprocess.Popen([sys.executable, "-c", script, *streams], env=environment)
    os.waitpid(stopped.pid, os.WUNTRACED)
    server = tracked()
    handshake(server)
    for _ in range(100):
        assert server.call("rforge_detect")["isError"] is False
    stopped.kill()
    stopped.wait()
    status, _, log = server.end()
    assert (status, log.count(b"\n")) == (0, 1)


SECRETS = ("lovelace", "example.org", "hunter2", "medfit", "probmed", "sk-live")
SECRET = "ada.lovelace@example.org hunter2 sk-live-4242"


def check_privacy(logs: Path) -> None:
    files = [path for path in logs.iterdir() if path.name != ".salt"]
    assert any(path.name == "plugin-commands.log" for path in files)
    for path in files:
        content = path.read_bytes().lower()
        for secret in (*SECRETS, str(logs.parent).lower()):
            assert secret.encode() not in content, f"{secret} in {path.name}"
            assert secret not in path.name


@pytest.mark.parametrize("name", ["path", "context", "mode", "format", "check", SECRET])
def test_nothing_that_a_user_gives_is_in_any_file(
    tracked: Tracked, events: Events, logs: Path, name: str
) -> None:
    server = tracked()
    for command in ("status", "impact"):
        server.call(f"rforge_{command}", **{name: SECRET})
    server.ask("tools/call", {"name": SECRET})
    server.call("rforge_feedback", score=SECRET, why=SECRET)
    server.end()
    assert len(events("command")) == 2
    check_privacy(logs)


@pytest.mark.parametrize("field", ["Package", "Title", "Authors@R", "Maintainer", "Version"])
def test_nothing_that_a_package_says_is_in_any_file(
    tracked: Tracked, logs: Path, tmp_path: Path, field: str
) -> None:
    package = tmp_path / "lovelace hunter2"
    (package / "R").mkdir(parents=True)
    (package / "DESCRIPTION").write_text(f"Package: ada\n{field}: {SECRET}\n", encoding="utf-8")
    (package / "R" / "ada.R").write_text(f"key <- '{SECRET}'\n", encoding="utf-8")
    (package / "NAMESPACE").write_bytes(b"export(\xff" + SECRET.encode())
    server = tracked()
    for mode in ("default", "debug", "optimize", "release"):
        server.call("rforge_analyze", path=str(package), mode=mode)
    server.end()
    check_privacy(logs)


def test_nothing_of_the_environment_or_the_manifest_is_in_any_file(
    tracked: Tracked, run: Run, logs: Path, plugin: Path, tmp_path: Path
) -> None:
    names = ("RFORGE_USER", "USER", "LOGNAME", "RFORGE_DEBUG", "RFORGE_TOKEN", "RFORGE_LOG_BYTES")
    environment = {**dict.fromkeys(names, SECRET), "CLAUDE_PLUGIN_DATA": str(tmp_path / "ada" / "lovelace")}
    copy = stamp(install(plugin, tmp_path / "installed"), f"2.0.0-{SECRET}")
    server = tracked(copy, **environment)
    server.call("rforge_status")
    server.end()
    run("status", "--path", SECRET, **environment)
    check_privacy(logs)


def test_nothing_that_an_exception_says_is_in_any_file(
    tracked: Tracked, events: Events, logs: Path, plugin: Path, tmp_path: Path
) -> None:
    copy = install(plugin, tmp_path / "installed")
    break_lens(copy)
    own = f'class AdaLovelaceError(LookupError):\n    """{SECRET}"""\n\n\n'
    own += f'def blocks(_: Examined) -> tuple[Block, ...]:\n    raise AdaLovelaceError("{SECRET}")\n\n\n'
    start = "def blocks(examined: Examined)"
    replace(copy / "rforge" / "commands" / "detect.py", start, f"{own}def _was(examined: Examined)")
    server = tracked(copy)
    server.call("rforge_status", mode="debug")
    assert "error" in server.ask("tools/call", {"name": "rforge_detect"})
    server.end()
    assert [error["type"] for error in events("error")] == ["KeyError", "LookupError"]
    check_privacy(logs)


@pytest.mark.skipif(sys.platform == "win32", reason="an interrupt is sent otherwise there")
def test_an_interrupted_server_leaves_its_session(tracked: Tracked, events: Events) -> None:
    server = tracked()
    handshake(server)
    server.process.send_signal(signal.SIGINT)
    status, _, log = server.end()
    assert (status, log) == (0, b"rforge: interrupted.\n")
    assert [session["outcome"] for session in events("session")] == ["started"]
