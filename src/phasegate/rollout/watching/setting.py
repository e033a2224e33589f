"""What the ledger knows that a report shows: what is public, what was taken back, what happened when. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from phasegate.config import PUBLIC_PHASE
from phasegate.ledger.times import seconds
from phasegate.telemetry.reports.chart import Mark
from phasegate.telemetry.reports.report import Setting

if TYPE_CHECKING:
    from collections.abc import Iterable

    from phasegate.config import Config
    from phasegate.ledger.operation import Operation
    from phasegate.ledger.state import State
    from phasegate.telemetry.reading import Window


def released_of(state: State, config: Config, plugin: str) -> dict[str, str]:
    """The plugin and its public version; empty while nothing is public."""
    channel = state.channels.get(config.public_channel)
    return {plugin: channel.version} if channel else {}


def setting_of(state: State, operations: Iterable[Operation], config: Config, window: Window) -> Setting:
    """The setting of a report over `window`."""
    public = state.channels.get(config.public_channel)
    marks = [_mark_of(operation) for operation in sorted(operations, key=lambda each: each.number)]
    within = [mark for mark in marks if mark and window.since_s <= mark.at_s < window.until_s]
    return Setting(
        released=public.version if public else None,
        candidate=state.rollout.candidate if state.rollout else None,
        withdrawn=state.withdrawn,
        marks=tuple(sorted(within, key=lambda mark: mark.at_s)),
    )


def _mark_of(operation: Operation) -> Mark | None:
    at_s = float(seconds(operation.at))
    if operation.kind == "rollback":
        return Mark(at_s, operation.title, is_bad=True)
    if operation.kind == "deploy" and operation.rollout is not None:
        rollout = operation.rollout
        version = rollout.version if rollout.phase == PUBLIC_PHASE else rollout.candidate
        return Mark(at_s, f"{version} in {rollout.phase}")
    return None
