from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phasegate.terminal import printable


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("ünïcödé ✓\n\tindented", "ünïcödé ✓\n\tindented"),
        ("\x1b[2Jclean", "\\x1b[2Jclean"),
        ("\x9b31m", "\\x9b31m"),
        ("\u202etxt.exe", "\\u202etxt.exe"),
        ("caf\udce9", "caf\\udce9"),
        ("a\rb\0", "a\\rb\\x00"),
    ],
)
def test_what_would_command_a_terminal_is_shown_by_its_code(text: str, shown: str) -> None:
    assert printable(text) == shown


@given(st.text())
def test_every_text_can_be_shown_on_any_terminal(text: str) -> None:
    shown = printable(text)
    assert all(c.isprintable() or c in "\n\t" for c in shown)
    assert shown.encode("utf-8").decode("utf-8") == shown
