"""A repository's rules for a branch, in the form of GitHub's rulesets, and what two of them differ in. Pure.

Source: https://docs.github.com/rest/repos/rules
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from phasegate.errors import ErrorCode, PhasegateError
from phasegate.strict_json import read_json

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

FILE = ".github/branch-protection.json"
_KEYS = ("name", "target", "enforcement", "conditions", "rules")
_COMPARED = ("target", "enforcement", "conditions", "bypass_actors", "rules")
_NAMING = ("type", "context", "actor_type")
"""What names an entry of a list: its place in the list means nothing."""
_Path = tuple[str, ...]
"""Keys, and entries of lists as `[NAME]`."""


@dataclass(frozen=True)
class Ruleset:
    """The rules of one file or of one answer of the host, whole."""

    name: str
    content: Mapping[str, Any]

    @property
    def checks(self) -> list[str]:
        """The checks that have to succeed before a change is let in."""
        rules = [rule.get("parameters", {}) for rule in self.content["rules"]]
        return [check["context"] for rule in rules for check in rule.get("required_status_checks", ())]


@dataclass(frozen=True)
class Difference:
    """One place where the host is not as the file says; None where it is absent."""

    where: str
    host: str | None
    file: str | None

    def __str__(self) -> str:
        if self.host is None:
            return f"+ {self.where} = {self.file}"
        if self.file is None:
            return f"- {self.where} = {self.host}"
        return f"~ {self.where}: {self.host} → {self.file}"


def read_ruleset(text: str) -> Ruleset:
    """The ruleset that `text` holds.

    Raises:
        PhasegateError: `config-invalid`.
    """
    try:
        content = read_json(text, unique_keys=True)
    except ValueError as error:
        raise _invalid(str(error)) from error
    missing = [key for key in _KEYS if not isinstance(content, dict) or key not in content]
    if missing:
        raise _invalid(f"it lacks {', '.join(missing)}")
    rules = content["rules"]
    if not isinstance(rules, list) or not all(isinstance(rule, dict) and "type" in rule for rule in rules):
        raise _invalid("its rules are no list of objects with a type")
    return Ruleset(str(content["name"]), content)


def _invalid(why: str) -> PhasegateError:
    return PhasegateError(
        ErrorCode.CONFIG_INVALID,
        f"{FILE} is no ruleset.",
        why=why,
        hint="Its form is that of GitHub's rulesets, which can be exported there.",
    )


def compare(wanted: Ruleset, found: Ruleset | None) -> tuple[Difference, ...]:
    """What has to change at the host. Parameters that the file does not name are the host's own; entries of lists are not."""
    asked = dict(_flatten(wanted))
    there = dict(_flatten(found)) if found else {}
    lists = {path for key in _COMPARED for path in _lists((key,), wanted.content.get(key, []))}
    changes = [(path, there.get(path), value) for path, value in asked.items() if there.get(path) != value]
    surplus = [
        (path, value, None)
        for path, value in there.items()
        if path not in asked and path[-1].startswith("[") and path[:-1] in lists
    ]
    return tuple(Difference(_text(path), host, file) for path, host, file in [*changes, *surplus])


def _text(path: _Path) -> str:
    return ".".join(path).replace(".[", "[")


def _flatten(ruleset: Ruleset) -> Iterator[tuple[_Path, str]]:
    for key in _COMPARED:
        yield from _leaves((key,), ruleset.content.get(key))


def _leaves(path: _Path, value: Any) -> Iterator[tuple[_Path, str]]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _leaves((*path, key), item)
    elif isinstance(value, list):
        for item in value:
            entry = (*path, f"[{_name(item)}]")
            yield entry, "there"
            if isinstance(item, dict):
                yield from _leaves(entry, {k: v for k, v in item.items() if k not in _NAMING})
    elif value is not None:
        yield path, str(value).lower() if isinstance(value, bool) else str(value)


def _lists(path: _Path, value: Any) -> Iterator[_Path]:
    """The paths of all lists in `value`."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _lists((*path, key), item)
    elif isinstance(value, list):
        yield path
        for item in value:
            yield from _lists((*path, f"[{_name(item)}]"), item if isinstance(item, dict) else None)


def _name(item: Any) -> str:
    if not isinstance(item, dict):
        return str(item)
    names = [str(item[key]) for key in (*_NAMING, "actor_id") if item.get(key) is not None]
    return " ".join(names)
