"""What the tests of this suite share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import seed as seeded

if TYPE_CHECKING:
    from collections.abc import Callable

    from hypothesis import strategies as st

QUICK_SHARE = 50
"""A quick run tries every n-th case."""


@pytest.fixture
def fuzz(whole: bool, seed: int, figure: Callable[[str], None]) -> Callable[..., None]:
    """Gives `cases` values to a check (fewer in a quick run), and reports how many it saw."""

    def run(strategy: st.SearchStrategy[Any], check: Callable[[Any], None], *, cases: int) -> None:
        seen = 0
        wanted = cases if whole else max(1, cases // QUICK_SHARE)

        @seeded(seed)
        @settings(
            max_examples=wanted,
            database=None,
            deadline=None,
            phases=(Phase.generate, Phase.shrink),
            suppress_health_check=list(HealthCheck),
        )
        @given(strategy)
        def each(value: Any) -> None:
            nonlocal seen
            seen += 1
            check(value)

        each()
        assert seen >= wanted, f"the strategy has no more than {seen} values"
        figure(f"{seen} cases")

    return run
