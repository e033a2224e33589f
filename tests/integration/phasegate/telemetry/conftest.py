"""Every question is asked of both readers."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from fixtures.lines import DAY, UNTIL_S
from phasegate.telemetry.sources.opening import READERS, open_reading

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from phasegate.telemetry.reading import Reading, Window


@pytest.fixture(params=READERS)
def reader(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def read(reader: str) -> Callable[..., Any]:
    """Opens a reading of the day, at its end."""

    @contextmanager
    def opened(
        *folders: Any, window: Window = DAY, now_s: float = UNTIL_S, **options: Any
    ) -> Iterator[Reading]:
        with open_reading(
            folders, "rforge", window, reader=reader, clock=lambda: now_s, **options
        ) as reading:
            yield reading

    return opened
