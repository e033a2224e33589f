from __future__ import annotations

import json

from rforge.render.as_json import render


def test_analyze_is_one_object_with_everything_in_it(report) -> None:
    document = json.loads(render(report("analyze", context="probmed")))
    (package,) = document.pop("packages")
    path = document.pop("path")
    assert path.endswith("r")
    assert document == {
        "schema": 1,
        "command": "analyze",
        "mode": "default",
        "context": "probmed",
        "partial": False,
        "unread": [],
        "budget_s": 10.0,
        "elapsed_s": 0.0,
    }
    assert (package["package"], package["version"], package["kind"], package["score"]) == (
        "probmed",
        "0.1.0",
        "source",
        50,
    )
    assert package["finding_counts"] == {"error": 1, "warning": 4, "note": 1}
    assert package["counts"]["news_version"] == "0.0.9"
    assert {"part": "tests", "points": 0.0, "of": 20} in package["score_parts"]
    assert package["dependencies"][0] == {"field": "Imports", "package": "medfit", "version": ">= 0.2.0"}
    assert package["findings"][2] == {
        "severity": "warning",
        "category": "documentation",
        "file": "man",
        "message": "1 of 2 exports have no help page: compare.",
    }


def test_status_has_the_numbers_and_leaves_the_findings_out(report) -> None:
    packages = json.loads(render(report("status")))["packages"]
    assert [package["score"] for package in packages] == [100, 50]
    assert all("findings" not in package for package in packages)


def test_a_partial_report_is_marked(report) -> None:
    document = json.loads(render(report("analyze", step_s=10 / 22)))
    assert document["partial"] is True
    assert document["unread"] == ["probmed"]
    assert "sources" in document["packages"][0]["not_examined"]
