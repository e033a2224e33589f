from __future__ import annotations

import contextlib
import getpass
import io
import json
import os
import sys
from pathlib import Path

import pytest

from rforge.plugin import ROOT, current_user, load_flags, load_version, log

REPOSITORY = Path(__file__).parents[3]


def test_the_flag_file_that_is_released_switches_the_modes_on() -> None:
    assert load_flags().is_on("mode-system", "anyone")


def test_the_flag_file_is_written_as_the_release_tool_writes_it() -> None:
    text = (ROOT / "flags.json").read_text(encoding="utf-8")
    assert text == json.dumps(json.loads(text), indent=2) + "\n"


@pytest.mark.parametrize("content", [None, b"{", b"\xff"])
def test_without_a_readable_flag_file_everything_is_off_and_the_log_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes | None
) -> None:
    if content is not None:
        (tmp_path / "flags.json").write_bytes(content)
    assert not load_flags(tmp_path).is_on("mode-system", "anyone")
    captured = capsys.readouterr()
    assert "switched off" in captured.err
    assert captured.out == ""


def test_a_broken_flag_is_logged_and_switches_off_no_other(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    flags = {"later": {"enabled": "for some"}, "mode-system": {"enabled": True, "percentage": 100}}
    (tmp_path / "flags.json").write_text(json.dumps({"schema": 1, "flags": flags}), encoding="utf-8")
    assert load_flags(tmp_path).is_on("mode-system", "anyone")
    assert capsys.readouterr().err == "rforge: later is switched off: `enabled` must be true or false.\n"


def test_the_version_is_the_one_in_the_manifest(tmp_path: Path) -> None:
    (tmp_path / ".claude-plugin").mkdir()
    (tmp_path / ".claude-plugin" / "plugin.json").write_text('{"version": "2.1.0"}', encoding="utf-8")
    assert load_version(tmp_path) == "2.1.0"


@pytest.mark.parametrize("content", [None, "{", "{}", "[]"])
def test_a_manifest_without_a_version_is_logged(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: str | None
) -> None:
    if content is not None:
        (tmp_path / ".claude-plugin").mkdir()
        (tmp_path / ".claude-plugin" / "plugin.json").write_text(content, encoding="utf-8")
    assert load_version(tmp_path) == "0.0.0"
    assert "names no version" in capsys.readouterr().err


def test_the_user_is_the_one_that_is_named_else_the_login_else_nobody(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(getpass, "getuser", lambda: "login")
    monkeypatch.setenv("RFORGE_USER", "ada")
    assert current_user() == "ada"
    monkeypatch.delenv("RFORGE_USER")
    assert current_user() == "login"
    monkeypatch.setattr(getpass, "getuser", lambda: {}["no login name"])
    assert current_user() == ""


def test_the_marketplace_names_the_plugin_folder_and_no_version() -> None:
    marketplace = json.loads((REPOSITORY / ".claude-plugin" / "marketplace.json").read_text(encoding="utf-8"))
    (entry,) = marketplace["plugins"]
    manifest = json.loads((ROOT / ".claude-plugin" / "plugin.json").read_text(encoding="utf-8"))
    assert (REPOSITORY / entry["source"]).resolve() == ROOT
    assert entry["name"] == manifest["name"]
    assert "version" not in entry  # it would be a second place to stamp


@pytest.mark.parametrize("command", ["status", "analyze"])
def test_each_command_file_allows_the_one_tool_that_serves_it(command: str) -> None:
    text = (ROOT / "commands" / f"{command}.md").read_text(encoding="utf-8")
    frontmatter = text.split("---\n")[1]
    assert f"allowed-tools: mcp__plugin_rforge_rforge__rforge_{command}\n" in frontmatter
    assert "$ARGUMENTS" in text
    assert f"`rforge_{command}`" in text


def test_a_log_that_nobody_reads_is_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    stream = io.TextIOWrapper(io.FileIO(writer, "w"))
    monkeypatch.setattr(sys, "stderr", stream)
    log("anybody there?")
    with contextlib.suppress(BrokenPipeError):
        stream.close()
