"""What pip-audit's report means."""

from __future__ import annotations

from typing import Any

import pytest

from phasegate.gates.audit import judge_report, pinned
from phasegate.verdict import Verdict

GOOD = {"name": "Good_Package", "version": "1.0", "vulns": []}
BAD = {"name": "bad", "version": "2.0", "vulns": [{"id": "OSV-1"}, {"id": "OSV-2"}]}
SKIPPED = {"name": "unknown", "skip_reason": "not found"}


@pytest.mark.parametrize(
    ("expected", "dependencies", "verdict", "words"),
    [
        ({"good-package"}, [GOOD], Verdict.PASS, "1 packages audited"),
        ({"good-package", "bad"}, [GOOD, BAD], Verdict.FAIL, "bad 2.0 (OSV-1, OSV-2)"),
        ({"bad", "unknown"}, [BAD, SKIPPED], Verdict.FAIL, "bad 2.0"),
        (
            {"good-package", "unknown"},
            [GOOD, SKIPPED],
            Verdict.INCONCLUSIVE,
            "1 of 2 packages were audited; not unknown",
        ),
        ({"unknown"}, [SKIPPED], Verdict.INCONCLUSIVE, "0 of 1"),
        ({"good-package", "forgotten"}, [GOOD], Verdict.INCONCLUSIVE, "not forgotten"),
        (set(), [], Verdict.INCONCLUSIVE, "nothing to audit"),
    ],
)
def test_only_all_of_what_users_install_is_a_pass(
    expected: set[str], dependencies: list[dict[str, Any]], verdict: Verdict, words: str
) -> None:
    line = judge_report(frozenset(expected), {"dependencies": dependencies})
    assert line.verdict is verdict
    assert words in line.reason


def test_pins_are_found_by_their_normalized_names() -> None:
    text = "Some.Name_x==1.0 \\\n    --hash=sha256:aa\n# comment==2\nother==3 ; python_version < '4' \\\n    --hash=sha256:bb\n"
    assert pinned(text) == {"some-name-x", "other"}


def test_of_many_packages_that_were_not_audited_only_some_are_named() -> None:
    line = judge_report(frozenset(f"package-{number:02}" for number in range(20)), {"dependencies": []})
    assert line.reason.startswith("0 of 20 packages were audited; not package-00, package-01")
    assert line.reason.endswith("package-07 and 12 more")
