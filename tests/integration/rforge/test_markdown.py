"""Markdown as a real reader of it sees it: what packages say of themselves stays text, in its place."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from markdown_it import MarkdownIt

from rforge.budgets import Budget
from rforge.render.markdown import render
from rforge.report import Fact, Facts, Group, Groups, Lines, Report, Timings, table
from rforge.request import Request

if TYPE_CHECKING:
    from collections.abc import Iterator

    from markdown_it.token import Token

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


def shown(tokens: list[Token], place: str) -> list[str]:
    """What a reader sees in each heading, cell or quote; markup in it is told by its name."""
    pairs = zip(tokens, tokens[1:])
    return ["".join(pieces(inline)) for opening, inline in pairs if opening.type == f"{place}_open"]


def pieces(inline: Token) -> Iterator[str]:
    for piece in inline.children or ():
        yield piece.content if piece.type in ("text", "text_special") else f"({piece.type})"


@pytest.mark.parametrize("hostile", HOSTILE)
def test_a_text_is_shown_as_it_is_wherever_it_stands(hostile: str) -> None:
    blocks = (
        table("t", hostile, {"a": "A", "b": "B"}, [(hostile, (hostile, "y")), ("z", hostile)]),
        table("e", "E", {"a": "A"}, [], empty=hostile),
        Groups("g", (Group(hostile, (Facts("", "", (Fact("f", hostile, hostile),)),)),)),
        Lines("l", "L", (hostile, f"  {hostile}")),
    )
    report = Report(
        command="status",
        request=Request(path="here"),
        blocks=blocks,
        budget=Budget(5.0, is_hard=True),
        timings=Timings(0.1, 0.2, 0.3, 0.6),
        time="2026-01-02T03:04:05Z",
        warnings=(hostile,),
        suggestion=f"You say {hostile}",
    )
    text = "".join(filter(str.isprintable, " ".join(hostile.split())))
    tokens = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(render(report))
    assert shown(tokens, "heading") == ["rforge status", text, "E", text, "L"]
    assert shown(tokens, "td") == [text, f"{text}, y", "z", text, text, text]
    assert shown(tokens, "paragraph") == [
        "Mode: default",
        text,
        f"(em_open){text}(em_close)",
        f"You say {text}",
    ]
    assert [token.content for token in tokens if token.type == "fence"] == [f"{text}\n  {text}\n"]
