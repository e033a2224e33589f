from __future__ import annotations

from pathlib import Path

import pytest

from rforge.deadline import Deadline
from rforge.errors import TimeBudgetExceeded
from rforge.package import folder as folder_module
from rforge.package.folder import PackageFolder, decode


@pytest.fixture
def folder(tmp_path: Path, clock) -> PackageFolder:
    return PackageFolder(tmp_path, Deadline.after(5, clock))


def test_bytes_that_are_no_utf_8_are_read_as_latin_1() -> None:
    assert decode("Björn".encode()) == folder_module.FileText("Björn", "utf-8")
    assert decode("Björn".encode("latin1")) == folder_module.FileText("Björn", "latin1")


def test_a_byte_order_mark_is_dropped_and_every_line_end_is_a_newline() -> None:
    assert decode(b"\xef\xbb\xbfa\r\nb\rc\n").text == "a\nb\nc\n"


def test_a_file_that_does_not_exist_is_none_and_no_problem(folder: PackageFolder) -> None:
    assert folder.read("DESCRIPTION") is None
    assert not folder.has("DESCRIPTION")
    assert folder.unreadable == []


def test_files_are_listed_by_ending_in_order_without_folders_and_hidden_ones(folder: PackageFolder) -> None:
    (folder.root / "R" / "sub.R").mkdir(parents=True)
    for name in ("b.R", "a.R", ".hidden.R", "c.txt"):
        (folder.root / "R" / name).touch()
    assert folder.files("R", (".R",)) == ("R/a.R", "R/b.R")
    assert folder.files("man", (".Rd",)) == ()
    assert folder.files("R/a.R", (".R",)) == ()


def test_a_file_beyond_the_limit_is_read_up_to_it_and_noted(
    folder: PackageFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folder_module, "MAX_BYTES", 4)
    (folder.root / "NEWS").write_bytes(b"123456")
    file = folder.read("NEWS")
    assert file is not None
    assert file.text == "1234"
    assert len(folder.unreadable) == 1


@pytest.mark.parametrize("path", sorted(folder_module.MAX_BYTES_OF))
def test_a_file_that_is_judged_entry_by_entry_has_a_lower_limit(folder: PackageFolder, path: str) -> None:
    limit = folder_module.MAX_BYTES_OF[path]
    (folder.root / path).write_bytes(b"x" * (limit + 1))
    file = folder.read(path)
    assert file is not None
    assert (len(file.text), folder.unreadable) == (
        limit,
        [f"{path} (beyond its first {limit // 1024} KiB)"],
    )


def test_what_may_not_be_read_is_noted(write_package, anybody, clock) -> None:
    folder = PackageFolder(Path(write_package({"NEWS": "", "R/a.R": ""}).name), Deadline.after(5, clock))
    (folder.root / "NEWS").chmod(0o000)
    (folder.root / "R").chmod(0o000)
    with anybody():
        assert folder.read("NEWS") is None
        assert folder.files("R", (".R",)) == ()
    assert folder.unreadable == ["NEWS", "R"]
    (folder.root / "R").chmod(0o700)


def test_what_the_system_refuses_is_noted(folder: PackageFolder) -> None:
    name = "x" * 5000  # longer than any file system's names
    assert folder.read(name) is None
    assert not folder.has(name)
    assert folder.files(name, (".R",)) == ()
    assert folder.unreadable in ([], [name], [name, name])  # systems differ in what they call such a name


def test_nothing_is_read_after_the_deadline(folder: PackageFolder, clock) -> None:
    (folder.root / "NEWS").touch()
    clock.now_s = 5.0
    for look in (lambda: folder.read("NEWS"), lambda: folder.has("NEWS"), lambda: folder.files("R", (".R",))):
        with pytest.raises(TimeBudgetExceeded):
            look()
