"""Feature flags as pure values: who has a feature is a function of the file's text and the user's id.

A user's digest is the SHA-256 of `FLAG:USER`, in hexadecimal digits: the flag's name is the salt, so that one user's
digests in two flags cannot be told to belong together. The first 8 bytes of it, modulo 10,000, are the user's bucket,
which never changes: when the percentage grows, everyone who had the feature keeps it.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from rforge.errors import PluginError

if TYPE_CHECKING:
    from collections.abc import Mapping

SCHEMA = 1
MODE_SYSTEM = "mode-system"
"""The flag of the four modes; without it every command works as version 1 did, in mode default alone."""

_BUCKETS = 10_000
_DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Flag:
    """Who has a feature: nobody when not `enabled`, else the listed users and `percentage` of the others."""

    enabled: bool = False
    users: frozenset[str] = frozenset()
    percentage: float = 0.0


@dataclass(frozen=True)
class Flags:
    """All flags of a file; a flag that is not in it is off, and so is one that is broken, as `broken` says."""

    by_name: Mapping[str, Flag] = field(default_factory=dict)
    broken: tuple[PluginError, ...] = ()

    def is_on(self, name: str, user: str) -> bool:
        """Whether the user with id `user` has feature `name`."""
        flag = self.by_name.get(name, Flag())
        if not flag.enabled:
            return False
        return user_digest(name, user) in flag.users or user_bucket(name, user) < flag.percentage * 100


ALL_OFF = Flags()


def user_digest(flag: str, user: str) -> str:
    """What stands in the file for a listed user: 64 hexadecimal digits."""
    return _digest(flag, user).hex()


def user_bucket(flag: str, user: str) -> int:
    """The user's bucket for a flag, from 0 to 9,999: one hundredth of a percent each."""
    return int.from_bytes(_digest(flag, user)[:8], "big") % _BUCKETS


def parse_flags(text: str) -> Flags:
    """The flags of a flag file.

    Raises:
        PluginError: the text is no flag file of a schema that is known here.
    """
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise PluginError("Every flagged feature", f"the flag file is no JSON ({error}).") from error
    if not isinstance(document, dict) or document.get("schema") != SCHEMA:
        raise PluginError("Every flagged feature", f"the flag file is not of schema {SCHEMA}.")
    flags = document.get("flags")
    if not isinstance(flags, dict):
        raise PluginError("Every flagged feature", "the flag file has no table of flags.")
    by_name: dict[str, Flag] = {}
    broken: list[PluginError] = []
    for name, table in flags.items():
        try:
            by_name[name] = _read_flag(name, table)
        except PluginError as error:
            broken.append(error)
    return Flags(by_name, tuple(broken))


def _read_flag(name: str, table: Any) -> Flag:
    if not isinstance(table, dict):
        raise PluginError(name, "its flag is no table.")
    enabled, users, percentage = table.get("enabled"), table.get("users", []), table.get("percentage", 0)
    if not isinstance(enabled, bool):
        raise PluginError(name, "`enabled` must be true or false.")
    if not isinstance(users, list) or not all(isinstance(u, str) and _DIGEST.fullmatch(u) for u in users):
        raise PluginError(name, "`users` must be a list of SHA-256 digests.")
    if isinstance(percentage, bool) or not isinstance(percentage, (int, float)) or not 0 <= percentage <= 100:
        raise PluginError(name, "`percentage` must be a number from 0 to 100.")
    return Flag(enabled, frozenset(users), float(percentage))


def _digest(flag: str, user: str) -> bytes:
    return hashlib.sha256(f"{flag}:{user}".encode("utf-8", "surrogatepass")).digest()
