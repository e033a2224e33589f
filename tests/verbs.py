"""`invoke` as a whole process, as an operator or a script starts it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

SOURCE = Path(__file__).resolve().parents[1] / "src"


def invoke(
    folder: Path, *arguments: str, core: Sequence[str] = (), **environment: str
) -> subprocess.CompletedProcess[str]:
    """`invoke ARGUMENTS` in `folder`, without a terminal; a test that fails shows what it said."""
    return run_module("invoke", folder, *core, *arguments, **environment)


def phasegate(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """`python -m phasegate ARGUMENTS` in `folder`, the same way: what there is before a tasks.py."""
    return run_module("phasegate", folder, *arguments, **environment)


def run_module(
    module: str, folder: Path, *arguments: str, **environment: str
) -> subprocess.CompletedProcess[str]:
    """`python -m MODULE ARGUMENTS` in `folder`, with phasegate from this very checkout."""
    path = os.pathsep.join([str(SOURCE), os.environ.get("PYTHONPATH", "")])
    done = subprocess.run(
        [sys.executable, "-m", module, *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": path, "PYTHONUTF8": "1", "PHASEGATE_TRACEBACK": "1", **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    print(done.stderr, file=sys.stderr)
    return done


def ask(folder: Path, *arguments: str) -> Any:
    """The JSON that `invoke ARGUMENTS --json` prints on stdout, whatever its exit status."""
    return json.loads(invoke(folder, *arguments, "--json").stdout)
