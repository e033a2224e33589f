from __future__ import annotations

import os
import sys
import threading
import time
from typing import TYPE_CHECKING

import pytest

from rforge.locks import held, open_lock, release, take

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def two(tmp_path: Path) -> Iterator[tuple[int, int]]:
    """The same lock, opened twice: as two processes have it."""
    opened = [open_lock(str(tmp_path / "lock")) for _ in range(2)]
    yield opened[0], opened[1]
    for descriptor in opened:
        os.close(descriptor)


def test_who_has_it_exclusively_has_it_alone(two: tuple[int, int]) -> None:
    assert take(two[0], exclusive=True)
    assert not take(two[1], exclusive=True)
    assert not take(two[1], exclusive=False)
    release(two[0])
    assert take(two[1], exclusive=True)


@pytest.mark.skipif(sys.platform == "win32", reason="there both kinds are exclusive")
def test_those_who_share_it_exclude_only_who_wants_it_alone(two: tuple[int, int]) -> None:
    assert take(two[0], exclusive=False)
    assert take(two[1], exclusive=False)
    release(two[1])
    assert not take(two[1], exclusive=True)


def test_who_waits_gets_it_when_it_is_given_back(two: tuple[int, int]) -> None:
    assert take(two[0], exclusive=True)
    giving = threading.Timer(0.05, release, [two[0]])
    giving.start()
    assert take(two[1], exclusive=True, patience_s=60)
    giving.join()


def test_who_waits_in_vain_is_told_so(two: tuple[int, int]) -> None:
    assert take(two[0], exclusive=True)
    started_s = time.monotonic()
    assert not take(two[1], exclusive=True, patience_s=0.05)
    assert time.monotonic() - started_s >= 0.05


def test_a_block_holds_it_and_gives_it_back(tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    with held(lock) as is_ours:
        assert is_ours
        with held(lock) as is_ours_too:
            assert not is_ours_too
    with held(lock) as is_ours:
        assert is_ours


@pytest.mark.skipif(sys.platform == "win32", reason="permissions do not bind there")
def test_only_its_user_may_open_it(tmp_path: Path) -> None:
    with held(tmp_path / "lock"):
        assert (tmp_path / "lock").stat().st_mode & 0o777 == 0o600
