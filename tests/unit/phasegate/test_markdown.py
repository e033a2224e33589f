from __future__ import annotations

import pytest

from phasegate.markdown import as_cell, as_markdown, one_line


def test_what_nobody_can_see_is_left_out() -> None:
    assert one_line("a\x1b[2J\u202e b\n\tc") == "a [2J b c"


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("# x", "&#35; x"),
        ("a *b* _c_", "a \\*b\\* \\_c\\_"),
        ("<b>", "&lt;b&gt;"),
        ("1. x", "1\\. x"),
        ("`a|b`", "`a|b`"),
    ],
)
def test_text_is_written_so_that_it_reads_as_typed(typed: str, written: str) -> None:
    assert as_markdown(typed) == written


def test_a_bar_ends_no_cell() -> None:
    assert as_cell("a|b `c|d`") == "a\\|b `c\\|d`"
