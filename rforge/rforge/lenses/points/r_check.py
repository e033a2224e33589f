"""`R CMD build` and `R CMD check --as-cran`, run because the user asked for them: they execute the package's own code.

What `--as-cran` judges by what CRAN, URLs and a clock on the internet answer is switched off: without a network R takes
their silence for a fault of the package. R may still look for a repository's index of packages. Source: R Internals, 8
(Tools), and `tools:::.check_packages` of R 4.2.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from rforge.package.check_results import parse_check_log

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rforge.examined import Examined, Judged
    from rforge.package.check_results import CheckResults

NOT_ASKED = "whether CRAN has that name and version, and whether its URLs answer, was not asked"
"""What a check without a network leaves open."""

_OFFLINE = {
    "_R_CHECK_CRAN_INCOMING_REMOTE_": "FALSE",
    "_R_CHECK_SYSTEM_CLOCK_": "FALSE",
    "LANGUAGE": "en",  # the log is read
}
_LAST_BYTES = 300


def run_check(judged: Judged, examined: Examined) -> CheckResults | str:
    """Build the package and check what was built, in a folder of its own; the results, or why there are none."""
    program = shutil.which("R")
    if program is None:
        return "R CMD check was asked for, and there is no R here."
    folder = (Path(examined.request.path) / judged.package.folder).resolve()
    with tempfile.TemporaryDirectory(prefix="rforge-check-") as name:
        place = Path(name)
        try:
            said = _run([program, "CMD", "build", str(folder)], place, examined)
            built = sorted(place.glob("*.tar.gz"))
            if not built:
                return f"R CMD build failed: {said}"
            said = _run([program, "CMD", "check", "--as-cran", "--no-manual", built[0].name], place, examined)
        except subprocess.TimeoutExpired:
            return "R CMD check did not end within the time budget."
        logs = sorted(place.glob("*.Rcheck/00check.log"))
        if not logs:
            return f"R CMD check failed: {said}"
        return parse_check_log(logs[0].name, logs[0].read_text(encoding="utf-8", errors="replace"))


def _run(command: Sequence[str], place: Path, examined: Examined) -> str:
    """Run within what is left of the budget; the end of what was said."""
    ran = subprocess.run(
        command,
        cwd=place,
        env={**os.environ, **_OFFLINE},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=max(1.0, examined.deadline.remaining_s),
        check=False,
    )
    return " ".join(ran.stdout[-_LAST_BYTES:].decode("utf-8", "replace").split())
