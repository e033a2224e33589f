from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from rforge.commands import next_steps
from rforge.findings import Category
from rforge.health import WEIGHTS
from rforge.render.as_json import as_document

if TYPE_CHECKING:
    from pathlib import Path


def steps(make_run, folder: Path, context: str = "") -> dict:
    return as_document(make_run("next", folder, context=context).report())


def test_what_breaks_an_installation_comes_first(fixtures: Path, make_run) -> None:
    document = steps(make_run, fixtures)
    first, second = document["next"][:2]
    assert (first["rank"], first["severity"], first["action"]) == (1, "error", "Name digest in Imports.")
    assert (first["where"], first["gain"]) == ("NAMESPACE:4", 10.0)
    assert (second["action"], second["gain"]) == ("Write a first test, with testthat or tinytest.", 20.0)
    assert document["summary"] == {"shown": 6, "total": 6}


def test_of_two_alike_the_package_that_others_need_comes_first(write_ecosystem, make_run) -> None:
    document = steps(make_run, write_ecosystem({"a": "Imports: z\n", "z": ""}))
    tests = [row["package"] for row in document["next"] if row["action"].startswith("Write a first test")]
    assert tests == ["z", "a"]


def test_more_than_ten_are_counted_and_not_shown(write_ecosystem, make_run) -> None:
    document = steps(make_run, write_ecosystem({f"p{number}": "" for number in range(9)}))
    assert len(document["next"]) == next_steps.SHOWN
    assert document["summary"]["total"] > next_steps.SHOWN


def test_nothing_to_do_is_said(fixtures: Path, make_run) -> None:
    assert steps(make_run, fixtures / "medfit")["next"] == []


def test_how_many_need_a_package_is_not_said_where_the_others_were_not_read(
    write_ecosystem, make_run
) -> None:
    root = write_ecosystem({"a": "Imports: z\n", "z": ""})
    assert {row["dependents"] for row in steps(make_run, root, "z")["next"]} == {None}
    assert {row["dependents"] for row in steps(make_run, root)["next"] if row["package"] == "z"} == {1}


def test_what_mending_brings_is_together_no_more_than_the_part_has(write_package, make_run) -> None:
    root = write_package({"DESCRIPTION": "Package: tiny\nVersion: 1.0\n", "R/a.R": ""})
    document = steps(make_run, root)
    gains = [row["gain"] for row in document["next"] if row["where"].startswith("DESCRIPTION")]
    assert len(gains) > 2
    assert sum(gains) == pytest.approx(WEIGHTS[Category.METADATA], abs=0.05 * len(gains))
