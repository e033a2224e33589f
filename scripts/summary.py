"""What the jobs of a run found, as a page of Markdown: `reports/summary.md`, and GitHub's job summary where there is one.

    python scripts/summary.py reports [FILE...]

Reads what the sessions left in the folder: nox's own report of each (sessions/NAME.json), JUnit files (NAME.xml),
coverage.xml, and what was measured (NAME.json, as `measuring/reports.py` writes it). Each FILE has to be among them: what
did not leave its report is not good. NEEDS, where it is set, is GitHub's `toJSON(needs)`:
how each job ended. Exit status: 0 all is good, 1 something is not, 2 there was nothing to look at, which is no pass.
"""

from __future__ import annotations

import json
import os
import sys
import xml.etree.ElementTree as ET  # nosec B405 - the files are our own sessions'
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

PRODUCTS = {"phasegate": "src/phasegate/", "rforge": "rforge/"}
ASKED_PERCENT = 90.0
COVERAGE = "coverage.xml"
PASS = "PASS"  # noqa: S105 - a verdict


class Section(NamedTuple):
    """A part of the page, and whether what it shows is good."""

    title: str
    lines: Sequence[str]
    good: bool


def jobs_section(needs: Mapping[str, Mapping[str, Any]]) -> Section:
    """How each job ended."""
    rows = [(name, str(job["result"])) for name, job in needs.items()]
    return Section("Jobs", table(("job", "result"), rows), all(result == "success" for _, result in rows))


def sessions_section(files: Iterable[Path]) -> Section:
    """How each session ended, and so each gate, as nox reports it."""
    ended = [
        session for file in files for session in json.loads(file.read_text(encoding="utf-8"))["sessions"]
    ]
    rows = [(session["name"], session["result"], f"{session['duration']:.0f}") for session in ended]
    good = all(result == "success" for _, result, _ in rows)
    return Section("Gates and other sessions", table(("session", "result", "seconds"), rows), good)


def tests_section(files: Iterable[Path]) -> Section:
    """What each suite's JUnit file counts."""
    rows, good = [], True
    for file in files:
        suites = list(ET.parse(file).getroot().iter("testsuite"))  # noqa: S314 # nosec B314 - our own file
        counts = [
            sum(int(s.get(key, 0)) for s in suites) for key in ("tests", "failures", "errors", "skipped")
        ]
        seconds = sum(float(s.get("time", 0)) for s in suites)
        rows.append((file.stem, *map(str, counts), f"{seconds:.0f}"))
        good = good and counts[0] > counts[3] and counts[1:3] == [0, 0]
    heads = ("suite", "tests", "failures", "errors", "skipped", "seconds")
    return Section("Tests", table(heads, rows), good)


def coverage_section(file: Path) -> Section:
    """Lines and branches of each product, counted as coverage.py counts them."""
    total, hit = Counter[str](), Counter[str]()
    for covered in ET.parse(file).getroot().iter("class"):  # noqa: S314 # nosec B314 - our own file
        name = covered.get("filename", "")
        product = next((product for product, start in PRODUCTS.items() if name.startswith(start)), None)
        for line in covered.iter("line") if product else ():
            done, of = branches(line.get("condition-coverage"))
            total[product or ""] += 1 + of
            hit[product or ""] += done + (line.get("hits") != "0")
    shares = {product: 100.0 * hit[product] / (total[product] or 1) for product in PRODUCTS}
    rows = [(product, f"{share:.1f} %", f"{ASKED_PERCENT:.0f} %") for product, share in shares.items()]
    good = all(share >= ASKED_PERCENT for share in shares.values())
    return Section("Coverage", table(("product", "lines and branches", "asked"), rows), good)


def branches(condition: str | None) -> tuple[int, int]:
    """How many branches were taken of how many, from `50% (1/2)`."""
    done, _, of = (condition or "0% (0/0)").partition("(")[2].rstrip(")").partition("/")
    return int(done), int(of)


def result_section(file: Path) -> Section:
    """A result that a session's script left: its verdict and its rows."""
    result = json.loads(file.read_text(encoding="utf-8"))
    rows = result["rows"]
    heads = tuple(rows[0]) if rows else ()
    cells = [tuple(str(row.get(head, "")) for head in heads) for row in rows]
    return Section(
        f"{file.stem}: {result['verdict']}", table(heads, cells), bool(rows) and result["verdict"] == PASS
    )


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """A table of Markdown; nothing in a cell can end it."""
    lines = [heads, ["---"] * len(heads), *rows] if rows else []
    cleaned = [
        [" ".join(cell.split()).replace("|", "\\|").replace("<", "&lt;") for cell in row] for row in lines
    ]
    return [f"| {' | '.join(row)} |" for row in cleaned]


def links(environment: Mapping[str, str]) -> list[str]:
    """Where the run and what it kept can be seen; nothing outside GitHub."""
    asked = ("GITHUB_SERVER_URL", "GITHUB_REPOSITORY", "GITHUB_RUN_ID")
    server, repository, run = (environment.get(name, "") for name in asked)
    return [f"[The run and its reports]({server}/{repository}/actions/runs/{run})"] if run else []


def missing_section(folder: Path, asked: Iterable[str]) -> Section:
    """The reports that should be there, and are not."""
    missing = [(name,) for name in asked if not (folder / name).is_file()]
    return Section("Missing reports", table(("report",), missing), not missing)


def gather(folder: Path, needs: str) -> list[Section]:
    """All that there is to show, in the order of the page."""
    suites = sorted(file for file in folder.glob("*.xml") if file.name != COVERAGE)
    sections = [jobs_section(json.loads(needs))] if needs.strip() else []
    sessions = sorted((folder / "sessions").glob("*.json"))
    sections += [sessions_section(sessions)] if sessions else []
    sections += [tests_section(suites)] if suites else []
    sections += [coverage_section(folder / COVERAGE)] if (folder / COVERAGE).exists() else []
    return [*sections, *map(result_section, sorted(folder.glob("*.json")))]


def main(arguments: Sequence[str], environment: Mapping[str, str]) -> int:
    """Write the page about the folder `arguments[0]`, which has to hold the files that follow; the exit status."""
    if not arguments:
        print(__doc__, file=sys.stderr)
        return 2
    folder = Path(arguments[0])
    sections = gather(folder, environment.get("NEEDS", ""))
    if not sections:
        print(f"error: {folder} holds no reports, so there is nothing to sum up.", file=sys.stderr)
        return 2
    missing = missing_section(folder, arguments[1:])
    sections += [] if missing.good else [missing]
    good = all(section.good for section in sections)
    page = [f"# {'All is good' if good else 'Something is not good'}", "", *links(environment), ""]
    for section in sections:
        page += [f"## {section.title}{'' if section.good else ' (not good)'}", "", *section.lines, ""]
    text = "\n".join(page)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "summary.md").write_text(text, encoding="utf-8")
    if environment.get("GITHUB_STEP_SUMMARY"):
        with Path(environment["GITHUB_STEP_SUMMARY"]).open("a", encoding="utf-8") as stream:
            stream.write(text)
    print(text)
    return 0 if good else 1


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:], os.environ))
