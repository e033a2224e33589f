"""The R packages that everything is measured on, written where the caller says."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

PACKAGE = "medfit"
"""One of them, on which others depend."""

TESTS = Path(__file__).resolve().parents[2] / "tests"


def write_ecosystem(folder: Path) -> Path:
    """Write four packages that depend on each other below `folder`; the folder to analyse."""
    if str(TESTS) not in sys.path:
        sys.path.append(str(TESTS))
    return Path(importlib.import_module("fixtures.mediationverse").write_mediationverse(folder))
