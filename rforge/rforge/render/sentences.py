"""The sentences that the terminal and the Markdown format share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rforge.render.document import counts, finding_counts

if TYPE_CHECKING:
    from rforge.package.survey import Package
    from rforge.report import PackageReport, Report


def clean(text: str) -> str:
    """Text from a file on one line, without characters that steer a terminal."""
    return "".join(character for character in " ".join(text.split()) if character.isprintable())


def name_of(package: Package) -> str:
    """The package's name, or that it has none."""
    return clean(package.description.name) or "(no name)"


def version_of(package: Package) -> str:
    """The package's version, or that it has none."""
    return clean(package.description.version) or "(no version)"


def kind_of(package: Package) -> str:
    """What kind of folder it is, with what follows from that."""
    if not package.description.is_installed:
        return "source package"
    built = clean(package.description.fields["Built"])
    return f"installed package (built {built}): its sources, tests and vignettes are not in it and were not judged"


def contents_of(package: Package) -> str:
    """How much there is of each part that was read."""
    found = counts(package)
    framework = f"{found['test_framework']} " if found["test_framework"] else ""
    nouns = {
        "r_files": "R file",
        "exports": "export",
        "export_patterns": "export pattern",
        "help_pages": "help page",
        "test_files": f"{framework}test file",
        "vignettes": "vignette",
    }
    parts = [_counted(found[key], noun) for key, noun in nouns.items() if found[key] is not None]
    if not found["export_patterns"]:
        parts = [part for part in parts if "pattern" not in part]
    news = found["news_version"]
    return ", ".join([*parts, f"news up to {news}"] if news else parts)


def score_of(report: PackageReport) -> str:
    """The score as it is shown."""
    return "not examined" if report.health.score is None else f"{report.health.score}/100"


def tally_of(report: PackageReport) -> str:
    """How many findings there are, in words."""
    numbers = finding_counts(report.findings)
    words = [_counted(number, name) for name, number in numbers.items() if number]
    return ", ".join(words) or "no findings"


def partial_lines(report: Report) -> list[str]:
    """What is missing from a partial report; nothing for a whole one."""
    if not report.partial:
        return []
    lines = [f"PARTIAL: the time budget of {report.budget_s:g} s is used up."]
    if not report.packages and not report.unread:
        lines.append("The search for packages did not end; give the folder of one package.")
    if report.unread:
        lines.append(f"Packages not examined: {', '.join(clean(name) for name in report.unread)}.")
    cut_short = [entry.package for entry in report.packages if entry.package.unread]
    return lines + [
        f"{name_of(package)}: not examined: {', '.join(package.unread)}." for package in cut_short
    ]


def _counted(number: object, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
