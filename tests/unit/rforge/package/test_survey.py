from __future__ import annotations

from pathlib import Path

import pytest

from fixtures.mediationverse import LARGE_BYTES, PACKAGES, PROBLEMS, write_mediationverse
from rforge.deadline import Deadline
from rforge.package.description import STANDARD_PACKAGES
from rforge.package.survey import JUDGED_PARTS, survey


def test_the_fixture_is_read_whole(fixtures: Path, clock) -> None:
    package = survey(fixtures / "medfit", "medfit", Deadline.after(5, clock))
    assert package.description.name == "medfit"
    assert (package.sources.files, package.manual.pages, package.vignettes.files) == (3, 4, 1)
    assert (package.testing.framework, package.testing.files, package.testing.cases) == ("testthat", 2, 3)
    assert package.licence_files == ("LICENSE",)
    assert package.unread == ()
    assert package.unreadable == ()


def test_an_installed_package_has_no_parts_that_r_leaves_out(build) -> None:
    package = build({"NEWS.md": "# tiny 1.0.0"}, "Built: R 4.2.2\n")
    assert (package.sources, package.testing, package.vignettes) == (None, None, None)
    assert package.news.latest == "1.0.0"
    assert package.unread == ()


def test_parts_for_which_there_is_no_time_are_named_and_the_others_kept(fixtures: Path, clock) -> None:
    clock.step_s = 0.5
    package = survey(fixtures / "medfit", "medfit", Deadline.after(5, clock))
    assert package.description.name == "medfit"
    assert package.namespace is not None
    order = ("namespace", "news", "vignettes", "manual", "testing", "sources")
    assert 0 < len(package.unread) < len(order)
    assert package.unread == order[-len(package.unread) :]
    assert package.sources is None


def test_without_any_time_nothing_is_read(fixtures: Path, clock) -> None:
    package = survey(fixtures / "medfit", "medfit", Deadline.after(0, clock))
    assert package.unread[0] == "description"
    assert package.description.name == ""


def test_a_folder_without_description_has_an_empty_one(tmp_path: Path, clock) -> None:
    assert survey(tmp_path, "x", Deadline.after(5, clock)).description.fields == {}


def test_the_mediationverse_has_one_problem_of_each_kind_and_is_read_whole(tmp_path: Path, clock) -> None:
    write_mediationverse(tmp_path)
    packages = {
        name: survey(tmp_path / name, name, Deadline.after(5, clock), JUDGED_PARTS | {"inventory"})
        for name in PACKAGES
    }
    problems = set()
    for name, package in packages.items():
        description, used = package.description, package.sources.used | package.namespace.imported_packages
        assert (description.oddities, package.namespace.oddities) == ((), ())
        assert (package.unread, package.unreadable) == ((), ())
        missing = package.namespace.exports - package.manual.topics
        problems |= {("undocumented export", (name, export)) for export in missing}
        undeclared = used - description.declared() - STANDARD_PACKAGES - {name}
        problems |= {("undeclared use", (name, each)) for each in undeclared}
        unused = description.declared("Imports") - used
        problems |= {("unused import", (name, each)) for each in unused}
        if not package.news.unreleased and package.news.latest != description.version:
            problems.add(("version and news disagree", (name, description.version)))
        large = [file for file in package.inventory.files if file.bytes >= LARGE_BYTES]
        problems |= {("large file", (name, file.path)) for file in large}
    assert problems == set(PROBLEMS.items())


def test_only_the_parts_that_are_asked_for_are_read(fixtures: Path, clock) -> None:
    package = survey(fixtures / "medfit", "medfit", Deadline.after(5, clock), {"namespace"})
    assert (package.sources, package.inventory, package.unread) == (None, None, ())
    assert [read.path for read in package.reads] == ["DESCRIPTION", "NAMESPACE"]
    assert package.reads[0].bytes == (fixtures / "medfit" / "DESCRIPTION").stat().st_size


@pytest.mark.parametrize(
    ("file", "part"),
    [
        ("NAMESPACE", "namespace"),
        ("NEWS.md", "news"),
        ("man/a.Rd", "manual"),
        ("tests/testthat/test-a.R", "testing"),
        ("vignettes/a.Rmd", "vignettes"),
        ("R/a.R", "sources"),
    ],
)
def test_a_part_that_may_not_be_read_is_not_taken_for_one_that_is_not_there(
    write_package, anybody, file: str, part: str
) -> None:
    root = write_package({file: ""})
    closed = root / file.partition("/")[0]
    closed.chmod(0o000)
    with anybody():
        package = survey(Path(root.name), "tiny", Deadline.after(60, lambda: 0.0))
    closed.chmod(0o700)
    assert package.unreadable
    assert getattr(package, part) is None
    assert package.unread == ()


def test_the_description_is_read_once_whatever_is_asked_for(write_package, clock) -> None:
    root = write_package({"R/a.R": "a <- 1\n", "DESCRIPTION": "Package: tiny\nVersion: 1.0.0\n"})
    parts = JUDGED_PARTS | {"inventory", "check_results"}
    reads = survey(root, "tiny", Deadline.after(5, clock), parts).reads
    assert [read.path for read in reads].count("DESCRIPTION") == 1
