from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from rforge.command_line import main

if TYPE_CHECKING:
    from pathlib import Path


def test_a_person_reads_the_report_on_stdout(fixtures: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["status", "--path", str(fixtures)]) == 0
    captured = capsys.readouterr()
    assert "medfit   0.2.1" in captured.out
    assert captured.err == ""


def test_a_bare_context_of_several_words_is_one_context(
    fixtures: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["analyze", "is", "it", "ready", "--path", str(fixtures), "--format", "JSON"]) == 0
    assert json.loads(capsys.readouterr().out)["context"] == "is it ready"


def test_a_refusal_is_on_stderr_with_status_1(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["analyze", "--mode", "relase"]) == 1
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("Unknown mode 'relase'. Did you mean 'release'?")


def test_an_unknown_command_is_status_2(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["destroy"])
    assert caught.value.code == 2
    assert "invalid choice" in capsys.readouterr().err


def test_bad_usage_is_not_repeated_at_length(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["x" * 100_000])
    said = capsys.readouterr().err
    assert len(said) < 1_000
    assert "invalid choice: 'xxx" in said
    assert "status" in said


def test_a_history_that_cannot_be_written_is_told_a_person_who_has_the_answer_all_the_same(
    fixtures: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "data").write_bytes(b"")
    monkeypatch.setenv("CLAUDE_PLUGIN_DATA", str(tmp_path / "data"))
    assert main(["status", "--path", str(fixtures)]) == 0
    captured = capsys.readouterr()
    assert "medfit   0.2.1" in captured.out
    assert captured.err.startswith("rforge: the history could not be written: ")


def test_colour_is_for_terminals_that_have_it(monkeypatch: pytest.MonkeyPatch) -> None:
    from rforge import command_line

    monkeypatch.setattr(command_line.sys, "platform", "linux")
    monkeypatch.setattr(command_line.sys.stdout, "isatty", lambda: False)
    assert command_line._screen().has_colour is False
    monkeypatch.setattr(command_line.sys.stdout, "isatty", lambda: True)
    for variables, has_colour in (
        ({}, True),
        ({"NO_COLOR": "1"}, False),
        ({"NO_COLOR": ""}, True),
        ({"TERM": "dumb"}, False),
    ):
        with monkeypatch.context() as patch:
            for name in ("NO_COLOR", "TERM"):
                patch.delenv(name, raising=False)
            for name, value in variables.items():
                patch.setenv(name, value)
            assert command_line._screen().has_colour is has_colour
