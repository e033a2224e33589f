from __future__ import annotations

import json
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from phasegate.telemetry.alerts.conditions import Level
from phasegate.telemetry.alerts.rule import Limit, Rule, Side
from phasegate.telemetry.alerts.states import Alert, Phase, evaluate
from phasegate.telemetry.metrics.series import Selector, Store
from phasegate.telemetry.severity import Severity

RULE = Rule(
    "Hot",
    Severity.HIGH,
    Level(Selector("heat")),
    Limit(Side.ABOVE, 10.0),
    ("plugin",),
    30.0,
    45.0,
    "It is hot",
    "hot",
)


def run(values: list[float | None], rule: Rule = RULE) -> list[list[Alert]]:
    """The alerts after each step of 15 s; None is a gap that no sample bridges."""
    alerts: tuple[Alert, ...] = ()
    history = []
    for number, value in enumerate(values):
        store = Store()
        if value is not None:
            store.add("heat", (("plugin", "p"),), number * 15.0, value)
        alerts = evaluate([rule], store, alerts, number * 15.0)
        history.append(list(alerts))
    return history


def phases(values: list[float | None], rule: Rule = RULE) -> list[str]:
    return [alerts[0].phase.value if alerts else "inactive" for alerts in run(values, rule)]


def test_an_alert_waits_fires_goes_on_and_is_resolved() -> None:
    assert phases([1, 20, 20, 20, 1, 1, 1, 1, 1]) == [
        "inactive", "pending", "pending", "firing", "firing", "firing", "firing", "resolved", "inactive",
    ]  # fmt: skip


def test_a_good_value_begins_the_waiting_anew() -> None:
    assert phases([20, 20, 1, 20, 20, 20]) == [
        "pending",
        "pending",
        "inactive",
        "pending",
        "pending",
        "firing",
    ]


def test_a_bad_value_while_it_goes_on_ends_the_going_on() -> None:
    assert phases([20, 20, 20, 1, 1, 20, 1, 1, 1, 1])[-2:] == ["firing", "resolved"]


def test_without_waiting_it_fires_at_once() -> None:
    assert phases([20], replace(RULE, for_s=0.0)) == ["firing"]


def test_no_data_is_a_state_of_its_own_and_fires_nothing() -> None:
    assert phases([None, None, 20, None]) == ["no data", "no data", "pending", "no data"]
    assert run([None, None])[1][0].since_s == 0.0


def test_an_alert_that_fires_goes_on_for_a_while_without_data_and_is_resolved_then() -> None:
    assert phases([20, 20, 20, None, None, None, None])[3:] == ["firing", "firing", "firing", "resolved"]


def test_timers_survive_a_restart() -> None:
    alerts: tuple[Alert, ...] = ()
    seen = []
    for number in range(4):
        store = Store()
        store.add("heat", (("plugin", "p"),), number * 15.0, 20.0)
        kept = json.loads(json.dumps([alert.as_json() for alert in alerts]))
        alerts = evaluate([RULE], store, tuple(map(Alert.from_json, kept)), number * 15.0)
        seen.append(alerts[0].phase)
    assert seen == [Phase.PENDING, Phase.PENDING, Phase.FIRING, Phase.FIRING]
    assert alerts[0].since_s == 0.0


def test_groups_are_alerts_of_their_own() -> None:
    store = Store()
    for plugin, heat in (("a", 20.0), ("b", 5.0), ("c", 30.0)):
        store.add("heat", (("plugin", plugin),), 0.0, heat)
    alerts = evaluate([RULE], store, (), 0.0)
    assert [alert.fingerprint for alert in alerts] == ["Hot{plugin=a}", "Hot{plugin=c}"]


@given(st.lists(st.sampled_from([1.0, 20.0, None]), max_size=40))
def test_it_never_fires_before_it_was_bad_for_as_long_as_it_has_to_be(values: list[float | None]) -> None:
    for number, alerts in enumerate(run(values)):
        if alerts and alerts[0].phase is Phase.FIRING and (number == 0 or not _fired(values, number - 1)):
            assert all(value == 20.0 for value in values[number - 2 : number + 1])


def _fired(values: list[float | None], number: int) -> bool:
    alerts = run(values[: number + 1])[-1]
    return bool(alerts) and alerts[0].phase is Phase.FIRING
