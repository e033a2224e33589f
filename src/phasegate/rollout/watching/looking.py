"""A report of a plugin in use with what the ledger and the judge know."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from phasegate.config import PUBLIC_PHASE
from phasegate.errors import ErrorCode, PhasegateError
from phasegate.ledger.chain import read_operations
from phasegate.markdown import as_markdown
from phasegate.rollout.reading.watching import look_at, plugin_name, watched_phases
from phasegate.rollout.watching.setting import setting_of
from phasegate.telemetry.judge.trail import trails
from phasegate.telemetry.reports.document import READ, document_of
from phasegate.telemetry.reports.period import Period, step_for
from phasegate.telemetry.reports.report import Report, make_report
from phasegate.telemetry.reports.validation import validate
from phasegate.telemetry.sources.opening import open_reading

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from phasegate.config import Config
    from phasegate.ledger.operation import Operation
    from phasegate.ledger.state import State
    from phasegate.rollout.desk import Desk
    from phasegate.rollout.reading.world import World
    from phasegate.telemetry.reading import Reading, Window


def make_report_of(desk: Desk, window: Window) -> Report:
    """The report over `window`.

    Raises:
        PhasegateError: what `observe` and `plugin_name` raise.
    """
    git, config = desk.repository.git, desk.config
    world = desk.observe()
    plugin = plugin_name(git, world, config)
    evidence = _evidence(desk, world, window.until_s)
    operations = read_operations(git, world.ledger_head)
    with open_reading(config.telemetry.logs, plugin, window) as reading:
        return report_of(plugin, reading, world.state, operations, config, evidence)


def report_of(
    plugin: str,
    reading: Reading,
    state: State,
    operations: Iterable[Operation],
    config: Config,
    evidence: Mapping[str, Any] | None = None,
) -> Report:
    """What `reading` tells, beside what the ledger knows of the same time."""
    window = reading.window
    setting = setting_of(state, operations, config, window)
    return make_report(plugin, reading, step_for(window.until_s - window.since_s), setting, evidence)


def summarise_day(desk: Desk) -> str:
    """The last 24 hours of the plugin in use as a list in Markdown; empty where nothing was heard of it, or none is named.

    It is sent and kept in the ledger, so the paths of what was read are left out.
    """
    try:
        report = make_report_of(desk, Period.DAY.window(float(desk.clock())))
    except PhasegateError as error:
        if error.code is not ErrorCode.CONFIG_INVALID:
            raise
        return ""
    if not report.intake.events:
        return ""
    told = (section for section in document_of(report).sections if section.key != READ)
    sentences = [sentence for section in told for sentence in section.sentences]
    checks = [f"{check.verdict.value}: {check.subject}: {check.reason}" for check in validate(report)]
    return "\n".join(f"- {as_markdown(line)}" for line in (*sentences, *checks))


def _evidence(desk: Desk, world: World, now_s: float) -> Mapping[str, Any] | None:
    """What the judge says of the rollout, with how its evidence grew; None where nothing is to be judged."""
    rollout = world.state.rollout
    entered = watched_phases(world.state, desk.config)
    if not entered or (rollout is not None and PUBLIC_PHASE in rollout.entered):
        return None
    watched = look_at(desk.repository, world, desk.config, desk.environment, entered[-1], now_s)
    shown = [trail.as_json() for trail in trails(watched.policy, watched.observation)]
    return {**watched.decision.as_json(), "phase": watched.phase, "trails": shown}
