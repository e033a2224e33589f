"""A file is there whole or not at all."""

from __future__ import annotations

import errno
import os
from typing import TYPE_CHECKING

import pytest

from phasegate.whole_file import write_whole

if TYPE_CHECKING:
    from pathlib import Path


def test_a_file_is_written_with_the_folders_it_needs(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b" / "state.json"

    write_whole(path, "línea\n")

    assert path.read_bytes() == "línea\n".encode()
    assert list(path.parent.iterdir()) == [path]


def test_a_name_that_is_no_unicode_is_written_so_that_it_can_be_read(tmp_path: Path) -> None:
    path = tmp_path / "state.json"

    write_whole(path, os.fsdecode(b"caf\xe9") if os.name == "posix" else "caf\udce9")

    assert path.read_text(encoding="utf-8") == "caf\\udce9"


def test_what_was_there_stays_where_the_disk_refuses_the_new(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "state.json"
    path.write_text("old")

    def refuse(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "no space left")

    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(OSError, match="no space left"):
        write_whole(path, "new")

    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_in_its_place_is_refused_and_nothing_is_left_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    path.mkdir()

    with pytest.raises(OSError, match=r"state\.json"):
        write_whole(path, "text")

    assert list(tmp_path.iterdir()) == [path]
