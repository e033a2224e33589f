"""From units to counts, in whatever state the units come."""

from __future__ import annotations

import math
from dataclasses import replace
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phasegate.telemetry.judge.observation import Observation, Step, Tally
from phasegate.telemetry.judge.observing import (
    BOUNDARIES_S,
    Versions,
    doubts_about,
    observe,
    slow_boundary,
    slow_limit,
)
from phasegate.telemetry.judge.policy import Policy
from phasegate.telemetry.reading import Heartbeat, Intake, Unit, Window

WINDOW = Window(1000.0, 2000.0)
VERSIONS = Versions(["2.0.0"], ["1.0.0", "1.1.0"])


def unit(
    at_s: float = 1000.0, version: str = "2.0.0", install: str = "a", duration_s: float = 1.0, **more: bool
) -> Unit:
    return Unit(at_s, version, install, more.get("failed", False), more.get("over_budget", False), duration_s)


def seen(units: list[Unit], step_s: float | None = None, **more: object) -> Observation:
    return observe(Policy(), units, VERSIONS, WINDOW, step_s=step_s, **more)  # type: ignore[arg-type]


UNITS = st.lists(
    st.builds(
        Unit,
        st.floats(990, 2010),
        st.sampled_from(["2.0.0", "1.0.0", "1.1.0", "0.9.0"]),
        st.sampled_from("abcdefghij"),
        st.booleans(),
        st.booleans(),
        st.floats(0, 100),
    ),
    max_size=30,
)


@given(units=UNITS, data=st.data(), step_s=st.sampled_from([None, 15.0, 60.0]))
def test_late_and_duplicate_units_change_nothing(
    units: list[Unit], data: st.DataObject, step_s: float | None
) -> None:
    disordered = data.draw(st.permutations(units + units[::2]))
    assert seen(list(disordered), step_s) == seen(units, step_s)


@given(units=UNITS)
def test_the_length_of_a_step_changes_no_total(units: list[Unit]) -> None:
    assert seen(units).total() == seen(units, 60.0).total() == seen(units, 7.0).total()


@given(units=UNITS, step_s=st.sampled_from([None, 15.0]))
def test_what_is_counted_has_no_flaw_and_lies_in_the_window(units: list[Unit], step_s: float | None) -> None:
    found = seen(units, step_s)
    assert found.flaws() == ()
    assert all(985 <= step.at_s < 2000 for step in found.steps)


def test_the_first_unit_of_an_install_counts_in_each_arm() -> None:
    units = [
        unit(1050.0),
        unit(1020.0, failed=True),
        unit(1010.0, "1.0.0"),
        unit(1005.0, "1.1.0", failed=True),
    ]
    total = seen(units).total()
    assert (total.canary, total.control) == (Tally(1, 1), Tally(1, 1))


def test_what_is_outside_the_window_or_of_another_version_is_left_out() -> None:
    units = [unit(999.9), unit(2000.0), unit(1500.0, "0.9.0"), unit(1999.9, install="b")]
    assert seen(units).steps == (Step(1999.9, Tally(1)),)


def test_units_are_counted_on_a_grid() -> None:
    units = [
        unit(1000.0, install="a"),
        unit(1014.9, install="b"),
        unit(1016.0, "1.0.0"),
        unit(1030.0, install="c"),
    ]
    assert seen(units, 15.0).steps == (
        Step(990.0, Tally(1)),
        Step(1005.0, Tally(1), Tally(1)),
        Step(1020.0, Tally(1)),
    )


def test_each_unit_is_a_step_where_no_grid_is_asked_for() -> None:
    units = [unit(1000.0, install=name) for name in "abc"]
    assert [step.canary.units for step in seen(units).steps] == [1, 1, 1]


def test_a_unit_without_a_time_or_a_duration_is_a_doubt() -> None:
    found = seen([unit(), unit(math.nan, install="b"), unit(install="c", duration_s=math.inf)])
    assert found.total().canary.units == 1
    assert found.doubts == ("2 units have no time, no duration or no outcome",)


def test_doubts_are_handed_on() -> None:
    assert seen([], doubts=["nobody answers"]).doubts == ("nobody answers",)


def control(count: int, before_s: float = 0.0) -> list[Unit]:
    random = Random(4)
    return [
        unit(1001.0 - before_s, "1.0.0", f"c{index}", random.lognormvariate(0, 0.6)) for index in range(count)
    ]


def test_without_enough_of_a_control_nothing_is_called_slow() -> None:
    found = seen([*control(5), unit(duration_s=1e6)])
    assert found.slow_s is None
    assert found.total().canary.slow == 0


def test_what_takes_longer_than_the_controls_median_and_a_fifth_is_slow() -> None:
    found = seen([*control(1000), unit(install="slow", duration_s=1.5), unit(install="fast", duration_s=1.2)])
    assert found.slow_s is not None
    assert 1.2 < found.slow_s < 1.2 * 1.15
    assert found.total().canary == Tally(2, slow=1)


def test_units_from_before_the_window_sharpen_what_is_slow() -> None:
    alone, helped = seen(control(100)), seen(control(100), before=control(3000, before_s=500.0))
    assert alone.slow_s is not None
    assert helped.slow_s is not None
    assert 1.2 < helped.slow_s < alone.slow_s
    assert seen(control(100), before=control(3000)).slow_s == alone.slow_s


@given(st.lists(st.floats(0, 400), max_size=100))
def test_runs_and_their_histogram_say_the_same_is_slow(durations_s: list[float]) -> None:
    at_most = [sum(duration <= boundary for duration in durations_s) for boundary in BOUNDARIES_S]
    from_runs = slow_limit(Policy(), durations_s, BOUNDARIES_S)
    assert slow_boundary(Policy(), at_most, len(durations_s)) == from_runs
    assert from_runs is None or from_runs in BOUNDARIES_S


def test_an_install_is_active_once_an_hour() -> None:
    beats = [Heartbeat(at, "2.0.0", "a") for at in (1100.0, 1050.0, 1900.0)]
    beats += [
        Heartbeat(1060.0, "1.0.0", "a"),
        Heartbeat(1060.0, "0.9.0", "b"),
        Heartbeat(500.0, "1.0.0", "b"),
    ]
    found = seen([], 60.0, heartbeats=beats)
    assert found.steps == (Step(1020.0, Tally(active=1), Tally(active=1)),)
    later = replace(WINDOW, until_s=9000.0)
    beats.append(Heartbeat(3700.0, "2.0.0", "a"))
    assert observe(Policy(), [], VERSIONS, later, heartbeats=beats).total().canary.active == 2


@pytest.mark.parametrize(
    ("intake", "said"),
    [
        (Intake(("logs",), ("logs",)), "no log folder: 1 of 1 not there; `invoke report` names what"),
        (
            Intake(unreadable=("/home/ann/a.log: denied",)),
            "1 of the logs could not be read; `invoke report` names what",
        ),
        (Intake(events=98, rejected=2), "2 of 100 lines are no events, more than 1%"),
        (Intake(events=98, newer=2), "2 of 100 lines have a newer schema, more than 1%"),
        (Intake(events=98, future=2), "2 of 100 lines are from the future, more than 1%"),
    ],
)
def test_what_could_not_be_read_is_a_doubt(intake: Intake, said: str) -> None:
    assert doubts_about(intake) == (said,)


def test_one_folder_of_several_that_is_missing_is_a_doubt() -> None:
    (said,) = doubts_about(Intake(("a", "b"), ("a",), events=990))
    assert said.startswith("no log folder: 1 of 2")


def test_a_few_lines_that_are_no_events_are_no_doubt() -> None:
    assert doubts_about(Intake(("a", "b"), events=990, rejected=10, duplicates=500)) == ()
    assert doubts_about(Intake()) == ()
