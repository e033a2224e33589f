"""License: whether R knows what DESCRIPTION names there.

Source: `tools:::analyze_license` and `share/licenses/license.db` of R 4.2; Writing R Extensions, 1.1.2.
"""

from __future__ import annotations

import operator
import re
from dataclasses import dataclass

from rforge.package.version import version_key


@dataclass(frozen=True)
class _Entry:
    """A licence of R's database.

    Attributes:
        names: what it is called.
        versions: its versions; none where there is only the one.
        short: how it is written with a version and no blank.
        extensible: the versions that a file may add to; an empty text is the licence without versions.
        unfree: the versions that are not free.
        template: whether it says nothing without a file that fills it in.
    """

    names: tuple[str, ...]
    versions: tuple[str, ...] = ()
    short: tuple[str, ...] = ()
    extensible: tuple[str, ...] = ()
    unfree: tuple[str, ...] = ()
    template: bool = False


def _shorts(name: str, *versions: str) -> tuple[str, ...]:
    return tuple(f"{name}-{version}" for version in versions)


_DATABASE = (
    _Entry(("GNU General Public License", "GPL"), ("2", "3"), _shorts("GPL", "2", "3"), ("3",)),
    _Entry(("GNU Library General Public License",), ("2",), ("LGPL-2",)),
    _Entry(("GNU Lesser General Public License",), ("2.1", "3"), _shorts("LGPL", "2.1", "3"), ("3",)),
    _Entry(("LGPL",), ("2", "2.1", "3"), (), ("3",)),
    _Entry(("GNU Affero General Public License", "AGPL"), ("3",), ("AGPL-3",), ("3",)),
    _Entry(("Apache License",), ("1.1", "2.0")),
    _Entry(("Artistic License",), ("1.0", "2.0"), _shorts("Artistic", "1.0", "2.0"), unfree=("1.0",)),
    _Entry(("CeCILL",), ("2",), ("CeCILL-2",)),
    _Entry(("Mozilla Public License", "MPL"), ("1.0", "1.1", "2.0"), _shorts("MPL", "1.0", "1.1", "2.0")),
    _Entry(("Common Public License", "CPL"), ("1.0",), ("CPL-1.0",)),
    _Entry(("Eclipse Public License", "EPL"), ("1.0",), ("EPL-1.0",)),
    _Entry(("Lucent Public License",), ("1.02",)),
    _Entry(("European Union Public License", "EUPL"), ("1.1",), ("EUPL-1.1",)),
    _Entry(("Boost Software License", "BSL"), ("1.0",), ("BSL-1.0",)),
    _Entry(("FreeBSD License", "FreeBSD")),
    _Entry(("MIT License", "MIT"), extensible=("",), template=True),
    _Entry(("BSD 2-clause License", "BSD_2_clause"), extensible=("",), template=True),
    _Entry(("BSD 3-clause License", "BSD_3_clause"), extensible=("",), template=True),
    _Entry(("Creative Commons Attribution 4.0 International License", "CC BY 4.0"), extensible=("",)),
    _Entry(
        ("Creative Commons Attribution-ShareAlike 4.0 International License", "CC BY-SA 4.0"),
        extensible=("",),
    ),
    *(
        _Entry((long, short), extensible=("",), unfree=("",))
        for long, short in (
            ("Creative Commons Attribution-NonCommercial 4.0 International License", "CC BY-NC 4.0"),
            (
                "Creative Commons Attribution-NonCommercial-ShareAlike 4.0 International License",
                "CC BY-NC-SA 4.0",
            ),
            (
                "Creative Commons Attribution-NonCommercial-NoDerivs 4.0 International License",
                "CC BY-NC-ND 4.0",
            ),
        )
    ),
    _Entry(("ACM Software License Agreement", "ACM"), ("1998",), ("ACM-1998",), unfree=("1998",)),
    _Entry(("CC0",)),
    _Entry(("zlib License", "Zlib")),
    _Entry(("Unlimited",)),
    _Entry(("file LICENSE", "file LICENCE"), unfree=("",)),
)
"""R's licences but for BSD without its clauses, which R asks not to use."""

_FILE = re.compile(r"\s*\+\s*file LICEN[CS]E$")
_VERSIONED = re.compile(r"(.*?)\s*\(([^()]*)\)")
_TERM = re.compile(r"\s*(<=|>=|==|!=|<|>)\s*((?:[0-9]{1,9}[.-])*[0-9]{1,9})\s*")
_IN_WORDS = re.compile(r"(.*?)\s+(?:[Vv]ersion\s+)?([0-9.]+)")
_COMPARISONS = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}


@dataclass(frozen=True)
class Licence:
    """What is known of the alternatives that a field License names.

    Attributes:
        unknown: those that R does not know, or that no version in its database fits.
        templates: those that say nothing without a file that fills them in.
        restricted: those to which a file may add nothing.
        is_free: whether one of them is known to be free.
    """

    unknown: tuple[str, ...] = ()
    templates: tuple[str, ...] = ()
    restricted: tuple[str, ...] = ()
    is_free: bool = False


def parse_licence(text: str) -> Licence:
    """What R knows of a field License with this text."""
    unknown, templates, restricted = [], [], []
    is_free = False
    for part in (" ".join(part.split()) for part in text.split("|")):
        bare = _FILE.sub("", part)
        entry, versions = _find(bare)
        is_alone = bare == part
        if entry is None or (not is_alone and entry.names[0] in ("Unlimited", "file LICENSE")):
            unknown.append(part)
            continue
        is_free = is_free or not set(versions) & set(entry.unfree)
        if entry.template and is_alone:
            templates.append(part)
        if not is_alone and not set(versions) <= set(entry.extensible):
            restricted.append(part)
    return Licence(tuple(unknown), tuple(templates), tuple(restricted), is_free)


def _find(spec: str) -> tuple[_Entry | None, tuple[str, ...]]:
    """The entry that a specification names, and the versions that it takes; no entry where there is no such version."""
    for entry in _DATABASE:
        if spec in entry.names:
            return entry, entry.versions or ("",)
        if spec in entry.short:
            return entry, (spec.rpartition("-")[2],)
        in_words = _IN_WORDS.fullmatch(spec)
        if in_words and in_words[1] in _spelt_out(entry) and in_words[2] in entry.versions:
            return entry, (in_words[2],)
        versioned = _VERSIONED.fullmatch(spec)
        if versioned and versioned[1] in entry.names and entry.versions:
            versions = tuple(version for version in entry.versions if _fits(version, versioned[2]))
            return (entry, versions) if versions else (None, ())
    return None, ()


def _spelt_out(entry: _Entry) -> tuple[str, ...]:
    """The names that a version may follow without a parenthesis: not the short ones."""
    return tuple(name for name in entry.names if " " in name or name == "CeCILL")


def _fits(version: str, terms: str) -> bool:
    """Whether a version is one that terms such as `>= 2, < 4` take."""
    found = [_TERM.fullmatch(term) for term in terms.split(",")]
    return all(
        term is not None and _COMPARISONS[term[1]](version_key(version), version_key(term[2]))
        for term in found
    )
