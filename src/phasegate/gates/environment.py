"""The environment in which gates run: the user's, without what would point them at another place."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

VERDICTS_VARIABLE = "PHASEGATE_VERDICTS"

# From `git rev-parse --local-env-vars`, less those that only carry settings.
_LOCATIONS = frozenset(
    {
        "GIT_ALTERNATE_OBJECT_DIRECTORIES",
        "GIT_COMMON_DIR",
        "GIT_DIR",
        "GIT_GRAFT_FILE",
        "GIT_INDEX_FILE",
        "GIT_NAMESPACE",
        "GIT_OBJECT_DIRECTORY",
        "GIT_PREFIX",
        "GIT_SHALLOW_FILE",
        "GIT_WORK_TREE",
        "CONDA_PREFIX",
        "PYTHONHOME",
        "PYTHONPATH",
        "UV_PROJECT_ENVIRONMENT",
        "UV_PYTHON",
        "VIRTUAL_ENV",
    }
)
_OUTER_RUN = ("NOX", "PYTEST_", "COV_", "COVERAGE_")  # a gate may itself run the tests of gates


def gate_environment(outer: Mapping[str, str], *, epoch: str, verdicts: Path) -> dict[str, str]:
    """`outer` for a gate: nothing downloaded behind its back, builds dated by the commit.

    Args:
        outer: the variables of this process.
        epoch: the commit's time, in seconds since 1970, for reproducible builds.
        verdicts: the file to which a step of the session may append verdict lines.
    """
    kept = {
        name: value
        for name, value in outer.items()
        if name.upper() not in _LOCATIONS and not name.upper().startswith(_OUTER_RUN)
    }
    return {
        **kept,
        "NOX_DOWNLOAD_PYTHON": "never",
        "UV_PYTHON_DOWNLOADS": "never",
        "SOURCE_DATE_EPOCH": epoch,
        VERDICTS_VARIABLE: os.fspath(verdicts),
    }
