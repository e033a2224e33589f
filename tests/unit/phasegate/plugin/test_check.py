from __future__ import annotations

from typing import Callable

import pytest

from phasegate.config import Config
from phasegate.plugin.check import all_rules, check_plugin
from phasegate.plugin.finding import Severity
from phasegate.plugin.tree import MemoryFiles
from phasegate.verdict import Verdict

Tree = Callable[..., MemoryFiles]


def test_a_plugin_without_a_fault_passes_every_rule(tree: Tree) -> None:
    report = check_plugin(tree(), Config())
    assert report.findings == ()
    assert report.verdict is Verdict.PASS
    assert report.examined == (".claude-plugin/marketplace.json", "p/.claude-plugin/plugin.json")


def test_a_tree_without_manifests_is_inconclusive() -> None:
    report = check_plugin(MemoryFiles({"README.md": b"x"}), Config())
    assert (report.findings, report.examined, report.verdict) == ((), (), Verdict.INCONCLUSIVE)


def test_a_configured_plugin_that_is_not_there_fails() -> None:
    report = check_plugin(MemoryFiles({}), Config(plugins=("p",)))
    assert report.verdict is Verdict.FAIL


def test_a_warning_keeps_nothing_back(tree: Tree) -> None:
    report = check_plugin(tree({"p/big": b"x" * 5_000_001}), Config())
    assert [finding.severity for finding in report.findings] == [Severity.WARNING]
    assert report.verdict is Verdict.PASS


def test_mistakes_and_findings_of_several_rules_come_together_and_in_order(tree: Tree) -> None:
    changes = {"p/flags.json": b"{", "p/commands/show.md": "x", ".claude-plugin/marketplace.json": b"["}
    report = check_plugin(
        tree({**changes, ".claude-plugin/plugin.json": {"name": "r", "x": 1}}), Config(plugins=("p", "."))
    )
    assert report.verdict is Verdict.FAIL
    assert [(finding.rule, finding.path) for finding in report.findings] == [
        ("manifest", ".claude-plugin/marketplace.json"),
        ("manifest-values", ".claude-plugin/plugin.json"),
        ("manifest-keys", ".claude-plugin/plugin.json"),
        ("hard-coded-paths", "outside.txt"),
        ("command-headers", "p/commands/show.md"),
        ("manifest", "p/flags.json"),
    ]


def test_a_version_that_was_released_with_another_tree_fails(tree: Tree) -> None:
    report = check_plugin(tree(), Config(), released={"1.0.0": "a" * 40}, tree="b" * 40)
    assert [finding.rule for finding in report.findings] == ["version-reuse"]


@pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.name)
def test_every_rule_has_a_title_and_advice_of_its_own(rule: object) -> None:
    titles = [other.title for other in all_rules()]
    advice = [other.advice for other in all_rules()]
    assert rule.title
    assert titles.count(rule.title) == 1
    assert rule.advice
    assert advice.count(rule.advice) == 1
