from __future__ import annotations

from rforge.render.as_json import as_document

PACKAGES = {
    "base": "Version: 1.2\n",
    "mid": "Imports: base (>= 1.0), cli\nSuggests: top\nRemotes: someone/cli\n",
    "top": "Depends: mid, base (>= 9.0)\n",
    "ring1": "Imports: ring2\n",
    "ring2": "Imports: ring1\n",
}


def deps(make_run, folder, **asked: str) -> dict:
    return as_document(make_run("deps", folder, **asked).report())


def test_each_dependency_inside_says_what_is_wanted_and_whether_it_is_there(
    write_ecosystem, make_run
) -> None:
    inside = deps(make_run, write_ecosystem(PACKAGES))["inside"]
    wanted = {
        (row["package"], row["needs"]): (row["field"], row["wanted"], row["satisfied"]) for row in inside
    }
    assert wanted["mid", "base"] == ("Imports", ">= 1.0", True)
    assert wanted["top", "base"] == ("Depends", ">= 9.0", False)
    assert wanted["mid", "top"] == ("Suggests", "", True)


def test_the_order_of_release_needs_only_what_came_before(write_ecosystem, make_run) -> None:
    order = deps(make_run, write_ecosystem(PACKAGES))["release_order"]
    steps = {row["package"]: row["step"] for row in order}
    assert steps == {"base": 1, "ring1": 1, "ring2": 1, "mid": 2, "top": 3}


def test_circles_remotes_and_needs_from_elsewhere_are_named(write_ecosystem, make_run) -> None:
    document = deps(make_run, write_ecosystem(PACKAGES))
    assert document["cycles"] == [{"packages": ["ring1", "ring2"]}]
    assert document["remotes"] == [{"package": "mid", "remote": "someone/cli"}]
    assert document["outside"] == [
        {"package": "cli", "user_count": 1, "fields": ["Imports"], "users": ["mid"]}
    ]
    assert document["summary"] == {"package_count": 5, "internal": 6, "external": 1, "cycle_count": 1}


def test_a_named_package_is_shown_with_what_it_needs(write_ecosystem, make_run) -> None:
    document = deps(make_run, write_ecosystem(PACKAGES), context="mid")
    assert [row["package"] for row in document["release_order"]] == ["base", "mid"]


def test_what_comes_with_r_is_not_needed_from_elsewhere(write_ecosystem, make_run) -> None:
    document = deps(make_run, write_ecosystem({"a": "Imports: stats, methods, cli\nSuggests: tools\n"}))
    assert [row["package"] for row in document["outside"]] == ["cli"]
    assert document["summary"]["external"] == 1
