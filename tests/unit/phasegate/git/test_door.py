from __future__ import annotations

from phasegate.git.door import Completed


def test_text_loses_its_last_newline_and_nothing_else() -> None:
    assert Completed(0, b" one\n two \n", "").text == " one\n two "


def test_bytes_that_are_no_utf_8_survive_in_text() -> None:
    text = Completed(0, b"caf\xe9\n", "").text
    assert text.encode("utf-8", "surrogateescape") == b"caf\xe9"
