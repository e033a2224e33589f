from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from phasegate.telemetry.alerts.rule_file import load_rules
from phasegate.telemetry.exports.examples import example_of
from phasegate.telemetry.exports.promtool import firing_steps, promtool_document

if TYPE_CHECKING:
    from phasegate.telemetry.alerts.rule import Rule


@pytest.mark.parametrize("rule", load_rules().rules, ids=lambda rule: rule.name)
def test_all_is_well_for_a_while_and_then_the_rule_fires(rule: Rule) -> None:
    steps = firing_steps([rule], example_of(rule))
    assert not any(steps[:3])
    assert steps[-1]


def test_promtools_tests_ask_at_every_step() -> None:
    rule = load_rules().rules[0]
    scene = example_of(rule)
    document = promtool_document(["rules.yml"], [rule], scene, "https://x")
    checks = document["tests"][0]["alert_rule_test"]
    assert len(checks) == scene.length
    assert checks[-1]["exp_alerts"][0]["exp_labels"] == {
        "plugin": "example",
        "version": "1.0.0",
        "severity": "critical",
    }
