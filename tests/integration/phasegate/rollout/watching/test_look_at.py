from __future__ import annotations

import json
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from fixtures.events import append
from fixtures.fleet import Fleet
from fixtures.lines import line
from phasegate.config import Telemetry, Watch
from phasegate.errors import ErrorCode, PhasegateError
from phasegate.rollout.applying.judging import assume_passed
from phasegate.rollout.reading.watching import look_at, plugin_name
from phasegate.rollout.watching.looking import summarise_day
from phasegate.rollout.watching.responding import respond
from phasegate.telemetry.judge.decision import Ruling

if TYPE_CHECKING:
    from pathlib import Path

    from phasegate.ledger.records import Judgement
    from phasegate.rollout.applying.judging import Subject
    from phasegate.rollout.desk import Desk
    from phasegate.rollout.reading.watching import Watched
    from workshop import Workshop

pytestmark = pytest.mark.once  # the same on every Python, and not swift


@pytest.fixture
def fleet(tmp_path: Path) -> Fleet:
    return Fleet(tmp_path / "fleet", seed=3)


@pytest.fixture
def watched_workshop(workshop: Workshop, fleet: Fleet) -> Workshop:
    workshop.now_s = int(time.time()) - 10_000
    workshop.release()
    workshop.now_s = int(time.time()) - 5
    workshop.commit("feat: grow")
    workshop.deploy("internal")
    workshop.deploy("canary")
    configure(workshop, telemetry=Telemetry(logs=(fleet.logs,), plugin="rforge"))
    configure(workshop, watch=Watch(least_units=30))
    workshop.now_s = int(time.time()) + 5
    return workshop


def configure(workshop: Workshop, **settings: Any) -> None:
    workshop.settings = {**workshop.settings, **settings}


def look(workshop: Workshop, phase: str = "canary", **environment: str) -> Watched:
    desk = workshop.desk
    return look_at(desk.repository, desk.observe(), desk.config, environment, phase, workshop.now_s)


def test_the_candidate_is_compared_with_what_the_public_has(watched_workshop: Workshop, fleet: Fleet) -> None:
    fleet.use(range(40), "1.0.0", error_rate=0.0)
    fleet.use(range(40, 80), "1.1.0-rc.1", error_rate=0.0)
    watched = look(watched_workshop)
    total = watched.observation.total()
    assert (total.canary.units, total.control.units) == (40, 40)
    assert watched.policy.control


def test_what_was_before_the_phase_was_entered_does_not_count(
    watched_workshop: Workshop, fleet: Fleet
) -> None:
    fleet.use(range(40), "1.1.0-rc.1", at_s=time.time() - 5000)
    assert look(watched_workshop).decision.ruling is Ruling.HOLD


def test_a_first_release_has_no_control(workshop: Workshop, fleet: Fleet) -> None:
    workshop.now_s = int(time.time()) - 5
    workshop.deploy("internal")
    workshop.deploy("canary")
    configure(workshop, telemetry=Telemetry(logs=(fleet.logs,), plugin="rforge"))
    fleet.use(range(40), "1.0.0-rc.1", error_rate=0.0)
    workshop.now_s = int(time.time()) + 5
    watched = look(workshop)
    assert not watched.policy.control
    assert watched.decision.ruling is Ruling.HOLD  # 40 of 300 units


def test_a_rule_that_the_judge_does_not_have_is_refused(watched_workshop: Workshop) -> None:
    configure(watched_workshop, watch=Watch(unattended={"errorrate": "on"}))
    with pytest.raises(PhasegateError) as caught:
        look(watched_workshop)
    assert caught.value.code is ErrorCode.CONFIG_INVALID
    assert "error-rate" in caught.value.hint


def test_a_phase_without_a_release_cannot_be_watched(watched_workshop: Workshop) -> None:
    with pytest.raises(PhasegateError) as caught:
        look(watched_workshop, "public")
    assert caught.value.code is ErrorCode.ROLLOUT_MISSING


def test_a_prometheus_that_is_not_given_or_does_not_answer_is_a_hold_that_says_so(
    watched_workshop: Workshop,
) -> None:
    configure(watched_workshop, telemetry=Telemetry(plugin="rforge", prometheus_variable="PROMETHEUS"))
    nothing = look(watched_workshop).decision
    silent = look(watched_workshop, PROMETHEUS="http://127.0.0.1:9").decision
    assert {nothing.ruling, silent.ruling} == {Ruling.HOLD}
    assert "PROMETHEUS holds no address" in nothing.reasons[0]
    assert "cannot be asked" in silent.reasons[0]


def test_the_only_plugin_is_the_one_that_is_watched(workshop: Workshop) -> None:
    desk = workshop.desk
    assert plugin_name(desk.repository.git, desk.observe(), desk.config) == "demo"


def test_of_several_plugins_one_has_to_be_named(workshop: Workshop) -> None:
    more = {
        ".claude-plugin/marketplace.json": workshop.published(
            "refs/heads/main", ".claude-plugin/marketplace.json"
        ).replace('"plugins": [', '"plugins": [{"name": "other", "source": "./other"},'),
        "other/.claude-plugin/plugin.json": '{"name": "other", "version": "0.0.0", "description": "Another"}\n',
    }
    workshop.commit("feat: another plugin", more)
    desk = workshop.desk
    with pytest.raises(PhasegateError) as caught:
        plugin_name(desk.repository.git, desk.observe(), desk.config)
    assert "2 plugins" in caught.value.what


def test_the_engine_acts_where_a_rule_may_act_alone_and_the_ledger_says_why(
    watched_workshop: Workshop, fleet: Fleet
) -> None:
    configure(watched_workshop, watch=Watch(unattended={"critical-error-rate": "on"}))
    fleet.use(range(30), "1.1.0-rc.1", error_rate=1.0)
    watched = look(watched_workshop)
    response = respond(watched_workshop.desk, watched_workshop.observe(), watched)
    assert response.operation is not None
    assert watched.decision.evidence in response.operation.why
    assert (
        watched_workshop.version_on("canary") == "1.1.0-rc.2"
        or watched_workshop.version_on("canary") > "1.1.0"
    )
    again = respond(watched_workshop.desk, watched_workshop.observe(), watched)
    assert again.operation is None


def test_where_no_rule_may_act_alone_a_person_has_to(watched_workshop: Workshop, fleet: Fleet) -> None:
    fleet.use(range(30), "1.1.0-rc.1", error_rate=1.0)
    before = watched_workshop.remote_refs()
    response = respond(watched_workshop.desk, watched_workshop.observe(), look(watched_workshop))
    assert "A person has to do this" in response.words
    assert watched_workshop.remote_refs() == before


def test_a_release_in_public_is_watched_too(watched_workshop: Workshop, fleet: Fleet) -> None:
    config = watched_workshop.config
    configure(watched_workshop, phases={n: replace(p, soak_s=0.0) for n, p in config.phases.items()})
    watched_workshop.deploy("docs")
    watched_workshop.deploy("public")
    fleet.use(range(60), "1.1.0", error_rate=0.0, at_s=watched_workshop.now_s + 1)
    watched_workshop.now_s += 5
    assert look(watched_workshop, "public").decision.ruling is Ruling.KEEP
    fleet.use(range(60, 200), "1.1.0", error_rate=1.0, at_s=watched_workshop.now_s)
    watched_workshop.now_s += 5
    assert look(watched_workshop, "public").decision.ruling is Ruling.ROLL_BACK


def test_a_bad_first_release_that_cannot_be_taken_back_is_told_with_what_the_judge_says(
    workshop: Workshop, fleet: Fleet
) -> None:
    (workshop.root / "demo" / "flags.json").unlink()
    workshop.commit("feat: no flags")
    workshop.now_s = int(time.time()) - 5
    workshop.deploy("internal")
    workshop.deploy("canary")
    configure(workshop, telemetry=Telemetry(logs=(fleet.logs,), plugin="rforge"))
    configure(workshop, watch=Watch(unattended={"critical-error-rate": "on"}))
    fleet.use(range(40), workshop.version_on("canary"), error_rate=1.0)
    workshop.now_s = int(time.time()) + 5
    response = respond(workshop.desk, workshop.observe(), look(workshop))
    assert response.operation is None
    assert "nothing to go back to" in response.words


def test_a_log_folder_of_several_that_is_gone_is_a_hold(watched_workshop: Workshop, fleet: Fleet) -> None:
    logs = (fleet.logs, str(fleet.folder / "gone"))
    configure(watched_workshop, telemetry=Telemetry(logs=logs, plugin="rforge"))
    fleet.use(range(40), "1.0.0", error_rate=0.0)
    fleet.use(range(40, 80), "1.1.0-rc.1", error_rate=0.0)
    decision = look(watched_workshop).decision
    assert decision.ruling is Ruling.HOLD
    assert "no log folder" in decision.reasons[0]


def test_a_folder_of_a_pattern_that_was_read_and_is_gone_is_a_hold(
    watched_workshop: Workshop, fleet: Fleet
) -> None:
    fleet.use(range(200), "1.0.0", error_rate=0.0)
    fleet.use(range(200, 400), "1.1.0-rc.1", error_rate=0.0)
    fleet.use(range(400, 440), "1.1.0-rc.1", error_rate=1.0)
    assert look(watched_workshop).decision.ruling is Ruling.ROLL_BACK
    for number in range(400, 440):
        (fleet.folder / f"{number}").rename(fleet.folder.parent / f"{number}")
    decision = look(watched_workshop).decision
    assert decision.ruling is Ruling.HOLD
    assert "40 of the log folders that were read before are not there" in decision.reasons[0]


def test_runs_that_do_not_tell_of_which_install_they_are_are_a_hold(
    watched_workshop: Workshop, fleet: Fleet
) -> None:
    fleet.use(range(200), "1.0.0", error_rate=0.0)
    fleet.use(range(200, 400), "1.1.0-rc.1", error_rate=0.0)
    nameless = [line(n, time.time(), version="1.1.0-rc.1", install="", outcome="failed") for n in range(100)]
    append(fleet.folder / "200" / "logs" / "plugin-commands.log", nameless)
    decision = look(watched_workshop).decision
    assert decision.ruling is Ruling.HOLD
    assert "of which install" in decision.reasons[0]


def test_a_rule_that_never_rolls_back_cannot_be_let_act_alone(watched_workshop: Workshop) -> None:
    configure(watched_workshop, watch=Watch(unattended={"slower": "on"}))
    with pytest.raises(PhasegateError) as caught:
        look(watched_workshop)
    assert caught.value.code is ErrorCode.CONFIG_INVALID


def test_no_path_of_what_was_read_gets_into_the_ledger_or_a_summary(
    watched_workshop: Workshop, fleet: Fleet
) -> None:
    phases = dict(watched_workshop.config.phases)
    phases["canary"] = replace(phases["canary"], soak_s=0.0, criteria=("healthy",))
    logs = (fleet.logs, str(fleet.folder / "ann-smith"))
    configure(watched_workshop, phases=phases, telemetry=Telemetry(logs=logs, plugin="rforge"))
    fleet.use(range(2), "1.1.0-rc.1")
    done = watched_workshop.deploy("docs", override="nobody uses it yet")
    assert done.operation is not None
    recorded = json.dumps(done.operation.as_json())
    assert "no log folder" in recorded
    watched_workshop.now_s = int(time.time()) + 5
    summary = summarise_day(watched_workshop.desk)
    assert "no log folder" in summary
    assert not [text for text in (recorded, summary) if str(fleet.folder) in text or "ann-smith" in text]


def test_a_summary_of_several_plugins_of_which_none_is_named_tells_nothing_of_use(workshop: Workshop) -> None:
    marketplace = workshop.published("refs/heads/main", ".claude-plugin/marketplace.json")
    two = marketplace.replace('"plugins": [', '"plugins": [{"name": "other", "source": "./other"},')
    manifest = '{"name": "other", "version": "0.0.0", "description": "Another"}\n'
    workshop.commit(
        "feat: another",
        {".claude-plugin/marketplace.json": two, "other/.claude-plugin/plugin.json": manifest},
    )
    assert summarise_day(workshop.desk) == ""


@pytest.mark.parametrize("override", [None, "we know"])
def test_what_falls_ill_while_the_gates_run_waits_unless_somebody_overrides(
    watched_workshop: Workshop, fleet: Fleet, override: str | None
) -> None:
    phases = dict(watched_workshop.config.phases)
    phases["canary"] = replace(phases["canary"], soak_s=0.0, criteria=("healthy",))
    configure(watched_workshop, phases=phases)
    fleet.use(range(200), "1.0.0", error_rate=0.0)
    fleet.use(range(200, 400), "1.1.0-rc.1", error_rate=0.0)
    plan = watched_workshop.plan_deploy("docs")
    assert not plan.holds

    def fall_ill(desk: Desk, subject: Subject) -> tuple[Judgement, ...]:
        fleet.use(range(400, 500), "1.1.0-rc.1", error_rate=1.0)
        return assume_passed(desk, subject)

    watched_workshop.judge = fall_ill
    before = watched_workshop.remote_refs()
    if override is None:
        with pytest.raises(PhasegateError) as caught:
            watched_workshop.carry_out(plan)
        assert caught.value.code is ErrorCode.ROLLOUT_HELD
        assert "roll back" in caught.value.details[0]
        assert watched_workshop.remote_refs() == before
    else:
        operation = watched_workshop.carry_out(plan, override=override).operation
        assert operation is not None
        (healthy,) = (j for j in operation.judgements if j.gate == "healthy:canary")
        assert (healthy.verdict, healthy.overridden) == ("INCONCLUSIVE", override)
        assert "passed: we know" in operation.overrides[0]
