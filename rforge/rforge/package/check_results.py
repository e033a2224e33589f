"""What `R CMD check` found when it was last run: `<name>.Rcheck` inside the package folder or beside it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rforge.package.timings import Timing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rforge.package.folder import PackageFolder

_STATUS = re.compile(r"^Status: (.+)$", re.MULTILINE)
_COUNT = re.compile(r"(\d+) (ERROR|WARNING|NOTE)")
_RESULT = re.compile(r"^\* checking (.*?) \.\.\.")
_OUTCOME = re.compile(r"(?:\* checking .*|(?: \[[^]]*\])?) (ERROR|WARNING|NOTE)")
_LONGEST_COMPLAINT = 240
_VERSION = re.compile(r"^\* this is package [^\n]{1,99}? version [\u2018'\"]([0-9.-]+)", re.MULTILINE)


@dataclass(frozen=True)
class Complaint:
    """What one check complained of.

    Attributes:
        kind: `ERROR`, `WARNING` or `NOTE`.
        check: what was checked, such as `CRAN incoming feasibility`.
        text: what R says about it, on one line; the beginning, where it is long.
    """

    kind: str
    check: str
    text: str = ""


@dataclass(frozen=True)
class CheckResults:
    """The log of a check.

    Attributes:
        file: its path, relative to the package folder.
        status: what R says last, such as `OK` or `1 WARNING, 2 NOTEs`; empty when the check did not finish.
        errors: how many errors; so far, when it did not finish.
        warnings: how many warnings.
        notes: how many notes.
        version: the version of the package that was checked, which need not be the one that lies here.
        examples: how long the examples of each help page took.
        complaints: what each check complained of, in their order.
    """

    file: str
    status: str = ""
    errors: int = 0
    warnings: int = 0
    notes: int = 0
    version: str = ""
    examples: tuple[Timing, ...] = ()
    complaints: tuple[Complaint, ...] = ()


def read_check_results(folder: PackageFolder) -> CheckResults | None:
    """The last check of the package in `folder`, or None when none is found."""
    if not folder.description.has_valid_name:
        return None
    name = folder.description.name
    for place in (f"{name}.Rcheck", f"../{name}.Rcheck"):
        log = folder.read(f"{place}/00check.log")
        if log is not None:
            timings_file = f"{place}/{name}-Ex.timings"
            timings = folder.read(timings_file)
            examples = parse_example_timings(timings_file, timings.text) if timings is not None else ()
            return parse_check_log(f"{place}/00check.log", log.text, examples)
    return None


def parse_check_log(file: str, text: str, examples: tuple[Timing, ...] = ()) -> CheckResults:
    """The results in the text of `00check.log`; without a status at its end they are counted."""
    status = _STATUS.search(text)
    version = _VERSION.search(text)
    complaints = tuple(_complaints(text))
    counts = {"ERROR": 0, "WARNING": 0, "NOTE": 0}
    if status is not None:
        counts.update({kind: int(number) for number, kind in _COUNT.findall(status[1])})
    else:
        for complaint in complaints:
            counts[complaint.kind] += 1
    return CheckResults(
        file,
        status[1].strip() if status else "",
        counts["ERROR"],
        counts["WARNING"],
        counts["NOTE"],
        version[1] if version else "",
        examples,
        complaints,
    )


def _complaints(text: str) -> Iterator[Complaint]:
    """Each check that did not end in OK, in a log whose checks begin in lines `* checking … ...`."""
    for block in text.split("\n* ")[1:]:
        lines = f"* {block}".split("\n")
        checked = _RESULT.match(lines[0])
        # The outcome ends the line, or has one of its own, with a time perhaps, below what the check printed meanwhile.
        outcomes = (
            (number, outcome[1]) for number, line in enumerate(lines) if (outcome := _OUTCOME.fullmatch(line))
        )
        number, kind = next(outcomes, (0, ""))
        if checked is None or not kind:
            continue
        said = " ".join(" ".join(lines[number + 1 :]).split())
        more = "…" if len(said) > _LONGEST_COMPLAINT else ""
        yield Complaint(kind, checked[1], said[:_LONGEST_COMPLAINT] + more)


def parse_example_timings(file: str, text: str) -> tuple[Timing, ...]:
    """The rows of `<name>-Ex.timings`: name, user, system and elapsed seconds, between tabs."""
    found: list[Timing] = []
    for row in (line.split("\t") for line in text.split("\n")):
        try:
            found.append(Timing(row[0], float(row[3]), file))
        except (IndexError, ValueError):
            continue  # the heading, or a line that was cut off
    return tuple(found)
