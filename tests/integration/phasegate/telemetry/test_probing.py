"""A probe of real servers: rforge's, and ones that are broken in their own ways."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest

from phasegate.telemetry.probing.probe import Probe, probe
from phasegate.telemetry.probing.server import ServerCommand, server_commands

ROOT = Path(__file__).resolve().parents[4]
RFORGE = ROOT / "rforge"
PACKAGE = ROOT / "tests" / "fixtures" / "r" / "medfit"
ENVIRONMENT = {**os.environ, "DO_NOT_TRACK": "1"}


def probe_script(folder: Path, script: str, silence_s: float = 5.0) -> Probe:
    command = ServerCommand("broken", (sys.executable, "-c", script))
    return probe([command], ["mcp__plugin_x_y__tool"], {}, ENVIRONMENT, folder, silence_s)


def test_every_tool_of_the_real_plugin_answers_and_is_documented() -> None:
    manifest = json.loads((RFORGE / ".claude-plugin" / "plugin.json").read_text(encoding="utf-8"))
    documents = [path.read_text(encoding="utf-8") for path in (RFORGE / "commands").glob("*.md")]
    commands = [
        ServerCommand(c.name, (sys.executable, *c.arguments[1:]), c.environment)
        for c in server_commands(manifest, RFORGE)
    ]
    found = probe(commands, documents, {"path": str(PACKAGE)}, ENVIRONMENT, ROOT)
    assert {each.subject for each in found.probed} == {
        "rforge start", *(f"rforge_{name}" for name in ("analyze", "deps", "detect", "impact", "next", "status")),
    }  # fmt: skip
    assert all(each.is_good for each in found.probed)
    assert found.documented == found.accurate == 7


def test_a_tool_that_answers_with_an_error_is_no_good(tmp_path: Path) -> None:
    manifest = json.loads((RFORGE / ".claude-plugin" / "plugin.json").read_text(encoding="utf-8"))
    (command,) = server_commands(manifest, RFORGE)
    found = probe([command], [], {"path": str(tmp_path / "nowhere")}, ENVIRONMENT, ROOT)
    bad = [each for each in found.probed if not each.is_good]
    assert bad
    assert {each.reason for each in bad} == {"it answers with an error"}


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ("pass", "initialize: it ended"),
        ("print('hello', flush=True); input(); input()", "initialize: its answer is no JSON"),
        ("print('[1]', flush=True); input(); input()", "initialize: its answer is no message"),
        (
            """print('{"jsonrpc": "2.0", "id": 1, "error": {}}', flush=True); input(); input()""",
            "initialize: it answers with an error",
        ),
    ],
)
def test_a_server_that_does_not_greet_is_no_good_and_says_why(
    tmp_path: Path, script: str, reason: str
) -> None:
    found = probe_script(tmp_path, script)
    assert [(each.is_good, each.reason) for each in found.probed] == [(False, reason)]
    assert (found.documented, found.accurate) == (1, 0)


def test_a_server_that_says_nothing_is_given_up_and_ended(tmp_path: Path) -> None:
    found = probe_script(
        tmp_path, "import os, time; open('pid', 'w').write(str(os.getpid())); time.sleep(600)", 1.0
    )
    assert found.probed[0].reason == "initialize: no answer in 1 s"
    pid = int((tmp_path / "pid").read_text(encoding="ascii"))
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_a_server_that_does_not_start_is_no_good(tmp_path: Path) -> None:
    found = probe([ServerCommand("x", (str(tmp_path / "nothing"),))], [], {}, ENVIRONMENT, tmp_path)
    assert "x does not start" in found.probed[0].reason


def test_tools_whose_list_makes_no_sense_are_no_good(tmp_path: Path) -> None:
    script = (
        "import sys\n"
        "for line in sys.stdin:\n"
        "    number = 2 if 'tools/list' in line else 1\n"
        '    if \'"id"\' in line: print(\'{"jsonrpc": "2.0", "id": %d, "result": {"tools": [7]}}\' % number, flush=True)\n'
    )
    assert probe_script(tmp_path, script).probed[0].reason == "its list of tools makes no sense"


def test_a_manifest_names_its_servers_and_where_they_lie(tmp_path: Path) -> None:
    manifest = {
        "mcpServers": {
            "a": {
                "command": "python3",
                "args": ["${CLAUDE_PLUGIN_ROOT}/s.py", 7],
                "env": {"X": "${CLAUDE_PLUGIN_ROOT}"},
            },
            "b": {"url": "https://example.test"},
            "c": "nonsense",
        }
    }
    (command,) = server_commands(manifest, tmp_path)
    assert command == ServerCommand("a", ("python3", f"{tmp_path}/s.py", "7"), {"X": str(tmp_path)})
    assert server_commands({"mcpServers": "elsewhere.json"}, tmp_path) == []
