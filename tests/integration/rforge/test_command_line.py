"""`python -m rforge` as a real process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Callable

import pytest

from rforge.commands.table import COMMANDS
from rforge.request import Mode

Run = Callable[..., "subprocess.CompletedProcess[bytes]"]


@pytest.fixture
def run(plugin: Path) -> Run:
    def run_module(
        *arguments: str, folder: Path, encoding: str = "utf-8"
    ) -> subprocess.CompletedProcess[bytes]:
        environment = {**os.environ, "PYTHONPATH": str(plugin), "PYTHONIOENCODING": encoding}
        command = [sys.executable, "-m", "rforge", *arguments]
        return subprocess.run(command, cwd=folder, env=environment, capture_output=True, timeout=60)

    return run_module


def test_status_shows_the_packages_of_the_working_directory(run: Run, fixtures: Path) -> None:
    completed = run("status", folder=fixtures)
    assert completed.returncode == 0
    assert b"medfit   0.2.1    source  100" in completed.stdout
    assert completed.stderr == b""


def test_words_may_stand_behind_the_options(run: Run, fixtures: Path) -> None:
    completed = run("status", "--format", "json", "medfit", folder=fixtures)
    assert completed.returncode == 0
    assert json.loads(completed.stdout)["context"] == "medfit"


@pytest.mark.parametrize("command", sorted(COMMANDS))
@pytest.mark.parametrize("mode", [mode.value for mode in Mode])
def test_every_command_in_every_mode_is_a_process_that_ends_well(
    run: Run, fixtures: Path, command: str, mode: str
) -> None:
    completed = run(command, "--mode", mode.upper(), "--format", "json", folder=fixtures)
    assert (completed.returncode, completed.stderr) == (0, b"")
    document = json.loads(completed.stdout)
    assert (document["command"], document["mode"], document["partial"]) == (command, mode, False)


def test_a_refusal_has_status_1(run: Run, tmp_path: Path) -> None:
    completed = run("analyze", folder=tmp_path)
    assert (completed.returncode, completed.stdout) == (1, b"")
    assert completed.stderr.startswith(b"There is no R package in '.'")


def test_a_console_that_lacks_a_letter_shows_a_question_mark(run: Run, tmp_path: Path) -> None:
    (tmp_path / "DESCRIPTION").write_text("Package: tiny\nTitle: Größe 包\n", encoding="utf-8")
    completed = run("analyze", folder=tmp_path, encoding="latin1")
    assert completed.returncode == 0
    assert "Größe ?".encode("latin1") in completed.stdout


def test_a_reader_that_had_enough_is_no_error(plugin: Path, fixtures: Path) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    environment = {**os.environ, "PYTHONPATH": str(plugin)}
    command = [sys.executable, "-m", "rforge", "status", "--path", str(fixtures)]
    completed = subprocess.run(command, env=environment, stdout=writer, stderr=subprocess.PIPE, timeout=60)
    os.close(writer)
    assert (completed.returncode, completed.stderr) == (0, b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
def test_an_answer_that_cannot_be_written_is_an_error_that_says_why(plugin: Path, fixtures: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(plugin)}
    command = [sys.executable, "-m", "rforge", "status", "--path", str(fixtures)]
    with Path("/dev/full").open("wb") as full:
        completed = subprocess.run(command, env=environment, stdout=full, stderr=subprocess.PIPE, timeout=60)
    assert completed.returncode == 1
    assert completed.stderr.startswith(b"rforge: the answer could not be written: ")
    assert completed.stderr.count(b"\n") == 1


def test_a_closed_stdout_is_no_reason_to_break(plugin: Path, fixtures: Path) -> None:
    code = "import sys; sys.stdout = None; from rforge.__main__ import main; sys.exit(main(['status']))"
    environment = {**os.environ, "PYTHONPATH": str(plugin)}
    command = [sys.executable, "-c", code]
    completed = subprocess.run(command, cwd=fixtures, env=environment, stderr=subprocess.PIPE, timeout=60)
    assert (completed.returncode, completed.stderr) == (0, b"")
