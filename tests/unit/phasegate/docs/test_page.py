from __future__ import annotations

from typing import TYPE_CHECKING

from phasegate.docs.page import Page, differences, table, write

if TYPE_CHECKING:
    from pathlib import Path

PAGE = Page("docs/deep/page.md", lambda: "# Title\n\nnew ü\n")


def test_a_missing_page_is_stale_and_writing_it_mends_that(tmp_path: Path) -> None:
    assert "+# Title" in differences(tmp_path, [PAGE])[PAGE.path]
    assert write(tmp_path, [PAGE]) == (PAGE.path,)
    assert (tmp_path / PAGE.path).read_bytes() == "# Title\n\nnew ü\n".encode()
    assert differences(tmp_path, [PAGE]) == {}
    assert write(tmp_path, [PAGE]) == ()


def test_the_difference_shows_what_stands_and_what_must(tmp_path: Path) -> None:
    write(tmp_path, [Page(PAGE.path, lambda: "# Title\n\nold\n")])
    assert differences(tmp_path, [PAGE])[PAGE.path].splitlines()[-3:] == [" ", "-old", "+new ü"]


def test_windows_line_ends_do_not_make_a_page_stale(tmp_path: Path) -> None:
    write(tmp_path, [Page(PAGE.path, lambda: PAGE.render().replace("\n", "\r\n"))])
    assert differences(tmp_path, [PAGE]) == {}


def test_a_cell_cannot_break_its_table() -> None:
    assert table(("a", "b"), [("x|y", "one\ntwo")]) == "| a | b |\n| --- | --- |\n| x\\|y | one two |"
