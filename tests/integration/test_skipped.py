"""What was skipped has shown nothing, and says so where everything was asked for."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.once  # the same on every Python
TESTS = Path(__file__).resolve().parents[1]
SKIPPED = "import pytest\n\n@pytest.mark.skip(reason='not here')\ndef test_elsewhere(): pass\n\n"
MODULE_SKIPPED = "import pytest\npytest.skip('not here', allow_module_level=True)\n"
EXPECTED = "import pytest\n\n@pytest.mark.xfail\ndef test_fails(): assert False\n"
RUN = "def test_here(): pass\n"


@pytest.mark.parametrize(
    ("tests", "options", "status"),
    [
        (SKIPPED + RUN, (), pytest.ExitCode.OK),
        (SKIPPED, (), pytest.ExitCode.NO_TESTS_COLLECTED),
        (SKIPPED + RUN, ("--require-all",), pytest.ExitCode.TESTS_FAILED),
        (MODULE_SKIPPED, ("--require-all",), pytest.ExitCode.INTERRUPTED),
        (EXPECTED, ("--require-all",), pytest.ExitCode.OK),
        (RUN, ("--require-all",), pytest.ExitCode.OK),
        (MODULE_SKIPPED, (), pytest.ExitCode.NO_TESTS_COLLECTED),
    ],
)
def test_only_what_was_run_passes(
    tmp_path: Path, tests: str, options: tuple[str, ...], status: pytest.ExitCode
) -> None:
    (tmp_path / "test_some.py").write_text(tests, encoding="utf-8")
    ended = run_pytest(tmp_path, *options)
    assert ended.returncode == status, ended.stdout + ended.stderr
    if status in (pytest.ExitCode.TESTS_FAILED, pytest.ExitCode.INTERRUPTED):
        assert "not here" in ended.stdout


def test_who_only_counts_tests_is_not_told_that_there_are_none(tmp_path: Path) -> None:
    (tmp_path / "test_elsewhere.py").write_text(MODULE_SKIPPED, encoding="utf-8")
    (tmp_path / "test_here.py").write_text(RUN, encoding="utf-8")
    ended = run_pytest(tmp_path, "--collect-only", "--quiet")
    assert ended.returncode == pytest.ExitCode.OK, ended.stdout + ended.stderr


def run_pytest(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTEST_ADDOPTS": "", "PYTHONPATH": os.pathsep.join([str(TESTS), *sys.path])}
    command = [sys.executable, "-m", "pytest", "-p", "conftest", "-p", "no:cacheprovider", *options]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
