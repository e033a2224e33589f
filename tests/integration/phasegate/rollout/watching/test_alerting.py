from __future__ import annotations

import json
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Event
from typing import TYPE_CHECKING

from fixtures.plain_events import NOW_S, event
from phasegate.notify.channel import NotifyError
from phasegate.rollout.watching.alerting import Alerting, silence
from phasegate.telemetry.alerts.attention import Silence
from phasegate.telemetry.alerts.board import load_board, save_board
from phasegate.telemetry.alerts.rule_file import load_rules
from phasegate.telemetry.alerts.states import Phase

if TYPE_CHECKING:
    from pathlib import Path

    from phasegate.notify.message import Message


STEP_S = 15.0
"""Between two looks, in seconds."""


@dataclass
class Ear:
    """A channel that remembers, or refuses."""

    name: str
    is_deaf: bool = False
    is_slow: bool = False
    heard: list[Message] = field(default_factory=list)
    is_asked: Event = field(default_factory=Event)

    def send(self, message: Message, key: str) -> None:
        self.is_asked.set()
        if self.is_slow:
            time.sleep(0.5)
        if self.is_deaf:
            raise NotifyError("nobody listens")
        self.heard.append(message)


def alerting(folder: Path, *ears: Ear) -> Alerting:
    return Alerting(
        rules=load_rules().rules,
        path=folder / "alerts.json",
        channels=ears,
        project="rforge",
        runbooks="docs/runbooks.md",
        phase_of=lambda version: "canary" if version == "2" else "",
    )


def fail_to_start(watching: Alerting, at_s: float, number: int = 1) -> None:
    watching.take(event(number, "session", outcome="failed", version="2"), at_s)


def test_a_release_that_does_not_start_is_told_once_with_its_phase_and_its_runbook(tmp_path: Path) -> None:
    ear = Ear("file")
    watching = alerting(tmp_path, ear)
    fail_to_start(watching, NOW_S)
    told = [watching.look(NOW_S + STEP_S * step).told for step in range(1, 5)]
    assert [bool(each) for each in told] == [True, False, False, False]
    (message,) = ear.heard
    assert message.title == "critical: rforge, The plugin failed to start"
    assert "- Release: 2" in message.body
    assert "- Phase: canary" in message.body
    assert "docs/runbooks.md#initialisation-failed" in message.body


def test_that_it_is_over_is_told(tmp_path: Path) -> None:
    ear = Ear("file")
    watching = alerting(tmp_path, ear)
    fail_to_start(watching, NOW_S)
    for step in range(1, 60):
        watching.look(NOW_S + STEP_S * step)
    assert [message.title.partition(", ")[2] for message in ear.heard] == [
        "The plugin failed to start",
        "resolved: The plugin failed to start",
    ]


def test_a_channel_that_refuses_is_reported_and_tried_again_and_the_others_are_not_told_twice(
    tmp_path: Path,
) -> None:
    good, bad = Ear("file"), Ear("apprise", is_deaf=True)
    watching = alerting(tmp_path, good, bad)
    fail_to_start(watching, NOW_S)
    looks = [watching.look(NOW_S + STEP_S * step) for step in (1, 2)]
    assert [look.failures for look in looks] == [("apprise: nobody listens",)] * 2
    bad.is_deaf = False
    watching.look(NOW_S + STEP_S * 3)
    assert (len(good.heard), len(bad.heard)) == (1, 1)


def test_what_is_told_is_remembered_over_a_restart(tmp_path: Path) -> None:
    first = alerting(tmp_path, Ear("file"))
    fail_to_start(first, NOW_S)
    first.look(NOW_S + STEP_S)
    ear = Ear("file")
    again = alerting(tmp_path, ear)
    fail_to_start(again, NOW_S)
    again.look(NOW_S + 2 * STEP_S)
    assert not ear.heard
    assert any(alert.phase is Phase.FIRING for alert in load_board(tmp_path / "alerts.json")[0].alerts)


def test_a_silence_is_kept(tmp_path: Path) -> None:
    board, _ = load_board(tmp_path / "alerts.json")
    silence = Silence("InitialisationFailed", (), NOW_S + 3600, "ann", "we know")
    save_board(tmp_path / "alerts.json", board.silenced(silence, NOW_S))
    ear = Ear("file")
    watching = alerting(tmp_path, ear)
    fail_to_start(watching, NOW_S)
    watching.look(NOW_S + STEP_S)
    assert not ear.heard


def test_looking_without_telling_tells_nobody_and_forgets_nothing(tmp_path: Path) -> None:
    ear = Ear("file")
    watching = alerting(tmp_path, ear)
    fail_to_start(watching, NOW_S)
    watching.look(NOW_S + STEP_S, tell=False)
    assert not ear.heard
    assert watching.look(NOW_S + 2 * STEP_S).told


def test_a_broken_board_is_told_and_timers_begin_anew(tmp_path: Path) -> None:
    (tmp_path / "alerts.json").write_text("{", encoding="utf-8")
    assert "begin anew" in alerting(tmp_path).doubts[0]


def test_without_events_every_rule_says_that_it_has_no_data(tmp_path: Path) -> None:
    alerts = alerting(tmp_path).look(NOW_S).alerts
    assert {alert.phase for alert in alerts} == {Phase.NO_DATA}
    assert len(alerts) == len(load_rules().rules)


def test_what_was_before_the_watch_began_counts(tmp_path: Path) -> None:
    watching = alerting(tmp_path, Ear("file"))
    watching.catch_up([(NOW_S - 100 + n, event(n, outcome="failed" if n % 2 else "ok")) for n in range(60)])
    firing = {alert.rule for alert in watching.look(NOW_S).alerts if alert.phase is Phase.FIRING}
    assert "ErrorRateCritical" in firing
    assert json.loads((tmp_path / "alerts.json").read_text(encoding="utf-8"))["schema"] == 1


def test_a_silence_that_is_made_while_the_watch_goes_on_counts_and_stays(tmp_path: Path) -> None:
    ear, path = Ear("file"), tmp_path / "alerts.json"
    watching = alerting(tmp_path, ear)
    watching.look(NOW_S)
    silence = Silence("InitialisationFailed", (), NOW_S + 3600, "ann", "we know")
    save_board(path, load_board(path)[0].silenced(silence, NOW_S))
    fail_to_start(watching, NOW_S + 1)
    watching.look(NOW_S + 2 * STEP_S)
    assert not ear.heard
    assert load_board(path)[0].silences == (silence,)


def test_what_fires_again_is_told_though_nobody_was_told_that_it_was_over(tmp_path: Path) -> None:
    ear = Ear("file")
    watching = alerting(tmp_path, ear)
    fail_to_start(watching, NOW_S)
    watching.look(NOW_S + STEP_S)
    ear.is_deaf = True
    for step in range(2, 60):
        watching.look(NOW_S + STEP_S * step)
    ear.is_deaf = False
    fail_to_start(watching, NOW_S + 61 * STEP_S, number=2)
    watching.look(NOW_S + 63 * STEP_S)
    assert [message.title.startswith("critical") for message in ear.heard] == [True, True]


def test_a_clock_that_goes_back_is_told_and_blinds_nobody(tmp_path: Path) -> None:
    ear = Ear("file")
    watching = alerting(tmp_path, ear)
    watching.take(event(1, version="2"), NOW_S)
    watching.look(NOW_S)
    earlier_s = NOW_S - 7200
    watching.look(earlier_s)
    watching.take(event(2, "session", outcome="failed", version="2"), earlier_s + 1)
    assert watching.look(earlier_s + 2 * STEP_S).told
    assert "the clock went back" in watching.doubts[0]


def test_of_two_monitors_one_tells(tmp_path: Path) -> None:
    ear = Ear("file", is_slow=True)
    both = [alerting(tmp_path, ear), alerting(tmp_path, ear)]
    for watching in both:
        fail_to_start(watching, NOW_S)
    with ThreadPoolExecutor() as threads:
        looks = list(threads.map(lambda watching: watching.look(NOW_S + STEP_S), both))
    assert sorted(len(look.told) for look in looks) == [0, 1]
    assert len(ear.heard) == 1


def test_a_silence_that_is_made_while_notices_go_out_is_kept(tmp_path: Path) -> None:
    made = Silence("InitialisationFailed", (), NOW_S + 3600, "ann", "we know")
    path = tmp_path / "alerts.json"
    ear = Ear("file", is_slow=True)
    watching = alerting(tmp_path, ear)
    fail_to_start(watching, NOW_S)
    with ThreadPoolExecutor() as threads:
        looking = threads.submit(watching.look, NOW_S + STEP_S)
        assert ear.is_asked.wait(10)
        silence(path, made, NOW_S)
        looking.result()
    assert load_board(path)[0].silences == (made,)
    assert load_board(path)[0].alerts
