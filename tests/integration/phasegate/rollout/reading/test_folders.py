from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from phasegate.rollout.reading.folders import count_gone

if TYPE_CHECKING:
    from pathlib import Path


def test_what_was_read_before_and_is_not_there_is_counted_each_time(tmp_path: Path) -> None:
    memory = tmp_path / "state" / "folders.json"
    assert [count_gone(memory, "watch", folders) for folders in ("ab", "bc", "c", "abc")] == [0, 1, 2, 0]


def test_each_watch_is_remembered_for_itself_and_the_latest_alone(tmp_path: Path) -> None:
    memory = tmp_path / "folders.json"
    for number in range(21):
        assert count_gone(memory, f"watch {number}", "a") == 0
    assert count_gone(memory, "watch 20", "") == 1
    assert count_gone(memory, "watch 0", "") == 0


@pytest.mark.parametrize("text", ["{", "[]", '{"watch": 1}', '{"watch": {}}'])
def test_a_broken_memory_is_none(tmp_path: Path, text: str) -> None:
    memory = tmp_path / "folders.json"
    memory.write_text(text, encoding="utf-8")
    assert count_gone(memory, "watch", "a") == 0
    assert count_gone(memory, "watch", "") == 1


def test_who_may_not_write_may_look(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("", encoding="utf-8")
    assert count_gone(tmp_path / "state" / "folders.json", "watch", "a") == 0
