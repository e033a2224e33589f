from __future__ import annotations

from typing import Callable

from phasegate.plugin.rules.size import LIMIT_BYTES, FileSize

Says = Callable[..., list[str]]


def test_a_file_above_the_limit_is_a_warning_and_one_at_the_limit_is_not(says: Says) -> None:
    changes = {"p/big": b"x" * (LIMIT_BYTES + 1), "p/fits": b"x" * LIMIT_BYTES}
    assert says(FileSize, changes) == ["warning p/big: has 5.0 MB"]
