"""rforge as its users run it, and recorded outputs that people can read.

What a command said is recorded in `snapshots/`; `pytest tests/regression --update-snapshots` records it anew, on purpose, and the
difference is read in the commit. Times are written as zeros, and the folder of the packages as `FOLDER`.
"""

from __future__ import annotations

import difflib
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Callable

import pytest

from measuring.ecosystem import write_ecosystem

if TYPE_CHECKING:
    from collections.abc import Mapping

REPOSITORY = Path(__file__).resolve().parents[2]
PLUGIN = REPOSITORY / "rforge"
SNAPSHOTS = Path(__file__).with_name("snapshots")
_NORMAL = (
    (re.compile(r"\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"), "2000-01-01T00:00:00Z"),
    (re.compile(r'("(?!budget_s)\w+_s": )\d+(?:\.\d+)?'), r"\g<1>0.0"),
    (re.compile(r"\b(?:in|after|took) \d+(?:\.\d+)? (s|ms)\b"), r"in 0 \1"),
)

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="session")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of R packages that depend on each other, `medfit` and `probmed` among them."""
    return write_ecosystem(tmp_path_factory.mktemp("packages"))


@pytest.fixture(scope="session")
def library(packages: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An R library with whatever the packages name, so that it does not matter what this machine has installed."""
    folder = tmp_path_factory.mktemp("library")
    words = {
        word for file in packages.glob("*/DESCRIPTION") for word in _dependencies(file.read_text("utf-8"))
    }
    for name in words - {"R"}:
        (folder / name).mkdir()
        text = f"Package: {name}\nVersion: 9.0.0\nBuilt: R 4.4.0; ; 2000-01-01 00:00:00 UTC; unix\n"
        (folder / name / "DESCRIPTION").write_bytes(text.encode("utf-8"))
    return folder


def _dependencies(description: str) -> list[str]:
    fields = re.findall(
        r"^(?:Depends|Imports|Suggests|LinkingTo|Enhances):(.*(?:\n[ \t].*)*)", description, re.MULTILINE
    )
    return [name for field in fields for name in re.findall(r"(?:^|,)\s*([A-Za-z][A-Za-z0-9.]*)", field)]


@pytest.fixture
def user_environment(library: Path) -> Mapping[str, str]:
    """What a user has: the plugin where Python finds it, and no terminal; nothing is remembered from run to run."""
    own = {
        "PYTHONPATH": str(PLUGIN),
        "PYTHONIOENCODING": "utf-8",
        "CLAUDE_PLUGIN_DATA": "",
        "R_LIBS": str(library),
        "RFORGE_USER": "ada",
    }
    return {**os.environ, **own}


@pytest.fixture
def rforge(packages: Path, user_environment: Mapping[str, str]) -> Run:
    """Run `python -m rforge` among the packages, or in another folder."""

    def run(*arguments: str, folder: Path = packages) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "rforge", *arguments]
        return subprocess.run(
            command, cwd=folder, env=user_environment, capture_output=True, encoding="utf-8", timeout=60
        )

    return run


@pytest.fixture
def assert_as_recorded(request: pytest.FixtureRequest, packages: Path) -> Callable[[str, str], None]:
    """Compare a text with the one that was recorded under a name."""

    def check(name: str, text: str) -> None:
        file, found = SNAPSHOTS / f"{name}.txt", normal(text, packages)
        if request.config.option.update_snapshots:
            file.write_bytes(found.encode("utf-8"))
        recorded = file.read_text(encoding="utf-8") if file.exists() else ""
        if found != recorded:
            lines = difflib.unified_diff(
                recorded.splitlines(), found.splitlines(), "recorded", "now", lineterm=""
            )
            changes = "\n".join(lines)
            pytest.fail(
                f"{file.name} says something else; --update-snapshots where that is meant\n{changes}",
                pytrace=False,
            )

    return check


def normal(text: str, packages: Path) -> str:
    """`text` without what differs between two runs or two machines."""
    for pattern, instead in _NORMAL:
        text = pattern.sub(instead, text)
    for folder in {str(packages), str(packages.resolve())}:
        text = text.replace(folder, "FOLDER")
    return text.replace("\r\n", "\n")
