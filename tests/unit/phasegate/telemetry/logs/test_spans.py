"""Only those bytes of a log are read that may matter."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from fixtures.events import Mix, runs
from phasegate.telemetry.logs.line import read_line
from phasegate.telemetry.logs.spans import SLACK_S, Span, live_span, rotated_span

if TYPE_CHECKING:
    from pathlib import Path

MIX = Mix(count=12_000, late_rate=0.2, garbage_rate=0.01)
WINDOW_S = MIX.until_s - 5 * 3600


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("logs") / "plugin-commands.log"
    path.write_bytes(b"".join(runs(MIX)))
    return path


def test_a_late_window_skips_most_of_a_log_and_none_of_its_lines(log: Path) -> None:
    content, span = log.read_bytes(), live_span(log, WINDOW_S)
    assert span.stop == len(content)
    assert len(content) / 2 < span.start
    assert content[span.start - 1 : span.start] == b"\n"
    skipped = [read_line(text) for text in content[: span.start].splitlines()]
    assert max(line.at_us for line in skipped) / 1e6 < WINDOW_S
    assert max(line.at_us for line in skipped) / 1e6 < WINDOW_S - SLACK_S + 240


def test_a_window_that_most_of_a_log_is_in_is_read_from_its_beginning(log: Path) -> None:
    assert live_span(log, MIX.since_s + 3600).start == 0


def test_half_a_line_at_the_end_belongs_to_a_rotated_log_alone(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(b"{}\n" * 100_000 + b'{"half')
    assert live_span(path, 0) == Span(0, 300_000)
    assert rotated_span(path, 0) == Span(0, 300_006)
    path.write_bytes(b"x" * 200_000)
    assert live_span(path, 0) == Span(0, 0)
    path.write_bytes(b"")
    assert live_span(path, 0) == Span(0, 0)
