"""Whether an event can be counted: it has what its kind needs, and what becomes a label is a word. Pure.

Readers of reports bear anything; what is counted for alerts and for Prometheus ends in labels and notices, so nothing is
counted there that `event.schema.json` does not allow.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from phasegate.telemetry.logs.line import number
from phasegate.telemetry.reading import OUTCOMES

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_WORD = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,63}")
_VERSION = re.compile(r"[0-9A-Za-z.+-]{1,64}")
_NAME = re.compile(r"[0-9A-Za-z]{1,64}")


def is_countable(event: Mapping[str, Any]) -> bool:
    """Whether `event` has the members that counting it needs, each of its type."""
    kind = event.get("event")
    needed = _OF_KIND.get(kind) if isinstance(kind, str) else None
    return needed is not None and all(
        check(event.get(name)) for members in (_COMMON, needed) for name, check in members.items()
    )


def _matches(pattern: re.Pattern[str]) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, str) and pattern.fullmatch(value) is not None


def _is_amount(value: object) -> bool:
    amount = number(value)
    return amount is not None and amount >= 0


def _is_bool(value: object) -> bool:
    return isinstance(value, bool)


_is_word, _is_version, _is_name = map(_matches, (_WORD, _VERSION, _NAME))
_COMMON = {
    "id": _is_name, "plugin": _is_word, "version": _is_version, "install": _is_name, "user": _is_name, "session": _is_name,
    "probe": _is_bool,
}  # fmt: skip
_OF_KIND: dict[str, dict[str, Callable[[Any], bool]]] = {
    "command": {
        "command": _is_word, "mode": _is_word, "format": _is_word, "outcome": OUTCOMES.__contains__, "duration_s": _is_amount,
        "budget_s": _is_amount, "explicit": _is_bool,
    },
    "call": {
        "format": _is_word, "latency_s": _is_amount, "render_s": _is_amount, "cache_lookups": _is_amount, "cache_hits": _is_amount,
    },
    "error": {"category": _is_word, "severity": _is_word},
    "session": {"outcome": ("started", "failed").__contains__},
    "feedback": {"score": _is_amount},
    "documentation": {"documented": _is_amount, "accurate": _is_amount},
    "debug": {},
}  # fmt: skip
