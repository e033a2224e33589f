from __future__ import annotations

import pytest

from rforge.package.build_ignore import parse_build_ignore
from rforge.package.survey import survey


def test_files_are_listed_with_their_sizes_and_ignored_folders_once(write_package, deadline) -> None:
    root = write_package(
        {
            ".Rbuildignore": "^data-raw$\n\\.rproj$\n",
            "R/a.R": "12345",
            "data-raw/x/y.R": "",
            "tiny.Rproj": "",
            ".git/config": "",
            "src/a.o": "",
            "tiny_1.0.tar.gz": "",
        }
    )
    inventory = survey(root, "tiny", deadline, {"inventory"}).inventory
    assert [file.path for file in inventory.files] == ["DESCRIPTION", "NAMESPACE", "R/a.R"]
    assert inventory.files[2].bytes == 5
    assert inventory.ignored == (
        ".Rbuildignore",
        ".git",
        "data-raw",
        "src/a.o",
        "tiny.Rproj",
        "tiny_1.0.tar.gz",
    )


@pytest.mark.parametrize("pattern", ["(a+)+$", "(a|b)*c", "[", ".*.*.*.*.*x", "x" * 300, "(?R)"])
def test_a_pattern_that_could_run_for_ever_or_is_none_is_odd_and_not_tried(pattern: str) -> None:
    assert len(parse_build_ignore(f"\n{pattern}\n", "a").oddities) == 1


def test_posix_classes_are_understood() -> None:
    rules = parse_build_ignore("^[[:digit:]_]+[.]txt$", "a")
    assert rules.covers("12_3.TXT", is_folder=False)
    assert not rules.covers("a.txt", is_folder=False)
