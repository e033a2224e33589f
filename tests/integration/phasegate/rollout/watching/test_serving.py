from __future__ import annotations

import json
import sys
import threading
import time
from typing import TYPE_CHECKING

import pytest

from fixtures.plain_events import event
from phasegate.config import Telemetry
from phasegate.rollout.watching.serving import Counted
from phasegate.telemetry.exports.exposition import Exposition

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from workshop import Workshop


@pytest.fixture
def _hasty() -> Iterator[None]:
    before_s = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    yield
    sys.setswitchinterval(before_s)


@pytest.mark.usefixtures("_hasty")
def test_a_scrape_while_new_versions_are_counted_fails_nobody(workshop: Workshop, tmp_path: Path) -> None:
    workshop.settings = {"telemetry": Telemetry(logs=(str(tmp_path),), plugin="p")}
    counted = Counted(workshop.desk)
    exposition, failures, is_over = Exposition(counted, time.time, counted.released), [], threading.Event()

    def scrape() -> None:
        while not is_over.is_set():
            try:
                list(exposition.collect())
            except RuntimeError as error:
                failures.append(error)

    scraping = threading.Thread(target=scrape)
    scraping.start()
    common = {"schema": 1, "timestamp": "2026-11-23T05:52:24.123Z"}
    lines = (json.dumps({**common, **event(number, version=str(number))}) for number in range(1000))
    (tmp_path / "plugin-commands.log").write_text("\n".join(lines) + "\n", encoding="utf-8")
    counted.follow()
    is_over.set()
    scraping.join()
    assert not failures
    assert any(sample.labels for sample in counted.samples(time.time()))
