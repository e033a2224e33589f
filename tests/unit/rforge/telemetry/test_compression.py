from __future__ import annotations

import gzip
import os
import sys
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING

import pytest

from rforge.locks import held
from rforge.telemetry import compression
from rforge.telemetry.compression import compress, tidy
from rforge.telemetry.rotation import rotated_files

if TYPE_CHECKING:
    from pathlib import Path

NAME = "plugin-debug"
CONTENT = b'{"schema":1}\n' * 1000
NOW = datetime.now(timezone.utc)


@pytest.fixture
def raw(folder: Path) -> Path:
    folder.mkdir()
    file = folder / stamped(NOW)
    file.write_bytes(CONTENT)
    return file


def stamped(at: datetime, form: str = ".log") -> str:
    return f"{NAME}.{at.strftime('%Y%m%dT%H%M%S.%fZ')}{form}"


def test_the_compressed_file_takes_the_place_of_the_other(raw: Path, folder: Path) -> None:
    tidy(folder, NAME, 10)
    assert not raw.exists()
    packed = raw.with_name(f"{raw.name}.gz")
    assert gzip.decompress(packed.read_bytes()) == CONTENT
    assert packed.stat().st_size < len(CONTENT) // 10


def test_the_other_stays_until_the_compressed_one_is_there(
    raw: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match="No space"):
        tidy(folder, NAME, 10)
    assert raw.read_bytes() == CONTENT
    assert sorted(path.name for path in folder.iterdir()) == [f".{NAME}.compressing", raw.name]


def test_what_somebody_left_half_done_is_finished(raw: Path, folder: Path) -> None:
    (folder / f".{raw.name}.gz.part").write_bytes(b"half")
    (folder / f".{stamped(NOW - timedelta(days=1))}.gz.part").write_bytes(b"half of what is gone")
    compress(raw)
    tidy(folder, NAME, 10)
    [rotated] = rotated_files(folder, NAME)
    assert [gzip.decompress(path.read_bytes()) for path in rotated.forms] == [CONTENT]
    assert not list(folder.glob("*.part"))


def test_a_better_form_is_not_compressed_again(raw: Path, folder: Path) -> None:
    better = folder / stamped(NOW, ".parquet")
    better.write_bytes(b"PAR1")
    tidy(folder, NAME, 10)
    assert [rotated.forms for rotated in rotated_files(folder, NAME)] == [(better,)]


def test_while_somebody_reads_the_other_form_stays_too(raw: Path, folder: Path) -> None:
    with held(folder / f".{NAME}.reading"):
        tidy(folder, NAME, 10)
    [rotated] = rotated_files(folder, NAME)
    assert [path.suffix for path in rotated.forms] == [".gz", ".log"]
    tidy(folder, NAME, 10)
    [rotated] = rotated_files(folder, NAME)
    assert [path.suffix for path in rotated.forms] == [".gz"]


def test_one_process_does_it_at_a_time(raw: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compression, "PATIENCE_S", 0.0)
    with held(folder / f".{NAME}.compressing"):
        tidy(folder, NAME, 10)
    assert raw.exists()


def test_what_is_outdated_goes_in_all_its_forms(raw: Path, folder: Path) -> None:
    for days in (1, 2, 31):
        for form in (".log.gz", ".parquet"):
            (folder / stamped(NOW - timedelta(days=days), form)).write_bytes(b"")
    tidy(folder, NAME, 10)
    assert len(rotated_files(folder, NAME)) == 3
    tidy(folder, NAME, 1)
    assert [path.name for rotated in rotated_files(folder, NAME) for path in rotated.forms] == [
        f"{raw.name}.gz"
    ]


@pytest.mark.skipif(sys.platform == "win32", reason="permissions do not bind there")
def test_only_its_user_may_read_it(raw: Path) -> None:
    compress(raw)
    assert raw.with_name(f"{raw.name}.gz").stat().st_mode & 0o777 == 0o600
