from __future__ import annotations

from rforge.render.as_json import as_document

PACKAGES = {"base": "", "mid": "Imports: base (>= 1.0)\n", "top": "Imports: mid\nSuggests: base\n"}
FILES = {
    "base/NAMESPACE": "export(fit)\nexport(plot_it)\n",
    "base/R/base.R": "fit <- function() 1\nplot_it <- function() 2\nhidden <- function() 3\n",
    "mid/NAMESPACE": "importFrom(base, fit)\n",
    "mid/R/mid.R": "go <- function() base:::hidden()\n",
    "top/R/top.R": "go <- function() base::fit()\n",
}


def impact(make_run, folder, **asked: str) -> dict:
    return as_document(make_run("impact", folder, **asked).report())


def test_without_a_name_the_reach_of_every_package_is_shown_the_farthest_first(
    write_ecosystem, make_run
) -> None:
    rows = impact(make_run, write_ecosystem(PACKAGES, FILES))["packages"]
    assert [(row["package"], row["direct"], row["indirect"], row["objects"]) for row in rows] == [
        ("base", 2, 0, 2),
        ("mid", 1, 0, 0),
        ("top", 0, 0, 0),
    ]


def test_the_named_package_s_users_say_what_they_use(write_ecosystem, make_run) -> None:
    (package,) = impact(make_run, write_ecosystem(PACKAGES, FILES), context="base")["packages"]
    assert (package["direct"], package["exports"], package["used_exports"]) == (2, 2, 1)
    assert package["used_internals"] == ["hidden"]
    assert package["users"] == [
        {
            "package": "mid",
            "steps": 1,
            "fields": ["Imports"],
            "wanted": [">= 1.0"],
            "objects": ["fit", "hidden"],
        },
        {"package": "top", "steps": 1, "fields": ["Suggests"], "wanted": [], "objects": ["fit"]},
    ]
    assert package["objects"] == [
        {"object": "fit", "users": ["mid", "top"]},
        {"object": "hidden", "users": ["mid"]},
    ]


def test_a_single_package_is_looked_at_without_being_named(write_ecosystem, make_run) -> None:
    (package,) = impact(make_run, write_ecosystem({"base": ""}, {}))["packages"]
    assert (package["direct"], package["users"]) == (0, [])


def test_packages_whose_reach_there_is_no_time_for_are_named(write_ecosystem, clock, make_run) -> None:
    run = make_run("impact", write_ecosystem(PACKAGES, FILES), limit_s=60.0)
    clock.now_s = 60.0
    report = run.report()
    assert (report.partial, report.unread) == (True, ("base: reach", "mid: reach", "top: reach"))
    (first, *_) = as_document(report)["packages"]
    assert first == {"package": "base", "direct": 2, "indirect": None, "objects": None}


def test_classes_generics_and_what_a_pattern_exports_are_no_internals(write_ecosystem, make_run) -> None:
    users = {"user/NAMESPACE": "importClassesFrom(base, Fit)\nimportMethodsFrom(base, show_it)\n"}
    packages = {"base": "", "user": "Imports: base\n"}
    s4 = {"base/NAMESPACE": "export(fit)\nexportClasses(Fit)\nexportMethods(show_it)\n"}
    pattern = {"base/NAMESPACE": 'export(fit)\nexportPattern("^s")\n'}
    (package,) = impact(make_run, write_ecosystem(packages, {**users, **s4}), context="base")["packages"]
    assert package["used_internals"] == []
    (package,) = impact(make_run, write_ecosystem(packages, {**users, **pattern}), context="base")["packages"]
    assert package["used_internals"] is None


def test_a_data_set_is_no_internal_and_what_three_colons_name_is_one(write_ecosystem, make_run) -> None:
    packages = {"base": "LazyData: true\n", "user": "Imports: base\n"}
    code = "go <- function() { base::heights; base:::hidden(base::heights) }\n"
    files = {"base/NAMESPACE": "export(fit)\n", "user/R/go.R": code}
    root = write_ecosystem(packages, files)
    (package,) = impact(make_run, root, context="base")["packages"]
    assert package["used_internals"] == ["heights", "hidden"]
    root = write_ecosystem(packages, {**files, "base/data/heights.csv": "a\n1\n"})
    (package,) = impact(make_run, root, context="base")["packages"]
    assert package["used_internals"] == ["hidden"]
    assert {row["object"] for row in package["objects"]} == {"heights", "hidden"}
