from __future__ import annotations

from typing import Callable, cast

import pytest

from rforge.commands import run_command
from rforge.errors import TimeBudgetExceeded
from rforge.report import Report
from rforge.request import Request

MakeReport = Callable[..., Report]


@pytest.fixture
def report(fixtures, clock) -> MakeReport:
    """What a command reports of the fixtures, whole or partial."""

    def make(command: str, context: str = "", step_s: float = 0.0) -> Report:
        clock.step_s = step_s
        try:
            return run_command(command, Request(path=str(fixtures), context=context), clock)
        except TimeBudgetExceeded as error:
            return cast("Report", error.partial)

    return make
