from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phasegate.errors import ErrorCode, PhasegateError
from phasegate.notify.message import kinds, render, values_of

KINDS = ("alert", "announcement", "phase", "release", "rollback", "summary")


def values(kind: str, **given: str) -> dict[str, str]:
    return {**{name: f"[{name}]" for name in values_of(kind)}, **given}


def test_there_is_a_template_for_each_occasion() -> None:
    assert kinds() == KINDS


@pytest.mark.parametrize("kind", KINDS)
def test_a_notice_tells_every_value_and_leaves_no_placeholder(kind: str) -> None:
    message = render(kind, values(kind))
    text = f"{message.title}\n{message.body}"
    assert all(f"[{name}]" in text for name in values_of(kind))
    assert "$" not in text
    assert message.kind == kind


@pytest.mark.parametrize("kind", KINDS)
def test_a_title_is_one_line_and_no_part_of_the_body(kind: str) -> None:
    message = render(kind, values(kind, project="two\nlines"))
    assert "two lines" in message.title
    assert "\n" not in message.title
    assert not message.title.startswith("#")
    assert message.title not in message.body


def test_a_line_without_anything_to_say_is_left_out() -> None:
    silent = render("rollback", values("rollback", withdrawn="", reason=" "))
    assert "Withdrawn" not in silent.body
    assert "Reason" not in silent.body
    assert "Withdrawn: 2.0.0" in render("rollback", values("rollback", withdrawn="2.0.0")).body


def test_a_first_release_takes_the_place_of_nothing() -> None:
    assert "takes the place" not in render("release", values("release", previous="")).body


def test_an_unknown_kind_is_refused_with_those_there_are() -> None:
    for ask in (lambda: render("party", {}), lambda: values_of("../message")):
        with pytest.raises(PhasegateError) as stopped:
            ask()
        assert stopped.value.code is ErrorCode.USAGE
        assert all(kind in stopped.value.hint for kind in KINDS)


def test_missing_values_are_named_all_at_once() -> None:
    with pytest.raises(PhasegateError) as stopped:
        render("summary", {"project": "rforge", "period": "24 h"})
    assert stopped.value.code is ErrorCode.USAGE
    assert stopped.value.details == ("events", "holds", "status", "when")


def test_a_value_is_never_filled_itself() -> None:
    body = render("rollback", values("rollback", reason="$version ${actor} $$ $", actor="Ann")).body
    assert "Reason: $version ${actor} $$ $\n" in body


def test_control_characters_are_removed_and_lines_are_kept() -> None:
    changes = "\x1b[31mred\x1b[0m\x00\r\n- one\x85\u202e\udce9\n\t- two"
    assert "[31mred[0m\n- one\n\t- two" in render("release", values("release", changes=changes)).body


@given(st.text(st.characters(), max_size=40))
def test_whatever_the_values_a_notice_is_printable_text(text: str) -> None:
    message = render("phase", dict.fromkeys(values_of("phase"), text))
    whole = f"{message.title}\n{message.body}"
    assert whole.encode("utf-8").decode("utf-8") == whole
    assert all(c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cs") for c in whole)
