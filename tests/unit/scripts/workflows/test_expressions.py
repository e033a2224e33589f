"""GitHub's expressions: the few that are understood have GitHub's values, and any other is an error."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from workflows.errors import WorkflowError
from workflows.expressions import Scope, asks_always, evaluate, fill, holds

if TYPE_CHECKING:
    from pathlib import Path

SCOPE = Scope(
    {"matrix": {"python": "3.9"}, "github": {"event_name": "push"}, "needs": {"a": {"result": "success"}}},
    succeeded=False,
)


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("tests-${{ matrix.python }}", "tests-3.9"),
        ("${{ 'it''s' }}", "it's"),
        ("${{ github.event_name == 'pull_request' }}", "false"),
        ("${{github.event_name != 'pull_request'}}", "true"),
        ("${{ toJSON(needs) }}", '{\n  "a": {\n    "result": "success"\n  }\n}'),
        ("${{ needs.a.result }} and $HOME", "success and $HOME"),
        ("<${{ github.event.pull_request.base.sha }}>", "<>"),
    ],
)
def test_an_expression_has_its_value(text: str, filled: str) -> None:
    assert fill(text, SCOPE) == filled


@pytest.mark.parametrize(
    "text",
    [
        "matrix.ruby",
        "a && b",
        "fromJSON('[]')",
        "matrix",
        "format('{0}', 1)",
        "",
        "github.*",
        "hashFiles('x')",
    ],
)
def test_any_other_is_an_error_that_says_so(text: str) -> None:
    with pytest.raises(WorkflowError, match=r"understood|there is no|use toJSON"):
        fill(f"${{{{ {text} }}}}", SCOPE)


@pytest.mark.parametrize(
    ("condition", "after_success", "after_failure"),
    [
        ("", True, False),
        ("always()", True, True),
        ("${{ always() }}", True, True),
        ("failure()", False, True),
        ("matrix.python == '3.9'", True, False),
        ("matrix.python == '3.10'", False, False),
    ],
)
def test_a_condition_asks_for_success_unless_it_asks_for_a_status(
    condition: str, after_success: bool, after_failure: bool
) -> None:
    assert holds(condition, Scope(SCOPE.contexts, succeeded=True)) is after_success
    assert holds(condition, SCOPE) is after_failure
    assert asks_always(condition) is (after_failure and bool(condition))


def test_the_hash_of_files_changes_with_any_of_them_and_is_empty_without(tmp_path: Path) -> None:
    scope = Scope(folder=tmp_path)
    assert evaluate("hashFiles('*.toml')", scope) == ""
    (tmp_path / "a.toml").write_text("1")
    one = evaluate("hashFiles('*.toml')", scope)
    (tmp_path / "b.toml").write_text("2")
    assert len({one, evaluate("hashFiles('*.toml')", scope), ""}) == 3
