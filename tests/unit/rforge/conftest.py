"""R packages made for one test, and a clock that only the test moves."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Callable

import pytest

from rforge.budgets import Budget
from rforge.deadline import Deadline
from rforge.package.survey import Package, survey
from rforge.request import Request
from rforge.running import Run

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from contextlib import AbstractContextManager

FIXTURES = Path(__file__).parents[2] / "fixtures" / "r"

DESCRIPTION = """\
Package: tiny
Version: 1.0.0
Title: A Tiny Package
Description: It is tiny.
Author: Ada Example
Maintainer: Ada Example <ada@example.org>
License: GPL-3
"""

Anybody = Callable[[], "AbstractContextManager[None]"]
MakeRun = Callable[..., Run]
Build = Callable[..., Package]


@pytest.fixture(autouse=True)
def do_not_track(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test writes logs, unless it says where."""
    monkeypatch.setenv("DO_NOT_TRACK", "1")


@pytest.fixture
def anybody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Anybody:
    """A block in which permissions bind, as they do not bind the superuser; paths are relative to `tmp_path`."""
    if sys.platform == "win32":
        pytest.skip("permissions do not bind there")
    tmp_path.chmod(0o755)
    monkeypatch.chdir(tmp_path)  # a user who may not look into what lies above finds this still

    @contextmanager
    def be_anybody() -> Iterator[None]:
        user = os.geteuid()
        try:
            if user == 0:
                os.seteuid(65534)
            yield
        finally:
            os.seteuid(user)

    return be_anybody


class Clock:
    """Seconds that pass only by `step_s` for each look at the clock."""

    def __init__(self, step_s: float = 0.0) -> None:
        self.now_s = 0.0
        self.step_s = step_s

    def __call__(self) -> float:
        self.now_s += self.step_s
        return self.now_s


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def fixtures() -> Path:
    return FIXTURES


@pytest.fixture
def write_package(tmp_path: Path) -> Callable[[Mapping[str, str | bytes]], Path]:
    def write(files: Mapping[str, str | bytes]) -> Path:
        root = tmp_path / "tiny"
        for path, content in {"DESCRIPTION": DESCRIPTION, "NAMESPACE": "", **files}.items():
            file = root / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content.encode("utf-8") if isinstance(content, str) else content)
        return root

    return write


@pytest.fixture
def build(write_package: Callable[[Mapping[str, str | bytes]], Path]) -> Build:
    """Write a package whose files are given, on top of a DESCRIPTION and an empty NAMESPACE, and survey it."""

    def build_package(files: Mapping[str, str | bytes] = {}, description: str = "") -> Package:
        extra = {"DESCRIPTION": DESCRIPTION + description} if description else {}
        return survey(write_package({**extra, **files}), "tiny", Deadline.after(60, Clock()))

    return build_package


@pytest.fixture
def make_run(clock: Clock) -> MakeRun:
    """A run of a command whose work is over, on the test's own clock."""

    def make(command: str, path: Path, limit_s: float = 60.0, **asked: Any) -> Run:
        request = Request(path=str(path), **asked)
        run = Run(command, request, Deadline(Budget(limit_s, is_hard=True), clock))
        run.work()
        return run

    return make


@pytest.fixture
def write_ecosystem(tmp_path: Path) -> Callable[..., Path]:
    """A folder of packages, each given by the lines that its DESCRIPTION has more, and by its other files."""

    def write(packages: Mapping[str, str], files: Mapping[str, str] = {}) -> Path:
        root = tmp_path / "ecosystem"
        for name, more in packages.items():
            for path, content in {
                "DESCRIPTION": DESCRIPTION.replace("tiny", name, 1) + more,
                "NAMESPACE": "",
            }.items():
                (root / name).mkdir(parents=True, exist_ok=True)
                (root / name / path).write_text(content, encoding="utf-8")
        for path, content in files.items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text(content, encoding="utf-8")
        return root

    return write
