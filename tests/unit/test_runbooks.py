"""Whoever is woken by an alert finds what to do: the runbooks have a section for each rule, under the name that notices link to."""

from __future__ import annotations

import re
from pathlib import Path

from phasegate.rollout.watching.monitor import RUNBOOKS
from phasegate.tasks.collection import namespace
from phasegate.telemetry.alerts.rule_file import load_rules

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / RUNBOOKS).read_text(encoding="utf-8")


def sections() -> dict[str, str]:
    """Anchor → text. Headings are words alone, so that GitHub and the site make the same anchors of them."""
    parts = re.split(r"^## ([A-Za-z ]+)$", PAGE, flags=re.MULTILINE)[1:]
    return {heading.lower().replace(" ", "-"): text for heading, text in zip(parts[::2], parts[1::2])}


def test_every_rule_has_its_section_and_every_section_its_rule() -> None:
    assert list(sections()) == [rule.runbook for rule in load_rules().rules]
    assert len(sections()) == PAGE.count("\n## ")


def test_a_section_says_how_bad_it_is_what_to_do_and_when_it_is_over() -> None:
    for rule in load_rules().rules:
        text = sections()[rule.runbook]
        assert text.startswith(f"\n\n{rule.severity.value.capitalize()}. "), rule.name
        assert [word for word in ("\nDo: ", "\nOver: ") if word not in text] == [], rule.name


def test_a_runbook_names_commands_that_exist() -> None:
    called = set(re.findall(r"`invoke ([a-z.-]+)", PAGE))
    known = {name for task, aliases in namespace.task_names.items() for name in (task, *aliases)}
    assert called
    assert called <= known
