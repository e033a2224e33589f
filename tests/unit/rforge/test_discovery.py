from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from rforge.deadline import Deadline
from rforge.discovery import find_packages
from rforge.errors import TimeBudgetExceeded, ValidationError

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def deadline(clock) -> Deadline:
    return Deadline.after(5, clock)


def make(folder: Path, text: str = "Package: x\n") -> None:
    folder.mkdir(parents=True)
    (folder / "DESCRIPTION").write_text(text, encoding="utf-8")


def names(root: Path, deadline: Deadline) -> list[str]:
    return [found.folder.relative_to(root).as_posix() for found in find_packages(str(root), deadline, [])]


def test_a_package_folder_is_found_itself(tmp_path: Path, deadline: Deadline) -> None:
    make(tmp_path / "a")
    assert names(tmp_path / "a", deadline) == ["."]


def test_packages_are_found_below_in_order(fixtures: Path, deadline: Deadline) -> None:
    assert [found.name for found in find_packages(str(fixtures), deadline, [])] == ["medfit", "probmed"]


def test_packages_inside_a_package_are_part_of_it(tmp_path: Path, deadline: Deadline) -> None:
    make(tmp_path / "a")
    make(tmp_path / "a" / "tests" / "inner")
    assert names(tmp_path, deadline) == ["a"]


def test_deep_hidden_and_restored_folders_are_not_searched(tmp_path: Path, deadline: Deadline) -> None:
    make(tmp_path / "1" / "2" / "3")
    make(tmp_path / "1" / "2" / "4" / "5")
    make(tmp_path / ".hidden")
    make(tmp_path / "renv" / "library")
    assert names(tmp_path, deadline) == ["1/2/3"]


def test_another_tool_s_description_is_no_package_unless_r_code_lies_beside_it(
    tmp_path: Path, deadline: Deadline
) -> None:
    make(tmp_path / "a", "just text\n")
    make(tmp_path / "b", "broken\n")
    (tmp_path / "b" / "R").mkdir()
    assert names(tmp_path, deadline) == ["b"]


def test_links_to_folders_are_not_followed(tmp_path: Path, deadline: Deadline) -> None:
    make(tmp_path / "a")
    try:
        (tmp_path / "loop").symlink_to(tmp_path, target_is_directory=True)
    except OSError:
        pytest.skip("this system lets nobody make links")
    assert names(tmp_path, deadline) == ["a"]


def test_a_package_is_called_by_its_name_or_its_folder_s(tmp_path: Path, deadline: Deadline) -> None:
    make(tmp_path / "Folder-main", "Package: Real\n")
    (found,) = find_packages(str(tmp_path), deadline, [])
    assert found.is_called("real")
    assert found.is_called("folder-MAIN")
    assert not found.is_called("other")


@pytest.mark.parametrize("path", ["missing", "x" * 5000, "\0"])
def test_a_path_that_is_no_folder_is_a_friendly_error(tmp_path: Path, deadline: Deadline, path: str) -> None:
    with pytest.raises(ValidationError, match="There is no folder"):
        find_packages(str(tmp_path) + "/" + path, deadline, [])


def test_a_folder_without_packages_is_a_friendly_error(tmp_path: Path, deadline: Deadline) -> None:
    with pytest.raises(ValidationError, match="no R package"):
        find_packages(str(tmp_path), deadline, [])


def test_the_search_minds_the_deadline(fixtures: Path, deadline: Deadline, clock) -> None:
    clock.now_s = 5.0
    with pytest.raises(TimeBudgetExceeded):
        find_packages(str(fixtures), deadline, [])


def test_a_byte_order_mark_hides_no_package(tmp_path: Path, deadline: Deadline) -> None:
    make(tmp_path / "a", "\ufeffPackage: bom\n")
    assert [found.name for found in find_packages(str(tmp_path), deadline, [])] == ["bom"]


@pytest.mark.parametrize("mode", [0o000, 0o400, 0o100])
def test_a_folder_that_may_not_be_looked_into_is_named(
    tmp_path: Path, deadline: Deadline, anybody, mode: int
) -> None:
    make(tmp_path / "a")
    make(tmp_path / "group" / "locked" / "b")
    (tmp_path / "group" / "locked").chmod(mode)
    unsearched: list[str] = []
    with anybody():
        assert [found.name for found in find_packages(".", deadline, unsearched)] == ["x"]
    assert unsearched == ["group/locked"]
    with anybody(), pytest.raises(ValidationError, match="that can be read; not searched: locked"):
        find_packages("group", deadline, [])
    (tmp_path / "group" / "locked").chmod(0o700)


def test_a_package_whose_description_may_not_be_read_is_found(
    tmp_path: Path, deadline: Deadline, anybody
) -> None:
    make(tmp_path / "a")
    (tmp_path / "a" / "DESCRIPTION").chmod(0o000)
    with anybody():
        assert [found.folder.name for found in find_packages(".", deadline, [])] == ["a"]
