"""What was skipped has shown nothing, and says so where everything was asked for."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parents[1]
SKIPPED = "import pytest\n\n@pytest.mark.skip(reason='not here')\ndef test_elsewhere(): pass\n\n"
RUN = "def test_here(): pass\n"


@pytest.mark.parametrize(
    ("tests", "options", "status"),
    [
        (SKIPPED + RUN, (), pytest.ExitCode.OK),
        (SKIPPED, (), pytest.ExitCode.NO_TESTS_COLLECTED),
        (SKIPPED + RUN, ("--require-all",), pytest.ExitCode.TESTS_FAILED),
        (RUN, ("--require-all",), pytest.ExitCode.OK),
    ],
)
def test_only_what_was_run_passes(
    tmp_path: Path, tests: str, options: tuple[str, ...], status: pytest.ExitCode
) -> None:
    (tmp_path / "test_some.py").write_text(tests, encoding="utf-8")
    environment = {**os.environ, "PYTEST_ADDOPTS": "", "PYTHONPATH": os.pathsep.join([str(TESTS), *sys.path])}
    command = [sys.executable, "-m", "pytest", "-p", "conftest", "-p", "no:cacheprovider", *options]
    ended = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert ended.returncode == status, ended.stdout + ended.stderr
    if status == pytest.ExitCode.TESTS_FAILED:
        assert "not here" in ended.stdout
