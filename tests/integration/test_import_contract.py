"""The import contract holds here, and is seen to fail where it is broken (in a copy)."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """A copy of what the contract speaks of."""
    for name in ("src", "rforge"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def lint_imports(house: Path) -> subprocess.CompletedProcess[str]:
    paths = os.pathsep.join([str(house / "src"), str(house / "rforge")])
    code = "import sys; from importlinter.cli import lint_imports_command; sys.exit(lint_imports_command())"
    return subprocess.run(
        [sys.executable, "-c", code, "--no-cache"],
        cwd=house,
        env={
            **os.environ,
            "PYTHONPATH": paths,
            "PYTHONIOENCODING": "utf-8",
            "NO_COLOR": "1",
            "COLUMNS": "200",
        },
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=60,
    )


def test_the_contract_holds(house: Path) -> None:
    result = lint_imports(house)
    assert result.returncode == 0, result.stdout + result.stderr


def test_planted_violations_break_the_contract_each_in_its_place(house: Path) -> None:
    planted = {
        "phasegate.git.door": "phasegate.gates.runner",
        "phasegate.gates.evidence": "phasegate.version.semver",
        "phasegate.rollout.reading.world": "phasegate.rollout.planning.plan",
        "phasegate.telemetry.logs.line": "phasegate.telemetry.judge.policy",
        "phasegate.verdict": "subprocess",
        "phasegate.ledger.state": "time",
        "rforge": "phasegate.verdict",
    }
    for module, imported in planted.items():
        plant(house, module, imported)
    result = lint_imports(house)
    assert result.returncode == 1
    assert "0 kept, 5 broken" in result.stdout
    assert {
        module for module, imported in planted.items() if f"{module} -> {imported}" not in result.stdout
    } == set()


def plant(house: Path, module: str, imported: str) -> None:
    """Let `module` of the copy import `imported`."""
    inside = "rforge/rforge/__init__.py" if module == "rforge" else f"src/{module.replace('.', '/')}.py"
    path = house / inside
    path.write_text(f"{path.read_text(encoding='utf-8')}\nimport {imported}\n", encoding="utf-8")
