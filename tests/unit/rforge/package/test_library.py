from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from rforge.errors import TimeBudgetExceeded
from rforge.package.library import Library, find_library

if TYPE_CHECKING:
    from pathlib import Path


def install(library: Path, name: str, fields: str = "") -> None:
    (library / name).mkdir(parents=True)
    (library / name / "DESCRIPTION").write_text(f"Package: {name}\nVersion: 1.0\n{fields}", encoding="utf-8")


def test_a_package_is_found_in_the_first_folder_that_has_it(tmp_path: Path, deadline) -> None:
    install(
        tmp_path / "1", "a", "Imports: stats, b (>= 1.0)\nDepends: R (>= 4.0)\nLinkingTo: c\nSuggests: d\n"
    )
    install(tmp_path / "2", "a")
    found = Library([tmp_path / "1", tmp_path / "2"], deadline).find("a")
    assert (found.version, found.folder, found.hard_dependencies) == ("1.0", tmp_path / "1" / "a", {"b", "c"})


def test_dependencies_are_followed_also_in_a_circle(tmp_path: Path, deadline) -> None:
    install(tmp_path, "a", "Imports: b\n")
    install(tmp_path, "b", "Imports: c, a, gone\n")
    install(tmp_path, "c")
    library = Library([tmp_path], deadline)
    assert library.recursive("a") == {"a", "b", "c", "gone"}
    assert library.recursive("c") == frozenset()
    assert library.recursive("gone") is None


@pytest.mark.parametrize("name", ["..", "../a", "", "x/y", "a\0"])
def test_what_is_no_name_is_not_looked_for(tmp_path: Path, deadline, name: str) -> None:
    install(tmp_path, "a")
    assert Library([tmp_path / "a"], deadline).find(name) is None


def test_the_size_is_that_of_all_files(tmp_path: Path, deadline) -> None:
    install(tmp_path, "a")
    (tmp_path / "a" / "R").mkdir()
    (tmp_path / "a" / "R" / "a.rdb").write_bytes(b"x" * 100)
    size = len((tmp_path / "a" / "DESCRIPTION").read_bytes()) + 100
    library = Library([tmp_path], deadline)
    assert (library.installed_bytes("a"), library.installed_bytes("b")) == (size, 0)


def test_the_variables_name_folders_first_and_none_twice(tmp_path: Path, deadline) -> None:
    install(tmp_path / "1", "a")
    both = os.pathsep.join([str(tmp_path / "1"), str(tmp_path / "missing"), "relative", "%V"])
    library = find_library(deadline, {"R_LIBS": both, "R_LIBS_USER": str(tmp_path / "1")})
    assert library.folders[0] == tmp_path / "1"
    assert library.folders.count(tmp_path / "1") == 1
    assert tmp_path / "missing" not in library.folders


def test_nothing_is_looked_for_after_the_deadline(tmp_path: Path, deadline, clock) -> None:
    clock.now_s = 5.0
    with pytest.raises(TimeBudgetExceeded):
        Library([tmp_path], deadline).find("a")
