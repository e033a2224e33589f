"""Rules of a branch: what a file asks for against what a host has."""

from __future__ import annotations

import json
from copy import deepcopy
from typing import Any

import pytest

from phasegate.errors import PhasegateError
from phasegate.hosting.ruleset import Ruleset, compare, read_ruleset

CONTENT: dict[str, Any] = {
    "name": "main",
    "target": "branch",
    "enforcement": "active",
    "conditions": {"ref_name": {"include": ["~DEFAULT_BRANCH"], "exclude": []}},
    "bypass_actors": [],
    "rules": [
        {"type": "deletion"},
        {
            "type": "required_status_checks",
            "parameters": {
                "strict": True,
                "required_status_checks": [{"context": "a.b [c]"}, {"context": "d"}],
            },
        },
    ],
}


def told(change: Any) -> list[str]:
    there = deepcopy(CONTENT)
    change(there)
    return [str(difference) for difference in compare(Ruleset("main", CONTENT), Ruleset("main", there))]


def test_the_same_rules_differ_in_nothing_whatever_their_order() -> None:
    assert told(lambda there: there["rules"].reverse()) == []
    assert told(lambda there: there["rules"][1]["parameters"]["required_status_checks"].reverse()) == []


def test_what_a_host_adds_of_its_own_is_no_difference() -> None:
    def add(there: dict[str, Any]) -> None:
        there.update(id=7, source="some/where", current_user_can_bypass="never")
        there["rules"][1]["parameters"].update(do_not_enforce_on_create=False, methods=["merge"])
        there["rules"][1]["parameters"]["required_status_checks"][0]["integration_id"] = 15368

    assert told(add) == []


def test_a_host_without_rules_lacks_all() -> None:
    differences = compare(Ruleset("main", CONTENT), None)
    assert all(difference.host is None for difference in differences)
    assert "+ rules[deletion] = there" in map(str, differences)


@pytest.mark.parametrize(
    ("change", "difference"),
    [
        (lambda c: c.update(enforcement="disabled"), "~ enforcement: disabled → active"),
        (lambda c: c["rules"].pop(0), "+ rules[deletion] = there"),
        (lambda c: c["rules"].append({"type": "creation"}), "- rules[creation] = there"),
        (
            lambda c: c["rules"][1]["parameters"].update(strict=False),
            "~ rules[required_status_checks].parameters.strict: false → true",
        ),
        (
            lambda c: c["rules"][1]["parameters"]["required_status_checks"].append({"context": "x[y].z"}),
            "- rules[required_status_checks].parameters.required_status_checks[x[y].z] = there",
        ),
        (
            lambda c: c["conditions"]["ref_name"]["exclude"].append("refs/heads/x"),
            "- conditions.ref_name.exclude[refs/heads/x] = there",
        ),
        (
            lambda c: c["bypass_actors"].append(
                {"actor_type": "Team", "actor_id": 5, "bypass_mode": "always"}
            ),
            "- bypass_actors[Team 5] = there",
        ),
    ],
)
def test_each_difference_is_told_once(change: Any, difference: str) -> None:
    assert told(change) == [difference]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("{", "Expecting"),
        ("[]", "lacks name, target"),
        (json.dumps({**CONTENT, "rules": [{}]}), "no list of objects with a type"),
        ('{"name": 1, "name": 2}', "twice"),
    ],
)
def test_a_file_that_is_no_ruleset_is_refused_with_the_reason(text: str, why: str) -> None:
    with pytest.raises(PhasegateError) as caught:
        read_ruleset(text)
    assert why in caught.value.why


def test_the_checks_are_those_that_a_change_waits_for() -> None:
    assert read_ruleset(json.dumps(CONTENT)).checks == ["a.b [c]", "d"]
