"""Metrics sent to a store that takes the text format with times, such as VictoriaMetrics.

Source: docs.victoriametrics.com, "How to import data in Prometheus exposition format" (`/api/v1/import/prometheus`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Callable

from phasegate.telemetry.exports.exposition import exposition_text
from phasegate.telemetry.metrics.recording import Recorder
from phasegate.telemetry.wire import WireError, check_address, post

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from phasegate.telemetry.metrics.counting import Sample

PATH = "/api/v1/import/prometheus"
SILENCE_S = 30.0
_SAMPLES_A_REQUEST = 20_000
_LARGEST_BYTES = 1_000_000


class ShippingError(Exception):
    """The store did not take the metrics; the text holds no credentials."""


def ship(
    events: Iterable[tuple[float, Mapping[str, Any]]],
    step_s: float,
    until_s: float,
    released: Iterable[Sample],
    send: Callable[[bytes], None],
) -> int:
    """Send what a scrape every `step_s` seconds would have seen of `events`, oldest first; how many samples that were."""
    pending: list[tuple[Sample, float]] = []
    released, sent = list(released), 0

    def scraped(at_s: float, samples: Iterable[Sample]) -> None:
        nonlocal sent
        pending.extend((sample, at_s) for sample in samples)
        if len(pending) >= _SAMPLES_A_REQUEST:
            sent += _flush(pending, send)

    recorder = Recorder(step_s, scraped, lambda: released)
    at_s = None
    for at_s, event in events:
        recorder.take(event, at_s)
    if at_s is not None:
        recorder.advance(until_s)
        recorder.scrape(until_s)
    return sent + _flush(pending, send)


def sender(address: str) -> Callable[[bytes], None]:
    """What posts the text format to the store at `address`, such as `http://127.0.0.1:8428`.

    Raises:
        ShippingError: the address is none, and each time the store does not take what is sent.
    """
    try:
        check_address(address)
    except WireError as error:
        raise ShippingError(f"the store {error}") from None

    def send(body: bytes) -> None:
        try:
            post(address, PATH, body, "text/plain", SILENCE_S, _LARGEST_BYTES)
        except WireError as error:
            raise ShippingError(f"the store {error}") from None

    return send


def _flush(pending: list[tuple[Sample, float]], send: Callable[[bytes], None]) -> int:
    count = len(pending)
    if pending:
        send(exposition_text(pending))
        pending.clear()
    return count
