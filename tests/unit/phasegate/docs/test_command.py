from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from phasegate.docs import exit_statuses
from phasegate.docs.command import main
from phasegate.docs.page import Page

if TYPE_CHECKING:
    from pathlib import Path


PAGES = (exit_statuses.PAGE,)


def test_what_was_written_is_up_to_date(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(PAGES, ["--write", "--root", str(tmp_path)]) == 0
    assert capsys.readouterr().out == "written: docs/reference/exit-statuses.md\n"
    assert main(PAGES, ["--check", "--root", str(tmp_path)]) == 0
    assert capsys.readouterr().out == "1 generated page up to date\n"


def test_a_stale_page_fails_the_check_and_is_left_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(PAGES, ["--write", "--root", str(tmp_path)])
    page = tmp_path / PAGES[0].path
    page.write_text(page.read_text(encoding="utf-8").replace("| 2 |", "| 99 |"), encoding="utf-8")
    before = page.read_bytes()
    assert main(PAGES, ["--check", "--root", str(tmp_path)]) == 33
    said = capsys.readouterr().out
    assert "stale: docs/reference/exit-statuses.md" in said
    assert "-| 99 |" in said
    assert "+| 2 |" in said
    assert "next: run `python -m phasegate.tasks.reference --write`" in said
    assert page.read_bytes() == before


def test_further_pages_can_be_handed_in(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pages = (*PAGES, Page("more.md", lambda: "x\n"))
    main(pages, ["--write", "--root", str(tmp_path)])
    assert main(pages, ["--check", "--root", str(tmp_path)]) == 0
    assert "2 generated pages up to date" in capsys.readouterr().out


@pytest.mark.parametrize("arguments", [[], ["--check", "--write"]], ids=["none", "both"])
def test_one_of_check_and_write_must_be_chosen(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(PAGES, arguments)
    assert caught.value.code == 2
