"""JSON from outside, read in one place: what later work could stumble over is refused here. Pure."""

from __future__ import annotations

import json
import math
import re
from typing import Any, NoReturn

_DEEPEST = 64
"""Levels of nesting; far above what our files have, far below what Python's stack bears."""
_MOST_DIGITS = 64
_HALF_A_CHARACTER = re.compile(r"\\ud[89a-f]", re.IGNORECASE)


def read_json(content: str | bytes, *, unique_keys: bool = False) -> Any:
    """The value that `content` holds, in UTF-8 where it is bytes.

    A text in it may hold bytes that are no UTF-8, as Python's surrogates; `unique_keys` refuses a key that stands twice.

    Raises:
        ValueError: it is no JSON (a `json.JSONDecodeError`), or nothing that could be worked with: nested too deeply, a
            number beyond all bounds, half a character.
    """
    text = content if isinstance(content, str) else content.decode("utf-8")
    hook = _unique if unique_keys else None
    try:
        value = json.loads(
            text, parse_constant=_refuse, parse_int=_whole, parse_float=_finite, object_pairs_hook=hook
        )
    except RecursionError:
        raise ValueError("nested too deeply") from None
    _check_depth(value)
    if _HALF_A_CHARACTER.search(text):
        _check_characters(value)
    return value


def _refuse(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON value")


def _whole(digits: str) -> int:
    if len(digits) > _MOST_DIGITS:
        raise ValueError(f"a number of {len(digits)} digits")
    return int(digits)


def _finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise ValueError(f"{digits} is too large a number")
    return number


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values = dict(pairs)
    if len(values) < len(pairs):
        raise ValueError("a key stands twice in one object")
    return values


def _check_depth(value: Any) -> None:
    level = [value]
    for _ in range(_DEEPEST):
        level = [inner for outer in level for inner in _inner(outer) if isinstance(inner, (dict, list))]
        if not level:
            return
    raise ValueError("nested too deeply")


def _inner(value: Any) -> Any:
    return value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()


def _check_characters(value: Any) -> None:
    try:
        json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        raise ValueError("a text holds half a character (a lone surrogate)") from None
