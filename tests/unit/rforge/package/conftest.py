"""A deadline that passes only when a test moves the clock."""

from __future__ import annotations

import pytest

from rforge.deadline import Deadline


@pytest.fixture
def deadline(clock) -> Deadline:
    return Deadline.after(5, clock)
