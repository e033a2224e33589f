from __future__ import annotations

from typing import TYPE_CHECKING

from rforge.render.as_json import as_document

if TYPE_CHECKING:
    from pathlib import Path


def test_a_package_has_its_parts_its_findings_and_its_dependencies(fixtures: Path, make_run) -> None:
    (package,) = as_document(make_run("analyze", fixtures, context="probmed").report())["packages"]
    assert (package["package"], package["score"], package["not_examined"]) == ("probmed", 50, [])
    assert {"part": "tests", "points": 0.0, "of": 20} in package["score_parts"]
    assert package["dependencies"][0] == {"field": "Imports", "package": "medfit", "version": ">= 0.2.0"}
    assert package["findings"][0] == {
        "severity": "error",
        "category": "namespace",
        "file": "NAMESPACE",
        "line": 4,
        "message": "NAMESPACE imports packages that are in neither Depends nor Imports: digest.",
        "advice": "Name digest in Imports.",
    }


def test_a_part_that_was_not_examined_has_no_points(build, tmp_path: Path, make_run) -> None:
    build({}, "Built: R 4\n")
    (package,) = as_document(make_run("analyze", tmp_path).report())["packages"]
    assert {"part": "tests", "points": None, "of": 20} in package["score_parts"]
    assert package["kind"] == "installed"
