from __future__ import annotations

import pytest

from rforge.render.screen import Screen
from rforge.render.terminal import _width, render
from rforge.report import Lines, Readiness, table
from rforge.request import Mode, Request

PLAIN = Screen()
LONG = "a long sentence that says what is wrong with a package, and what has to be done about it by whom"


def test_blocks_become_aligned_columns(report) -> None:
    assert (
        render(report(), PLAIN)
        == """\
rforge status (mode default)

Rows
  Severity  Name    Parts  Points
  error     medfit  a, b   17.5
  note      -       -      -

Nothing
  nothing here

Tree
  a
    b
    c|d

medfit 1.0
  Meta:  no
  Fruit: apple"""
    )


def test_a_partial_report_says_so_first_and_what_is_missing(report) -> None:
    lines = render(
        report(partial=True, unread=("probmed", "medfit: news"), warnings=("Look.",)), PLAIN
    ).split("\n")
    assert lines[1:4] == [
        "PARTIAL: the time budget of 5 s is used up.",
        "Not examined: probmed, medfit: news.",
        "Look.",
    ]


def test_a_search_that_did_not_end_says_what_to_do(report) -> None:
    assert "give the folder of one package" in render(report(partial=True, blocks=()), PLAIN)


def test_a_hint_stands_last_and_the_context_first(report) -> None:
    lines = render(report(suggestion="Ask.", request=Request(context="my words")), PLAIN).split("\n")
    assert (lines[1], lines[-1]) == ("Context: my words", "Ask.")


def test_characters_that_steer_a_terminal_are_left_out(report) -> None:
    evil = table("t", "T", {"n": "N"}, [("a\x1b[31mb\x07\u202ec",)])
    blocks = (evil, Lines("l", "L", ("  x\x1b]0;title\x07",)))
    text = render(report(blocks=blocks, warnings=("\x1b[2J",), request=Request(context="\x9b1m")), PLAIN)
    assert all(character.isprintable() or character == "\n" for character in text)
    assert "a[31mbc" in text
    assert "\n    x]0;title" in text


@pytest.mark.parametrize("width", [30, 40, 60, 80, 120])
def test_no_line_is_wider_than_the_screen(report, width: int) -> None:
    rows = [(LONG, "medfit", LONG), (LONG, "p", "q")]
    blocks = (table("t", "T", {"a": "What", "b": "Who", "c": "Advice"}, rows),)
    lines = render(report(blocks=blocks, warnings=(LONG,), suggestion=LONG), Screen(width)).split("\n")
    assert max(map(len, lines)) <= width
    assert sum(line.count("sentence") for line in lines) >= 5


def test_a_table_that_is_too_narrow_to_read_becomes_a_list(report) -> None:
    columns = {str(number): f"Column {number}" for number in range(9)}
    text = render(report(blocks=(table("t", "T", columns, [tuple("abcdefghi")]),)), Screen(60))
    assert "\n  Column 0: a\n  Column 1: b\n" in text


def test_letters_that_are_two_columns_wide_keep_the_columns_aligned(report) -> None:
    block = table("t", "T", {"a": "A", "b": "B"}, [("包", "x"), ("abc", "y"), ("e\u0301", "z")])
    lines = render(report(blocks=(block,)), PLAIN).split("\n")[3:]
    assert lines == ["  A    B", "  包   x", "  abc  y", "  e\u0301    z"]


def test_there_is_colour_only_where_the_screen_has_it(report) -> None:
    verdicts = table("t", "T", {"v": "V"}, [(Readiness.PROBLEM,), (Readiness.READY,), (Readiness.UNKNOWN,)])
    blocks = (*report().blocks, verdicts)
    text = render(report(blocks=blocks), Screen(has_colour=True))
    assert "\x1b[31merror\x1b[0m" in text
    assert all(
        f"\x1b[{code}m{word}" in text for code, word in ((31, "problem"), (32, "ready"), (33, "unknown"))
    )
    assert "\x1b" not in render(report(blocks=blocks), Screen(80))


def test_colour_does_not_move_the_columns(report) -> None:
    import re

    coloured = render(report(), Screen(80, has_colour=True))
    assert re.sub(r"\x1b\[\d+m", "", coloured) == render(report(), Screen(80))


@pytest.mark.parametrize("width", [20, 40, 80])
@pytest.mark.parametrize("mode", Mode)
def test_no_line_of_a_real_report_is_wider_than_a_narrow_screen(
    write_ecosystem, make_run, width: int, mode: Mode
) -> None:
    chain = {f"p{number}": f"Imports: p{number + 1} (>= 1.0.0)\n" for number in range(20)}
    root = write_ecosystem({"a": "Title: " + "包裹" * 30 + "\nSuggests: rlang (>= 1.0.0.9000)\n", **chain})
    for command in ("status", "analyze", "next", "impact", "detect", "deps"):
        report = make_run(command, root, mode=mode).report()
        widest = max(map(_width, render(report, Screen(width)).split("\n")))
        assert widest <= width, command


def test_a_tree_keeps_its_shape_where_its_lines_are_too_long(report) -> None:
    text = render(
        report(blocks=(Lines("l", "L", ("a", "  b which is longer than that", "  c")),)), Screen(20)
    )
    assert text.endswith("L\n  a\n    b which is\n      longer than\n      that\n    c")


def test_marks_above_and_below_letters_take_no_column(report) -> None:
    assert (_width("हिन्दी"), _width("e\u0301\ufe0f\u20dd")) == (5, 1)
