from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from rforge.package.dcf import parse_dcf


def test_a_field_goes_on_over_indented_lines() -> None:
    record = parse_dcf("Imports: a,\n    b,\n\tc\nTitle: T\n")
    assert record.fields == {"Imports": "a,\nb,\nc", "Title": "T"}
    assert record.oddities == ()


def test_a_value_may_start_on_the_next_line_and_hold_colons() -> None:
    assert parse_dcf("Depends:\n    R (>= 4.1)\nURL: https://a.test").fields == {
        "Depends": "R (>= 4.1)",
        "URL": "https://a.test",
    }


def test_blank_lines_before_the_record_and_after_it_do_not_matter() -> None:
    record = parse_dcf("\n\nPackage: a\n\n \n")
    assert record.fields == {"Package": "a"}
    assert record.oddities == ()


def test_what_follows_a_blank_line_is_not_read_and_that_is_said() -> None:
    record = parse_dcf("Package: a\n\nVersion: 1.0\n")
    assert record.fields == {"Package": "a"}
    assert record.oddities == ("line 2 is blank: R does not read what follows it",)


def test_of_two_fields_with_one_name_the_last_counts_and_that_is_said() -> None:
    record = parse_dcf("Title: a\nTitle: b\n")
    assert record.fields == {"Title": "b"}
    assert record.oddities == ("line 2 repeats the field Title",)


def test_a_line_that_is_no_field_is_passed_over_and_said() -> None:
    record = parse_dcf("# comment\nPackage: a\nnonsense\n  more\n")
    assert record.fields["Package"] == "a\nmore"
    assert record.oddities == (
        "line 1 is neither a field nor the continuation of one",
        "line 3 is neither a field nor the continuation of one",
    )


def test_a_continuation_of_nothing_is_odd() -> None:
    assert parse_dcf("  a: b\n").oddities == ("line 1 is neither a field nor the continuation of one",)


FIELD = st.from_regex(r"[A-Z][A-Za-z@/]{0,8}", fullmatch=True)
LINE = st.from_regex(r"[!-~]([ -~]{0,20}[!-~])?", fullmatch=True).filter(lambda line: line != ".")


@given(st.dictionaries(FIELD, st.lists(LINE, min_size=1, max_size=4)))
def test_what_is_written_is_what_is_read(fields: dict[str, list[str]]) -> None:
    text = "\n".join(f"{name}: " + "\n    ".join(lines) for name, lines in fields.items())
    record = parse_dcf(text)
    assert record.fields == {name: "\n".join(lines) for name, lines in fields.items()}
    assert record.oddities == ()


@given(st.text())
def test_any_text_is_read(text: str) -> None:
    parse_dcf(text)


def test_a_full_stop_alone_is_a_blank_line_of_a_value() -> None:
    assert parse_dcf("Note: a\n .\n b\n").fields == {"Note": "a\n\nb"}


def test_each_field_and_each_line_of_it_has_its_number() -> None:
    record = parse_dcf("\nPackage: a\nImports:\n  b,\n  c\n")
    assert record.lines == {"Package": 2, "Imports": 3}
    assert record.rows["Imports"] == ((3, ""), (4, "b,"), (5, "c"))
