"""Every question is asked of both readers."""

from __future__ import annotations

import os
import tempfile
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from phasegate.telemetry.logs import READERS, open_reading
from phasegate.telemetry.reading import Window

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from phasegate.telemetry.reading import Reading

SINCE_S, UNTIL_S = 1_790_000_000.0, 1_790_086_400.0
DAY = Window(SINCE_S, UNTIL_S)


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


@contextmanager
def as_nobody(home: Path) -> Iterator[None]:
    """As a user whom permissions bind (root reads everything), who gets to `home` and has a temporary folder of his own."""
    user, nobody, own = os.geteuid(), 65534, home / "temporary"
    own.mkdir()
    for parent in (home, *home.parents):
        if parent.stat().st_uid == user and not parent.stat().st_mode & 0o001:
            parent.chmod(parent.stat().st_mode | 0o011)
    if user == 0:
        os.chown(own, nobody, nobody)
        os.seteuid(nobody)
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(tempfile, "tempdir", str(own))
            yield
    finally:
        os.seteuid(user)
