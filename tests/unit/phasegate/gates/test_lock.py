"""The lock between runs; within one process it holds between threads too."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from phasegate.gates.lock import locked
from phasegate.gates.process import Stopped

if TYPE_CHECKING:
    from pathlib import Path


def test_whoever_waits_for_a_held_lock_can_be_called_off(tmp_path: Path) -> None:
    stop = threading.Event()
    stop.set()
    path = tmp_path / "folder" / "lock"
    with locked(path, threading.Event()), pytest.raises(Stopped), locked(path, stop):
        pytest.fail("two held one lock")


def test_the_next_one_gets_the_lock_when_it_is_let_go(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    order = []

    def second() -> None:
        with locked(path, threading.Event()):
            order.append("second")

    with locked(path, threading.Event()):
        thread = threading.Thread(target=second)
        thread.start()
        thread.join(timeout=0.3)
        order.append("first")
    thread.join(timeout=10)
    assert order == ["first", "second"]


def test_a_lock_that_is_free_is_held_even_when_the_work_is_being_called_off(tmp_path: Path) -> None:
    stop = threading.Event()
    stop.set()
    with locked(tmp_path / "lock", stop):
        assert (tmp_path / "lock").exists()


def test_the_next_one_is_told_whether_the_last_one_came_to_its_end(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    with pytest.raises(ZeroDivisionError), locked(path, threading.Event()) as first:
        raise ZeroDivisionError
    with locked(path, threading.Event()) as second:
        pass
    with locked(path, threading.Event()) as third:
        pass
    assert [lock.was_abandoned for lock in (first, second, third)] == [False, True, False]
