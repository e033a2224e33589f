"""A line of a log: an event of our schema, one of a newer schema, or none at all. Readers without DuckDB use this."""

from __future__ import annotations

import json
import math
import re
from datetime import date, datetime, timezone
from enum import Enum
from functools import lru_cache
from typing import Any, NamedTuple

SCHEMA = 1
"""The schema that this phasegate reads."""

LONGEST_LINE = 1 << 24
"""Bytes, the newline among them; what is longer is no event. Ours have 450 or so."""

_MICROSECONDS = 1_000_000
_EPOCH = date(1970, 1, 1).toordinal()
_TIMESTAMP = re.compile(r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)\.(\d{3})Z")


class Kind(Enum):
    """What a line is."""

    EVENT = "event"
    NEWER = "newer"
    REJECTED = "rejected"
    BLANK = "blank"


class Line(NamedTuple):
    """A line that was looked at: what it is, and of an event when it happened (µs since 1970) and its members.

    Of a line of a newer schema only the number of its schema means anything.
    """

    kind: Kind
    at_us: int = 0
    event: dict[str, Any] = {}  # noqa: RUF012 (nobody writes to it)


_REJECTED, _BLANK = Line(Kind.REJECTED), Line(Kind.BLANK)


def read_line(line: bytes) -> Line:
    """What `line` is. An event has a schema, a timestamp, an id, a plugin and a kind; the rest is for who needs it."""
    try:
        event = _DECODER.decode(line.decode("utf-8"))
    except (ValueError, RecursionError):
        return _REJECTED if line.strip() else _BLANK
    if type(event) is not dict:
        return _REJECTED
    schema = event.get("schema")
    if type(schema) is not int or schema < SCHEMA:
        return _REJECTED
    if schema > SCHEMA:
        return Line(Kind.NEWER, event=event)
    at_us = microseconds(event.get("timestamp"))
    if at_us is None or not all(type(event.get(name)) is str for name in ("id", "event", "plugin")):
        return _REJECTED
    return Line(Kind.EVENT, at_us, event)


def timestamp_of(at_us: int) -> str:
    """The inverse of `microseconds`."""
    seconds, rest_us = divmod(at_us, _MICROSECONDS)
    moment = datetime.fromtimestamp(seconds, tz=timezone.utc)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{rest_us // 1000:03d}Z"


def microseconds(timestamp: object) -> int | None:
    """A timestamp of the schema as microseconds since 1970, or None where it is none."""
    match = _TIMESTAMP.fullmatch(timestamp) if isinstance(timestamp, str) else None
    if match is None:
        return None
    minute_s = _minute(*map(int, match.groups()[:5]))
    second = int(match[6])
    return (
        None
        if minute_s is None or second > 59
        else (minute_s + second) * _MICROSECONDS + int(match[7]) * 1000
    )


@lru_cache(maxsize=4096)
def _minute(year: int, month: int, day: int, hour: int, minute: int) -> int | None:
    if hour > 23 or minute > 59:
        return None
    try:
        days = date(year, month, day).toordinal() - _EPOCH
    except ValueError:
        return None
    return (days * 24 + hour) * 3600 + minute * 60


def number(value: object) -> float | None:
    """A member that should be a number, or None where it is none that could be reckoned with."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    try:
        real = float(value)
    except OverflowError:
        return None
    return real if math.isfinite(real) else None


_DECODER = json.JSONDecoder(
    parse_constant=lambda _: None
)  # NaN is how some writers say that there is no number
