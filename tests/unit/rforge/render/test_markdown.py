from __future__ import annotations

import pytest

from rforge.render.markdown import render
from rforge.report import Fact, Facts, Group, Groups, Lines, table
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


HOSTILE = (
    *(
        "a|b|c",
        "\\|",
        "x\\",
        "`x`",
        "``` y",
        "~~~",
        "[c](http://e.x)",
        "![i](http://e.x/i.png)",
        "<http://e.x>",
    ),
    *("<b>x</b>", "<script>", "<!-- x", "&lt;b&gt; &#60;", "# head", "---", "===", "> q", "- li", "1. one"),
    *(
        "*e* _u_ **s** ~~k~~",
        "|---|---|",
        "a\u2028# b\x85c\x0bd\n# e",
        "[^1]: n",
        "[r]: http://e.x",
        "\u202eRTL",
    ),
)


@pytest.mark.parametrize("text", HOSTILE)
def test_a_real_reader_of_markdown_sees_texts_in_their_cells_and_nothing_else(report, text: str) -> None:
    markdown_it = pytest.importorskip("markdown_it")
    evil = (
        table("t", text, {"a": "A", "b": "B"}, [(text, (text, "y")), ("z", text)], empty=text),
        table("e", "E", {"a": "A"}, [], empty=text),
        Groups("g", (Group(text, (Facts("", "", (Fact("f", text, text),)),)),)),
        Lines("l", "L", (text, f"  {text}")),
    )
    written = render(
        report(
            blocks=evil,
            warnings=(f"Look: {text}",),
            suggestion=f"You say {text}",
            unread=(text,),
            partial=True,
        )
    )
    tokens = markdown_it.MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(written)
    kinds = [token.type for token in tokens] + [
        inner.type for token in tokens for inner in token.children or ()
    ]
    known = ("heading", "paragraph", "blockquote", "table", "thead", "tbody", "tr", "th", "td", "em")
    assert {kind.rpartition("_")[0] or kind for kind in kinds} <= {
        *known,
        "text",
        "inline",
        "fence",
        "softbreak",
    }
    assert [kinds.count(f"{kind}_open") for kind in ("heading", "table", "tr", "td", "th")] == [5, 2, 5, 6, 4]
    assert kinds.count("fence") == 1
