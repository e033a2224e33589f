"""How long tests took: JUnit XML that a run left below the package, such as testthat's `JunitReporter` writes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from rforge.package.folder import PackageFolder

MAX_DEPTH = 4
"""How many folders below tests/ reports are looked for."""

_CHUNK_CHARACTERS = 1 << 16


@dataclass(frozen=True)
class Timing:
    """How long one thing took.

    Attributes:
        name: a test or a help page's examples.
        elapsed_s: seconds on the clock.
        file: the report that says so, as a path in the package.
    """

    name: str
    elapsed_s: float
    file: str = ""


class _RefusedError(Exception):
    """The report has a document type, which could define entities without end."""


def read_timings(folder: PackageFolder) -> tuple[Timing, ...]:
    """The timings in every report below tests/ and in the folder tests/ of a check."""
    paths = list(_reports(folder, "tests", MAX_DEPTH))
    for check in folder.folders("."):
        if check.endswith(".Rcheck"):
            paths += _reports(folder, f"{check}/tests", MAX_DEPTH)
    found: list[Timing] = []
    for path in paths:
        file = folder.read(path)
        if file is not None:
            found += parse_junit(path, file.text, folder.deadline.check)
    return tuple(found)


def parse_junit(path: str, text: str, check: Callable[[], None] = lambda: None) -> tuple[Timing, ...]:
    """The test cases in a report; none where it is no JUnit XML or has a document type.

    Args:
        path: where the report lies.
        text: its content.
        check: called now and then; what it raises ends the reading.
    """
    from xml.parsers import expat  # nosec B407 - a document type is refused: no entity is ever defined

    found: list[Timing] = []

    def start(tag: str, attributes: Mapping[str, str]) -> None:
        elapsed_s = _seconds(attributes.get("time", ""))
        if tag == "testcase" and elapsed_s is not None:
            name = ": ".join(filter(None, (attributes.get("classname"), attributes.get("name"))))
            found.append(Timing(name, elapsed_s, path))

    def refuse(*_: object) -> None:
        raise _RefusedError

    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    parser.StartDoctypeDeclHandler = refuse
    try:
        for position in range(0, len(text), _CHUNK_CHARACTERS):
            check()
            parser.Parse(text[position : position + _CHUNK_CHARACTERS])
        parser.Parse("", True)  # noqa: FBT003 - expat takes it by position alone
    except _RefusedError:
        return ()
    except (expat.ExpatError, ValueError):
        pass  # cut off or broken: what stood before counts
    return tuple(found)


def _reports(folder: PackageFolder, place: str, depth: int) -> list[str]:
    found = list(folder.files(place, (".xml",)))
    for name in folder.folders(place) if depth else ():
        found += _reports(folder, f"{place}/{name}", depth - 1)
    return found


def _seconds(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if 0 <= value < float("inf") else None
