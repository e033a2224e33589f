from __future__ import annotations

import pytest

from rforge.render.markdown import render
from rforge.report import Lines, table
from rforge.request import Request


def test_blocks_become_headings_tables_and_fenced_code(report) -> None:
    assert (
        render(report())
        == """\
# rforge status

Mode: default

## Rows

| Severity | Name | Parts | Points |
| --- | --- | --- | --- |
| error | medfit | a, b | 17.5 |
| note | - | - | - |

## Nothing

*nothing here*

## Tree

```text
a
  b
  c|d
```

## medfit 1.0

|  |  |
| --- | --- |
| Meta | no |
| Fruit | apple |"""
    )


def test_a_partial_report_is_marked_in_a_quote_and_a_hint_stands_last(report) -> None:
    text = render(report(partial=True, unread=("probmed",), suggestion="Ask for mode debug."))
    assert "\n> PARTIAL: the time budget of 5 s is used up.\n\n> Not examined: probmed.\n" in text
    assert text.endswith("\n\nAsk for mode debug.")


def test_text_from_files_cannot_break_out_of_its_place(report) -> None:
    evil = table("t", "T", {"n": "N"}, [("a|b <script>\n[x](y) `z` *w*\x1b[31m",)])
    text = render(report(blocks=(evil,), request=Request(context="# <b>")))
    assert "| a\\|b \\<script\\> \\[x\\](y) \\`z\\` \\*w\\*\\[31m |" in text
    assert "> Context: \\# \\<b\\>" in text


def test_fenced_code_with_fences_in_it_ends_where_it_should(report) -> None:
    text = render(report(blocks=(Lines("l", "L", ("```", "x", "````")),)))
    assert text.endswith("`````text\n```\nx\n````\n`````")


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("see http://evil.example/x", "see http\\://evil.example/x"),
        ("WWW.evil.example", "WWW\\.evil.example"),
        ("DESCRIPTION: 1.0, a::b", "DESCRIPTION: 1.0, a::b"),
    ],
)
def test_an_address_in_a_text_is_no_link(report, text: str, written: str) -> None:
    assert f"| {written} |" in render(report(blocks=(table("t", "T", {"a": "A"}, [(text,)]),)))
