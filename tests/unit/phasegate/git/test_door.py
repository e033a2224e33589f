from __future__ import annotations

import pytest

from phasegate.git.door import Completed, redact


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("fatal: https://token@host.test/x", "fatal: https://***@host.test/x"),
        ("fatal: https://user:secret@host.test/x", "fatal: https://***@host.test/x"),
        ("fatal: https://user:se@cret@host.test/x", "fatal: https://***@host.test/x"),
        ("ssh://git:secret@host.test:22/x", "ssh://***@host.test:22/x"),
        ("https://a:b@one.test and https://c:d@two.test", "https://***@one.test and https://***@two.test"),
    ],
)
def test_credentials_in_urls_are_blotted_out(said: str, shown: str) -> None:
    assert redact(said) == shown


@pytest.mark.parametrize(
    "said", ["git@host.test:x/y.git", "https://host.test/x@y", "who@example.test said no", "a:b@c", ""]
)
def test_what_holds_no_credential_stays_as_it_is(said: str) -> None:
    assert redact(said) == said


def test_text_loses_its_last_newline_and_nothing_else() -> None:
    assert Completed(0, b" one\n two \n", "").text == " one\n two "


def test_bytes_that_are_no_utf_8_survive_in_text() -> None:
    text = Completed(0, b"caf\xe9\n", "").text
    assert text.encode("utf-8", "surrogateescape") == b"caf\xe9"
