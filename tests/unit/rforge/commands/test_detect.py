from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from rforge.render.as_json import as_document

if TYPE_CHECKING:
    from pathlib import Path

META = {"base": "", "more": "Imports: base\n", "verse": "Imports: base, more, cli\n"}


def detect(make_run, folder: Path) -> dict:
    return as_document(make_run("detect", folder).report())


def test_a_single_package_is_said_to_be_one(fixtures: Path, make_run) -> None:
    assert detect(make_run, fixtures / "medfit")["project"]["structure"] == "single package"


@pytest.mark.parametrize(
    ("packages", "structure"),
    [
        (META, "ecosystem of packages that depend on each other"),
        ({"a": "", "b": "Imports: cli\n"}, "separate packages"),
        ({"a": "Built: R 4\n", "b": "Built: R 4\n"}, "library of installed packages"),
    ],
)
def test_several_packages_are_told_apart_by_how_they_belong_together(
    write_ecosystem, make_run, packages: dict[str, str], structure: str
) -> None:
    assert detect(make_run, write_ecosystem(packages))["project"]["structure"] == structure


def test_a_package_that_is_there_to_bring_others_is_a_meta_package(write_ecosystem, make_run) -> None:
    document = detect(make_run, write_ecosystem(META))
    assert document["project"]["meta_packages"] == ["verse"]
    assert [package["is_meta"] for package in document["packages"]] == [False, False, True]


def test_the_tools_of_a_package_are_named(write_ecosystem, make_run) -> None:
    files = {
        "a/.github/workflows/check.yaml": "",
        "a/_pkgdown.yml": "",
        "a/renv.lock": "",
        "a/tests/testthat/test-a.R": "test_that('a', 1)",
    }
    more = "RoxygenNote: 7.3.2\nConfig/testthat/edition: 3\nNeedsCompilation: yes\n"
    (package,) = detect(make_run, write_ecosystem({"a": more}, files))["packages"]
    assert package["tools"] == ["GitHub Actions", "pkgdown", "renv"]
    assert (package["roxygen"], package["testthat_edition"], package["tests"]) == ("7.3.2", "3", "testthat")
    assert package["compiled_code"] is True


def test_what_comes_with_r_makes_no_package_less_of_a_meta_package(write_ecosystem, make_run) -> None:
    packages = {"a": "", "b": "", "verse": "Imports: a, b, stats, methods, utils, tools\n"}
    assert detect(make_run, write_ecosystem(packages))["project"]["meta_packages"] == ["verse"]
