from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest

from phasegate.config import Notify
from phasegate.notify.channel import NotifyError
from phasegate.notify.channels.console import ConsoleChannel, channel_for
from phasegate.notify.message import Message

MESSAGE = Message("Title → up", "Body.", "release")


def test_a_notice_goes_to_stderr_and_leaves_stdout_to_results(capsys: pytest.CaptureFixture[str]) -> None:
    ConsoleChannel().send(MESSAGE, "k")
    assert capsys.readouterr() == ("", "Title → up\n\nBody.\n")


def test_a_terminal_that_lacks_a_character_shows_its_code(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = io.TextIOWrapper(io.BytesIO(), encoding="ascii", newline="\n")
    monkeypatch.setattr(sys, "stderr", terminal)
    ConsoleChannel().send(MESSAGE, "k")
    assert terminal.buffer.getvalue() == b"Title \\u2192 up\n\nBody.\n"


def test_a_closed_terminal_is_a_clear_failure(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "read-only").touch()
    with (tmp_path / "read-only").open(encoding="utf-8") as terminal:
        monkeypatch.setattr(sys, "stderr", terminal)
        with pytest.raises(NotifyError, match="stderr"):
            ConsoleChannel().send(MESSAGE, "k")


def test_the_console_is_open_unless_it_is_turned_off() -> None:
    assert channel_for(Notify(), Path(), {}) == ConsoleChannel()
    assert channel_for(Notify(console=False), Path(), {}) is None
