"""How a repository has named its releases so far. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from phasegate.toml_table import tag_format
from phasegate.version.semver import Version

if TYPE_CHECKING:
    from collections.abc import Iterable

DEFAULT = "v{version}"

_VERSION_AT_END = re.compile(r"(?P<before>|.*?[^0-9.])(?P<version>\d+\.\d+\.\d+(?:-.+)?)", re.ASCII)


@dataclass(frozen=True)
class Scheme:
    """How a version becomes a tag; `others` are further forms that tags have, where one had to be chosen."""

    format: str = DEFAULT
    others: tuple[str, ...] = ()


def choose_scheme(tags: Iterable[str], released: Version | None) -> Scheme:
    """The form of the tags of final versions.

    Where there are several, it is the one whose highest version the plugins name (`released`); where that does not
    tell either, the default with the others noted.
    """
    highest: dict[str, Version] = {}
    for form, version in filter(None, map(_read, tags)):
        if version.is_final:
            highest[form] = max(version, highest.get(form, version))
    if len(highest) == 1:
        return Scheme(next(iter(highest)))
    matching = [form for form, version in highest.items() if version == released]
    if len(matching) == 1:
        return Scheme(matching[0])
    return Scheme(DEFAULT, tuple(sorted(form for form in highest if form != DEFAULT)))


def _read(tag: str) -> tuple[str, Version] | None:
    match = _VERSION_AT_END.fullmatch(tag)
    version = Version.parse_or_none(match["version"]) if match else None
    if match is None or version is None:
        return None
    try:
        return tag_format(f"{match['before']}{{version}}"), version
    except ValueError:
        return None  # a name that phasegate could not write again, such as one with braces
