"""The same rules in two engines: promtool, which comes with Prometheus, has to see fire what we see fire."""

from __future__ import annotations

import json
import shutil
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from fixtures.scenes import make_scene, vary_rules
from phasegate.telemetry.alerts.rule import RuleBook
from phasegate.telemetry.alerts.rule_file import load_rules
from phasegate.telemetry.exports.examples import example_of
from phasegate.telemetry.exports.grafana import dashboard_document, expressions
from phasegate.telemetry.exports.prometheus import rule_document
from phasegate.telemetry.exports.promtool import firing_steps, promtool_document

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from phasegate.telemetry.alerts.rule import Rule
    from phasegate.telemetry.exports.promtool import Scene

PROMTOOL = shutil.which("promtool")
RUNBOOKS = "https://docs.example/runbooks"
SCENES = 220
pytestmark = [
    pytest.mark.once,
    pytest.mark.timeout(600),
    pytest.mark.skipif(PROMTOOL is None, reason="promtool (Debian: prometheus) is not installed"),
]


def promtool(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    assert PROMTOOL is not None
    return subprocess.run([PROMTOOL, *arguments], cwd=folder, capture_output=True, text=True, check=False)


def write(folder: Path, name: str, document: dict[str, Any]) -> str:
    (folder / name).write_text(json.dumps(document), encoding="utf-8")  # JSON is YAML
    return name


def write_case(folder: Path, rules: Sequence[Rule], scene: Scene, number: int) -> str:
    book = RuleBook(tuple(rules), load_rules().recorded)
    rule_file = write(folder, f"rules-{number}.yml", rule_document(book, RUNBOOKS))
    return write(folder, f"test-{number}.yml", promtool_document([rule_file], rules, scene, RUNBOOKS))


def test_both_engines_fire_at_the_same_steps(
    tmp_path: Path, request: pytest.FixtureRequest, record_property: Callable[[str, object], None]
) -> None:
    scenes = SCENES if request.config.option.require_all else 20
    fired = 0
    names = []
    for seed in range(scenes):
        rules, scene = vary_rules(seed), make_scene(seed)
        fired += sum(map(len, firing_steps(rules, scene)))
        names.append(write_case(tmp_path, rules, scene, seed))
    done = promtool("test", "rules", *names, folder=tmp_path)
    wrong = [line for line in done.stdout.splitlines() if line.strip() and "SUCCESS" not in line]
    record_property(
        "figure", f"{scenes} scenes, {fired} firings of {len(rules)} rules at 60 steps: the same in promtool"
    )
    assert done.returncode == 0, "\n".join(wrong[:40])
    assert fired > 100 * scenes


def test_a_difference_between_the_engines_is_found(tmp_path: Path) -> None:
    rules, scene = vary_rules(0), make_scene(0)
    name = write_case(tmp_path, rules, scene, 0)
    document = json.loads((tmp_path / name).read_text(encoding="utf-8"))
    checks = document["tests"][0]["alert_rule_test"]
    next(check for check in checks if check["exp_alerts"])["exp_alerts"] = []
    write(tmp_path, name, document)
    assert promtool("test", "rules", name, folder=tmp_path).returncode != 0


@pytest.mark.parametrize("rule", load_rules().rules, ids=lambda rule: rule.name)
def test_the_exported_example_of_a_rule_fires_there_as_here(tmp_path: Path, rule: Rule) -> None:
    scene = example_of(rule)
    steps = firing_steps([rule], scene)
    assert not steps[0]
    assert steps[-1]
    done = promtool("test", "rules", write_case(tmp_path, [rule], scene, 0), folder=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr


def test_prometheus_takes_the_rules_and_the_expressions_of_the_dashboard(tmp_path: Path) -> None:
    book = load_rules()
    panels = expressions(dashboard_document(book))
    asked = [{"record": f"panel_{number}", "expr": panel} for number, panel in enumerate(panels)]
    names = [
        write(tmp_path, "rules.yml", rule_document(book, RUNBOOKS)),
        write(tmp_path, "panels.yml", {"groups": [{"name": "panels", "rules": asked}]}),
    ]
    done = promtool("check", "rules", *names, folder=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{len(panels)} rules found" in done.stdout
