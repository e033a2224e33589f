"""The files for other engines, written into a folder."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import yaml

from phasegate.telemetry.exports.alertmanager import alertmanager_document
from phasegate.telemetry.exports.examples import example_of
from phasegate.telemetry.exports.grafana import dashboard_document
from phasegate.telemetry.exports.prometheus import rule_document
from phasegate.telemetry.exports.promtool import promtool_document

if TYPE_CHECKING:
    from pathlib import Path

    from phasegate.telemetry.alerts.rule import RuleBook

RULES = "rules.yml"
CLICKHOUSE = "report.sql"


def write_exports(folder: Path, book: RuleBook, runbooks: str, webhook: str | None) -> list[Path]:
    """Write the rules with promtool's tests of them, the Alertmanager's configuration, the dashboard and ClickHouse's report."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "tests").mkdir(exist_ok=True)
    contents = {
        RULES: _as_yaml(rule_document(book, runbooks)),
        "alertmanager.yml": _as_yaml(alertmanager_document(webhook)),
        "dashboard.json": json.dumps(dashboard_document(book), indent=2) + "\n",
        CLICKHOUSE: (files("phasegate.telemetry.exports") / "clickhouse.sql").read_text(encoding="utf-8"),
    }
    for rule in book.rules:
        tests = promtool_document([f"../{RULES}"], [rule], example_of(rule), runbooks)
        contents[f"tests/{rule.name}.yml"] = _as_yaml(tests)
    for name, content in contents.items():
        (folder / name).write_text(content, encoding="utf-8")
    return [folder / name for name in contents]


def _as_yaml(document: dict[str, Any]) -> str:
    dumper = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
    text: str = yaml.dump(document, Dumper=dumper, sort_keys=False, width=120, allow_unicode=True)
    return f"# Made by `invoke monitor.export` from the rule file; change that instead.\n{text}"
