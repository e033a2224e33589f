from __future__ import annotations

from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from rforge.locks import held
from rforge.telemetry.rotation import Rotated, outdated, remove, rotate, rotated_files

NAME = "plugin-errors"
NOW = datetime(2026, 11, 23, 5, 52, 24, 123456, tzinfo=timezone.utc)
STAMP = "20261123T055224.123456Z"


@pytest.fixture
def live(folder: Path) -> Path:
    folder.mkdir()
    (folder / f"{NAME}.log").write_bytes(b"one\n")
    return folder / f"{NAME}.log"


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if not path.name.startswith("."))


def test_it_is_named_after_the_instant(live: Path, folder: Path) -> None:
    assert rotate(folder, NAME, 4, NOW)
    assert names(folder) == [f"{NAME}.{STAMP}.log"]
    assert not rotate(folder, NAME, 4, NOW)


@pytest.mark.parametrize("form", [".log", ".log.gz", ".parquet"])
def test_no_other_is_ever_overwritten_in_whatever_form_it_is(live: Path, folder: Path, form: str) -> None:
    (folder / f"{NAME}.{STAMP}{form}").write_bytes(b"older")
    assert rotate(folder, NAME, 4, NOW)
    assert names(folder) == sorted([f"{NAME}.{STAMP}{form}", f"{NAME}.20261123T055224.123457Z.log"])
    assert (folder / f"{NAME}.{STAMP}{form}").read_bytes() == b"older"


def test_who_was_slower_rotates_nothing(live: Path, folder: Path) -> None:
    assert not rotate(folder, NAME, 5, NOW)
    assert names(folder) == [f"{NAME}.log"]


@pytest.mark.parametrize("side_car", ["lock", "reading"])
def test_whoever_writes_or_reads_postpones_it(live: Path, folder: Path, side_car: str) -> None:
    with held(folder / f".{NAME}.{side_car}"):
        assert not rotate(folder, NAME, 1, NOW)
    assert rotate(folder, NAME, 1, NOW)


def test_rotated_files_are_listed_oldest_first_each_with_its_best_form_first(
    live: Path, folder: Path
) -> None:
    older, newer = "20261101T000000.000000Z", STAMP
    for name in (
        f"{NAME}.{newer}.log",
        f"{NAME}.{newer}.log.gz",
        f"{NAME}.{newer}.parquet",
        f"{NAME}.{older}.log.gz",
        f".{NAME}.{older}.log.gz.part",
        f"plugin-errorss.{older}.log",
        f"{NAME}.{older}.log.bak",
        f"{NAME}.yesterday.log",
    ):
        (folder / name).write_bytes(b"")
    first, second = rotated_files(folder, NAME)
    assert (first.stamp, [path.suffix for path in first.forms], first.is_raw) == (older, [".gz"], False)
    assert [path.suffix for path in second.forms] == [".parquet", ".gz", ".log"]
    assert second.is_raw


def stamped(days: float) -> Rotated:
    return Rotated((NOW - timedelta(days=days)).strftime("%Y%m%dT%H%M%S.%fZ"), (Path("x.log"),))


@pytest.mark.parametrize(
    ("ages", "most", "kept"),
    [
        ((31, 29, 1), 10, (29, 1)),
        ((30.1,), 10, ()),
        ((4, 3, 2, 1), 2, (2, 1)),
        ((4, 3), 2, (4, 3)),
        ((40, 2, 1), 2, (2, 1)),
    ],
)
def test_the_newest_are_kept_for_a_month(ages: tuple[float, ...], most: int, kept: tuple[float, ...]) -> None:
    rotated = tuple(stamped(age) for age in ages)
    gone = outdated(rotated, most, NOW)
    assert [one for one in rotated if one not in gone] == [stamped(age) for age in kept]


def test_nothing_is_removed_while_somebody_reads(live: Path, folder: Path) -> None:
    with held(folder / f".{NAME}.reading"):
        remove(folder, NAME, (live,))
    assert live.exists()
    remove(folder, NAME, (live, folder / "gone"))
    assert not live.exists()
