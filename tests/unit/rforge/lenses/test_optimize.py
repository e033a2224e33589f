from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from rforge.lenses.optimize import LARGE_BYTES
from rforge.render.as_json import as_document
from rforge.request import Mode

if TYPE_CHECKING:
    from pathlib import Path

JUNIT = """<testsuites><testsuite name="s"><testcase name="quick" time="0.1"/>
<testcase name="slow" time="9.5"/></testsuite></testsuites>"""


@pytest.fixture
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A library in which `heavy` is installed, which brings `cli` and, by it, `glue`."""
    library = tmp_path / "library"
    for name, needs in (("heavy", "Imports: cli, stats\n"), ("cli", "Depends: glue\n"), ("glue", "")):
        (library / name).mkdir(parents=True)
        text = f"Package: {name}\nVersion: 1.0\n{needs}Built: R 4.2.2; ; 2023-01-01; unix\n"
        (library / name / "DESCRIPTION").write_text(text, encoding="utf-8")
    monkeypatch.setenv("R_LIBS", str(library))
    return library


def optimize(make_run, folder: Path) -> dict:
    return as_document(make_run("deps", folder, mode=Mode.OPTIMIZE).report())


def test_dependencies_stand_by_what_they_bring(write_ecosystem, make_run, library: Path) -> None:
    files = {
        "a/NAMESPACE": "importFrom(heavy, lift)\nimport(glue)\n",
        "a/R/a.R": "f <- function() heavy::carry()\n",
    }
    root = write_ecosystem({"a": "Imports: nowhere, glue, heavy, stats\n"}, files)
    rows = optimize(make_run, root)["dependencies_by_weight"]
    assert [(row["dependency"], row["brings"], row["uses"]) for row in rows] == [
        ("heavy", 2, 2),
        ("glue", 0, None),
        ("nowhere", None, 0),
    ]
    assert rows[0]["bytes"] == (library / "heavy" / "DESCRIPTION").stat().st_size
    assert rows[2]["bytes"] is None


def test_imports_that_nothing_uses_are_named(fixtures: Path, make_run) -> None:
    assert optimize(make_run, fixtures)["unused_imports"] == [{"package": "probmed", "dependency": "tibble"}]


def test_large_files_that_users_would_get_are_named_and_ignored_ones_are_not(
    write_ecosystem, make_run
) -> None:
    root = write_ecosystem({"a": ""}, {"a/.Rbuildignore": "^raw$\n"})
    for place in ("a/data/big.rda", "a/raw/big.csv"):
        (root / place).parent.mkdir()
        (root / place).write_bytes(b"x" * LARGE_BYTES)
    rows = optimize(make_run, root)["large_files"]
    assert rows == [{"package": "a", "file": "data/big.rda", "bytes": LARGE_BYTES}]


def test_the_slowest_tests_come_first_where_timings_exist(write_ecosystem, make_run) -> None:
    rows = optimize(make_run, write_ecosystem({"a": ""}, {"a/tests/junit.xml": JUNIT}))["slow_tests"]
    assert [(row["name"], row["elapsed_s"]) for row in rows] == [("slow", 9.5), ("quick", 0.1)]


def test_packages_are_loaded_after_what_they_need(write_ecosystem, make_run) -> None:
    rows = optimize(make_run, write_ecosystem({"a": "Depends: R, b, methods\n", "b": ""}))["load_order"]
    assert [(row["step"], row["package"], row["attaches"]) for row in rows] == [(1, "b", []), (2, "a", ["b"])]


def test_what_an_installed_package_uses_by_name_is_not_known(write_ecosystem, make_run) -> None:
    root = write_ecosystem({"a": "Imports: far\nBuilt: R 4.2.2\n"})
    (row,) = optimize(make_run, root)["dependencies_by_weight"]
    assert (row["dependency"], row["uses"]) == ("far", None)
