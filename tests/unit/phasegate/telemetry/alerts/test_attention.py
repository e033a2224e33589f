from __future__ import annotations

from phasegate.telemetry.alerts.attention import Silence, groups_to_tell
from phasegate.telemetry.alerts.states import Alert, Phase
from phasegate.telemetry.severity import Severity


def alert(rule: str, severity: Severity, version: str | None = "1", phase: Phase = Phase.FIRING) -> Alert:
    labels = (("plugin", "p"), *([("version", version)] if version else []))
    return Alert(rule, severity, labels, phase, 1.0, 0.0)


def told(*alerts: Alert, silences: tuple[Silence, ...] = (), at_s: float = 100.0) -> list[list[str]]:
    return [[each.rule for each in group.alerts] for group in groups_to_tell(alerts, silences, at_s)]


def test_alerts_of_one_release_are_told_together_most_urgent_first() -> None:
    low, high = alert("A", Severity.LOW), alert("Z", Severity.HIGH)
    assert told(low, high, alert("B", Severity.LOW, "2")) == [["Z", "A"], ["B"]]


def test_what_waits_or_has_no_data_is_told_to_nobody() -> None:
    assert (
        told(alert("A", Severity.HIGH, phase=Phase.PENDING), alert("B", Severity.HIGH, phase=Phase.NO_DATA))
        == []
    )


def test_what_is_over_is_told() -> None:
    assert told(alert("A", Severity.HIGH, phase=Phase.RESOLVED)) == [["A"]]


def test_critical_outranks_high_and_high_outranks_medium_of_the_same_release() -> None:
    high, medium = alert("H", Severity.HIGH), alert("M", Severity.MEDIUM)
    assert told(alert("C", Severity.CRITICAL), high, medium) == [["C"]]
    assert told(high, medium) == [["H"]]
    assert told(high, alert("M", Severity.MEDIUM, "2")) == [["H"], ["M"]]


def test_low_is_outranked_by_nothing() -> None:
    assert told(alert("C", Severity.CRITICAL), alert("L", Severity.LOW)) == [["C", "L"]]


def test_what_is_about_the_plugin_outranks_what_is_about_a_release_of_it_and_not_the_other_way_round() -> (
    None
):
    assert told(alert("C", Severity.CRITICAL, None), alert("H", Severity.HIGH)) == [["C"]]
    assert told(alert("C", Severity.CRITICAL), alert("H", Severity.HIGH, None)) == [["C"], ["H"]]


def test_what_is_over_outranks_nothing() -> None:
    assert told(alert("C", Severity.CRITICAL, phase=Phase.RESOLVED), alert("H", Severity.HIGH)) == [
        ["C", "H"]
    ]


def test_a_silence_covers_its_rule_and_labels_until_it_ends() -> None:
    silence = Silence("A", (("version", "1"),), 200.0, "ann", "we know")
    both = (alert("A", Severity.HIGH), alert("A", Severity.HIGH, "2"))
    assert told(*both, silences=(silence,)) == [["A"]]
    assert told(*both, silences=(silence,), at_s=200.0) == [["A"], ["A"]]
    assert told(alert("B", Severity.HIGH), silences=(silence,)) == [["B"]]


def test_a_silence_is_the_same_after_a_restart() -> None:
    silence = Silence("A", (("version", "1"),), 200.0, "ann", "we know")
    assert Silence.from_json(silence.as_json()) == silence
