"""`python -m phasegate.plugin [FOLDER] [--json]`: check the plugins in a folder."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from phasegate.config_file import load_config
from phasegate.errors import ErrorCode, PhasegateError
from phasegate.git.door import Git
from phasegate.plugin.check import Report, check_plugin
from phasegate.plugin.known import SEMVER
from phasegate.plugin.manifest import read_catalogue
from phasegate.plugin.tree import FolderFiles, checkout_files
from phasegate.terminal import never_stumble_over_a_character, printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Check, print, and answer the exit status."""
    parser = argparse.ArgumentParser(prog="python -m phasegate.plugin", description="Check a plugin's files.")
    parser.add_argument(
        "folder", nargs="?", default=".", type=Path, help="the repository's folder (default: .)"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    options = parser.parse_args(arguments)
    never_stumble_over_a_character()
    try:
        report = _check(options.folder)
    except PhasegateError as error:
        print(printable(str(error)), file=sys.stderr)
        return error.code.exit_status
    print(json.dumps(_as_json(report), indent=2) if options.json else printable(_as_text(report)))
    return report.verdict.exit_status


def _check(folder: Path) -> Report:
    if not folder.is_dir():
        raise PhasegateError(ErrorCode.USAGE, f"{folder} is no folder.", hint="Name the repository's folder.")
    config = load_config(folder)
    git = Git(folder)
    inside = git.attempt("rev-parse", "--is-inside-work-tree", "--show-cdup")
    if inside.status != 0 or inside.text != "true":  # the way up is a second line, except at the top
        return check_plugin(FolderFiles(folder), config)
    files = checkout_files(git)
    versions = {plugin.version or "" for plugin in read_catalogue(files, config.plugins).plugins}
    released = _released(git, config.tag_format, filter(SEMVER.fullmatch, versions))
    changed = git.run("status", "--porcelain")
    return check_plugin(files, config, released=released, tree="" if changed else _tree_of(git, "HEAD"))


def _released(git: Git, tag_format: str, versions: Iterable[str]) -> dict[str, str]:
    """Those of `versions` that a tag names, with the tags' trees."""
    tags = {version: tag_format.replace("{version}", version) for version in versions}
    trees = {version: _tree_of(git, f"refs/tags/{tag}") for version, tag in tags.items()}
    return {version: tree for version, tree in trees.items() if tree}


def _tree_of(git: Git, name: str) -> str:
    found = git.attempt("rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{tree}}")
    return found.text if found.status == 0 else ""


def _as_text(report: Report) -> str:
    lines = [f"{finding.severity.value:7} {finding}  [{finding.rule}]" for finding in report.findings]
    broken = {finding.rule for finding in report.findings}
    lines += [
        f"\n{rule.title} [{rule.name}]\n  {rule.advice}" for rule in report.rules if rule.name in broken
    ]
    examined = f"{len(report.examined)} manifest{'' if len(report.examined) == 1 else 's'} examined"
    return "\n".join([*lines, f"{report.verdict.value}: {examined}, {len(report.findings)} findings"])


def _as_json(report: Report) -> dict[str, object]:
    return {
        "schema": 1,
        "verdict": report.verdict.value,
        "examined": list(report.examined),
        "findings": [finding.as_json() for finding in report.findings],
    }


if __name__ == "__main__":
    raise SystemExit(main())
