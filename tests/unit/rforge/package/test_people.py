from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rforge.package.people import Person, as_people, parse_people


def test_arguments_are_matched_by_name_by_beginning_and_by_order() -> None:
    code = 'c(person("A B", "C", , "a@b", c("aut", "cre")), utils::person(fam = "D", giv = c("E", "F")))'
    assert parse_people(code) == (Person("A B", "C", "a@b", ("aut", "cre")), Person("E F", "D"))


def test_an_orcid_is_a_named_comment_or_an_address() -> None:
    code = 'c(person("A", comment = c("x", ORCID = "0000-0001-2345-678X")), person("B", comment = "https://orcid.org/0000-0001-2345-6789"))'
    assert [person.orcid for person in parse_people(code)] == ["0000-0001-2345-678X", "0000-0001-2345-6789"]


def test_escapes_stand_for_their_characters() -> None:
    assert parse_people(r'person("Bj\u00f6rn", "\x41\u{e9}")') == (Person("Björn", "Aé"),)


def test_a_text_is_read_as_people() -> None:
    assert parse_people('as.person("Ada van Dyk [aut, cre] <a@b.c>, Ben Other Jr and C D")') == (
        Person("Ada", "van Dyk", "a@b.c", ("aut", "cre")),
        Person("Ben", "Other Jr"),
        Person("C", "D"),
    )


def test_a_person_is_written_as_maintainer_names_it() -> None:
    assert str(Person("A", "B", "a@b.c")) == "A B <a@b.c>"
    assert str(Person("A")) == "A"


@pytest.mark.parametrize("code", ["", "person()", "foo(1)", "NULL", "(((", "c(,,)"])
def test_what_names_nobody_gives_nobody(code: str) -> None:
    assert parse_people(code) == ()


def test_brackets_of_any_depth_are_read() -> None:
    assert parse_people("c(" * 50_000 + 'person("A")') == (Person("A"),)
    assert as_people("(" * 100_000)


@given(st.text(alphabet='person(c,="a@< >[)]\\'))
def test_any_text_is_read(code: str) -> None:
    parse_people(code)
    as_people(code)
