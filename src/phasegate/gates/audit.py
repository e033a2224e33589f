"""The vulnerability audit of what users install, which says so when it could audit nothing.

pip-audit ends well, with "No known vulnerabilities found", when the service is unreachable for a package or
does not know it. Here what was audited is counted against what users install; anything less than all is
INCONCLUSIVE.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from phasegate.gates.environment import VERDICTS_VARIABLE
from phasegate.gates.verdict_lines import VerdictLine
from phasegate.redaction import redact
from phasegate.strict_json import read_json
from phasegate.verdict import Verdict

if TYPE_CHECKING:
    from collections.abc import Sequence

AUDITED_PYTHON = "3.12"
"""A Python that still gets security fixes: some pins for older ones have advisories that nobody will mend."""

_PINNED = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)==", re.MULTILINE)
_LONGEST_S = 600
_NAMED = 8


def main(arguments: Sequence[str] | None = None) -> int:
    """Audit the project's runtime dependencies; 0 only if every one was audited and none is vulnerable."""
    parser = argparse.ArgumentParser(prog="python -m phasegate.gates.audit", description=__doc__)
    parser.add_argument("project", nargs="?", type=Path, default=Path(), help="folder with a pyproject.toml")
    parser.add_argument("--osv-url", default=os.environ.get("PHASEGATE_OSV_URL"), help="ask this OSV service")
    options = parser.parse_args(arguments)
    line = audit(options.project, osv_url=options.osv_url)
    if os.environ.get(VERDICTS_VARIABLE):
        line.append_to(Path(os.environ[VERDICTS_VARIABLE]))
    sys.stdout.write(f"{line.check}: {line.verdict.value}: {line.reason}\n")
    return line.verdict.exit_status


def audit(project: Path, *, osv_url: str | None = None) -> VerdictLine:
    """Audit what users of `project` install on Python 3.12, all extras included.

    Args:
        project: the folder with the pyproject.toml.
        osv_url: query URL of an OSV service; without one pip-audit asks its default service.
    """
    with tempfile.TemporaryDirectory(prefix="phasegate-audit-") as temporary:
        requirements, report = Path(temporary, "requirements.txt"), Path(temporary, "report.json")
        exported = _run(_export_command(project, requirements))
        if exported or not requirements.exists():
            return _inconclusive(f"the dependencies could not be resolved: {exported}")
        said = _run(_audit_command(requirements, report, osv_url))
        expected = pinned(requirements.read_text(encoding="utf-8"))
        try:
            found = read_json(report.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return _inconclusive(f"0 of {len(expected)} packages were audited: {said}")
        return judge_report(expected, found)


def pinned(requirements: str) -> frozenset[str]:
    """The normalized names of the packages that a requirements text pins."""
    return frozenset(_normalized(name) for name in _PINNED.findall(requirements))


def judge_report(expected: frozenset[str], report: dict[str, Any]) -> VerdictLine:
    """What pip-audit's JSON report says about the packages that were to be audited."""
    audited = {_normalized(d["name"]): d for d in report.get("dependencies", []) if "skip_reason" not in d}
    vulnerable = [
        f"{d['name']} {d['version']} ({', '.join(v['id'] for v in d['vulns'])})"
        for d in audited.values()
        if d.get("vulns")
    ]
    if vulnerable:
        return VerdictLine("audit", Verdict.FAIL, "known vulnerabilities in " + "; ".join(sorted(vulnerable)))
    missing = sorted(expected - set(audited))
    if missing:
        count = f"{len(expected) - len(missing)} of {len(expected)} packages were audited"
        more = f" and {len(missing) - _NAMED} more" if len(missing) > _NAMED else ""
        return _inconclusive(f"{count}; not {', '.join(missing[:_NAMED])}{more}")
    if not audited:
        return _inconclusive("there was nothing to audit")
    return VerdictLine("audit", Verdict.PASS, f"{len(audited)} packages audited, no known vulnerability")


def _inconclusive(reason: str) -> VerdictLine:
    return VerdictLine("audit", Verdict.INCONCLUSIVE, reason)


def _normalized(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _export_command(project: Path, requirements: Path) -> list[str]:
    options = ["--quiet", "--generate-hashes", "--no-header", "--no-annotate", "--all-extras"]
    target = ["--python-version", AUDITED_PYTHON, "--output-file", str(requirements)]
    return [sys.executable, "-m", "uv", "pip", "compile", *options, *target, str(project / "pyproject.toml")]


def _audit_command(requirements: Path, report: Path, osv_url: str | None) -> list[str]:
    service = ["--vulnerability-service", "osv", "--osv-url", osv_url] if osv_url else []
    options = ["--disable-pip", "--require-hashes", "--progress-spinner", "off", "--format", "json"]
    files = ["--requirement", str(requirements), "--output", str(report)]
    return [sys.executable, "-m", "pip_audit", *options, *files, *service]


def _run(command: list[str]) -> str:
    """The last line of what a failed command said; empty if it ended well."""
    try:
        ended = subprocess.run(command, capture_output=True, check=False, timeout=_LONGEST_S)
    except subprocess.TimeoutExpired:
        return f"no answer within {_LONGEST_S} s"
    lines = (ended.stderr + ended.stdout).decode("utf-8", "replace").strip().splitlines()
    return (redact(lines[-1]) if lines else f"exit status {ended.returncode}") if ended.returncode else ""


if __name__ == "__main__":
    sys.exit(main())
