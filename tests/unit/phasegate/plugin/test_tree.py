from __future__ import annotations

import pytest

from phasegate.plugin.tree import EXECUTABLE, SUBMODULE, MemoryFiles, join, paths_below


def test_memory_files_list_what_they_hold_in_order() -> None:
    files = MemoryFiles({"b": b"2", "a": b"1"}, {"b": EXECUTABLE, "sub": SUBMODULE})
    assert files.paths() == ("a", "b", "sub")
    assert [files.mode(path) for path in files.paths()] == ["100644", "100755", "160000"]
    assert files.read_many(["a", "sub", "none"]) == {"a": b"1"}
    assert files.read("none") is None


@pytest.mark.parametrize(
    ("folder", "expected"), [(".", "x/y"), ("a", "a/x/y"), ("a/b", "a/b/x/y")], ids=["root", "one", "two"]
)
def test_join_knows_the_root(folder: str, expected: str) -> None:
    assert join(folder, "x/y") == expected


def test_paths_below_a_folder_are_not_those_of_its_namesakes() -> None:
    files = MemoryFiles(dict.fromkeys(["p/a", "p/b/c", "pp/a", "p.md"], b""))
    assert paths_below(files, "p") == ("p/a", "p/b/c")
    assert paths_below(files, ".") == files.paths()
