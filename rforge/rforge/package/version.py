"""R's package versions: `package_version` in R's own terms."""

from __future__ import annotations

import re

PATTERN = r"[0-9]{1,10}(?:[.-][0-9]{1,10})+"
"""A version: whole numbers, two at least, joined by dots or hyphens (Writing R Extensions, 1.1.1)."""

_VERSION = re.compile(PATTERN)
_DEVELOPMENT = 9000
_LARGEST = 2**31 - 1


def is_version(text: str) -> bool:
    """Whether R takes `text` as a package's version: its numbers are R's integers."""
    return _VERSION.fullmatch(text) is not None and max(version_key(text), default=0) <= _LARGEST


def version_key(version: str) -> tuple[int, ...]:
    """A key that sorts versions as R's operators do: `1.0-2` is `1.0.2`, and zeros at the end do not count."""
    numbers = [int(part) for part in re.split(r"[.-]", version)]
    while numbers and not numbers[-1]:
        numbers.pop()
    return tuple(numbers)


def is_development(version: str) -> bool:
    """Whether a version says by its fourth number, 9000 or more, that it is not released yet."""
    key = version_key(version)
    return len(key) > 3 and key[3] >= _DEVELOPMENT
