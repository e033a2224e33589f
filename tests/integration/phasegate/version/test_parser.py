"""How the parser is imported shows only in a fresh process."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import phasegate

READ = "from phasegate.version.parser import conventional_parser as p; print(p().parse_message('fix: a b').bump.name); "


def python(code: str) -> str:
    ended = subprocess.run(
        [sys.executable, "-c", f"import sys; {code}"],
        env={**os.environ, "PYTHONPATH": str(Path(phasegate.__file__).parents[1])},
        capture_output=True,
        text=True,
    )
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


def test_the_parser_is_imported_without_what_else_its_package_holds() -> None:
    assert python(READ + "print([m for m in ('rich', 'tomlkit') if m in sys.modules])") == "PATCH\n[]\n"


def test_the_real_package_can_be_imported_afterwards() -> None:
    after = "import semantic_release as s; print(s.LevelBump.PATCH.name, s.Version.parse('1.2.3'))"
    assert python(f"{READ} {after}") == "PATCH\nPATCH 1.2.3\n"


@pytest.mark.parametrize(
    "before",
    [
        "import semantic_release",
        "import phasegate.version.parser as q; q._MODULE = 'semantic_release.moved.parser'",
    ],
)
def test_a_package_that_is_imported_already_or_laid_out_otherwise_is_used_whole(before: str) -> None:
    assert python(f"{before}; {READ} print('rich' in sys.modules)") == "PATCH\nTrue\n"
