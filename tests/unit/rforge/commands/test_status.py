from __future__ import annotations

from typing import TYPE_CHECKING

from rforge.deadline import Deadline
from rforge.request import Request
from rforge.running import Run

if TYPE_CHECKING:
    from pathlib import Path


def rows(run: Run, key: str) -> list[dict]:
    (block,) = (block for block in run.report().blocks if block.key == key)
    return [dict(zip((column.key for column in block.columns), row)) for row in block.rows]


def test_a_line_a_package_with_its_health_and_its_findings(fixtures: Path, make_run) -> None:
    medfit, probmed = rows(make_run("status", fixtures), "packages")
    assert (medfit["package"], medfit["version"], medfit["kind"], medfit["score"]) == (
        "medfit",
        "0.2.1",
        "source",
        100,
    )
    assert [probmed[key] for key in ("score", "error", "warning", "note")] == [50, 1, 4, 1]


def test_the_contents_are_counted(fixtures: Path, make_run) -> None:
    medfit, probmed = rows(make_run("status", fixtures), "contents")
    assert (medfit["r_files"], medfit["exports"], medfit["tests"], medfit["test_cases"]) == (
        3,
        4,
        "testthat",
        3,
    )
    assert (medfit["vignettes"], medfit["news"]) == (1, "0.2.1")
    assert (probmed["tests"], probmed["help_pages"], probmed["news"]) == ("", 1, "0.0.9")


def test_what_changed_since_the_last_time_is_said_where_it_is_known(fixtures: Path, clock) -> None:
    request = Request(path=str(fixtures))
    run = Run("status", request, Deadline.after(5, clock), previous={"medfit": 90}.get)
    run.work()
    assert [row["change"] for row in rows(run, "packages")] == [10, None]
