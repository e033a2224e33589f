"""Every mode of every command, and the hot paths of phasegate; `scripts/compare_speed.py` compares the same ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from measuring.benchmarks import Benchmark, all_benchmarks
from measuring.ecosystem import write_ecosystem

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_ecosystem(tmp_path_factory.mktemp("packages"))


@pytest.mark.parametrize("timed", all_benchmarks(), ids=lambda timed: timed.name)
def test_speed(benchmark: Any, timed: Benchmark, packages: Path) -> None:
    benchmark.group = timed.name.split(maxsplit=1)[0]
    benchmark(timed.prepare(packages))
