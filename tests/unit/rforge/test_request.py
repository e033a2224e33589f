from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rforge.errors import ValidationError
from rforge.request import Format, Mode, Request, parse_request


def test_nothing_asked_for_is_the_default_mode_in_the_terminal_format() -> None:
    request = parse_request({}, modes_on=True)
    assert request == Request(path=".", context="", mode=Mode.DEFAULT, format=Format.TERMINAL)


def test_null_and_empty_arguments_are_the_defaults() -> None:
    assert (
        parse_request({"path": None, "mode": "", "format": " ", "context": None}, modes_on=True) == Request()
    )


@pytest.mark.parametrize("spelling", ["json", "JSON", "Json", " json "])
def test_a_format_is_taken_in_any_case_of_letters(spelling: str) -> None:
    assert parse_request({"format": spelling}, modes_on=True).format is Format.JSON


@pytest.mark.parametrize("modes_on", [True, False])
def test_the_default_mode_may_be_named(modes_on: bool) -> None:
    assert parse_request({"mode": "DEFAULT"}, modes_on=modes_on).mode is Mode.DEFAULT


@pytest.mark.parametrize("mode", ["debug", "Optimize", " RELEASE "])
def test_a_mode_is_taken_in_any_case_of_letters_and_is_explicit(mode: str) -> None:
    request = parse_request({"mode": mode}, modes_on=True)
    assert (request.mode.value, request.is_mode_explicit) == (mode.strip().lower(), True)


def test_words_of_the_context_never_switch_the_mode() -> None:
    request = parse_request({"context": "release mode, please; --mode debug"}, modes_on=True)
    assert (request.mode, request.is_mode_explicit) == (Mode.DEFAULT, False)


def test_a_check_belongs_to_mode_release() -> None:
    assert parse_request({"mode": "release", "check": True}, modes_on=True).check
    assert not parse_request({"check": False}, modes_on=True).check
    with pytest.raises(ValidationError, match="belongs to mode 'release'"):
        parse_request({"check": True}, modes_on=True)


@pytest.mark.parametrize("value", ["yes", 2, [True]])
def test_a_check_that_is_no_truth_value_is_refused(value: object) -> None:
    with pytest.raises(ValidationError, match="check must be true or false"):
        parse_request({"mode": "release", "check": value}, modes_on=True)


@pytest.mark.parametrize("mode", ["debug", "optimize", "release"])
def test_a_mode_behind_a_flag_that_is_off_is_refused(mode: str) -> None:
    with pytest.raises(ValidationError, match="is switched off"):
        parse_request({"mode": mode}, modes_on=False)


def test_an_unknown_mode_is_answered_with_the_choices_and_the_nearest_one() -> None:
    with pytest.raises(ValidationError) as caught:
        parse_request({"mode": "relase"}, modes_on=True)
    assert caught.value.message == "Unknown mode 'relase'. Did you mean 'release'?"
    assert caught.value.hint == "Choose from: default, debug, optimize, release."


def test_an_unknown_format_is_answered_with_the_choices() -> None:
    with pytest.raises(ValidationError) as caught:
        parse_request({"format": "pdf"}, modes_on=True)
    assert str(caught.value) == "Unknown format 'pdf'.\nChoose from: terminal, json, markdown."


def test_an_unknown_argument_is_refused() -> None:
    with pytest.raises(ValidationError, match="Unknown argument 'paht'"):
        parse_request({"paht": "."}, modes_on=True)


@pytest.mark.parametrize("value", [1, True, ["json"], {}])
def test_an_argument_that_is_no_text_is_refused(value: object) -> None:
    with pytest.raises(ValidationError, match="must be a text"):
        parse_request({"context": value}, modes_on=True)


@pytest.mark.parametrize("value", ["a\0b", "\ud800"])
def test_a_character_that_no_path_can_hold_is_refused(value: str) -> None:
    with pytest.raises(ValidationError, match="no text may hold"):
        parse_request({"path": value}, modes_on=True)


@given(
    st.dictionaries(
        st.sampled_from(["path", "context", "mode", "format"]), st.text() | st.none() | st.integers()
    )
)
def test_whatever_is_asked_gives_a_request_or_a_validation_error(arguments: dict[str, object]) -> None:
    with suppress(ValidationError):
        assert parse_request(arguments, modes_on=True).mode in Mode


def test_a_home_that_nobody_has_is_a_folder_s_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/ada")
    monkeypatch.setenv("USERPROFILE", "/home/ada")
    assert parse_request({"path": "~/r"}, modes_on=True).path == "/home/ada/r"
    assert parse_request({"path": "~nobody-has-it/r"}, modes_on=True).path == "~nobody-has-it/r"
