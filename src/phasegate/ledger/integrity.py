"""What no ledger of ours can hold: found when it is read, so that its texts can be trusted as names afterwards. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from phasegate.config import PHASES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from phasegate.ledger.operation import Operation
    from phasegate.ledger.records import Channel, Docs, Effect, Judgement, Release, Rollout
    from phasegate.ledger.state import State

_OBJECT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_REF = re.compile(r"refs/[^\x00-\x20\x7f~^:?*\[\\]+")
_VERSION = re.compile(r"\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?", re.ASCII)
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", re.ASCII)
_KEY = re.compile(r"\d+/[a-z][a-z:-]*", re.ASCII)


def check_state(state: State) -> State:
    """`state` itself.

    Raises:
        ValueError: something in it is no object id, ref, version, time or key, or names what is not there.
    """
    _check_releases(state.releases.values())
    _check_places(state.channels.values(), state.docs, state.rollout)
    _check_work(state.judgements.values(), state.effects)
    versions = {channel.version for channel in state.channels.values()}
    versions |= {version for channel in state.channels.values() for version in channel.history}
    versions |= set(state.docs.sites) if state.docs else set()
    versions |= {state.rollout.candidate} if state.rollout else set()
    unknown = sorted(versions - set(state.releases))
    if unknown or any(version != release.version for version, release in state.releases.items()):
        raise ValueError(f"it names releases that it does not have: {', '.join(unknown)}")
    return state


def check_operation(operation: Operation) -> Operation:
    """`operation` itself; raises as `check_state` does."""
    _check_releases(operation.releases)
    _check_places(operation.channels.values(), operation.docs, operation.rollout)
    _check_work(operation.judgements, operation.effects)
    for move in operation.moves:
        _require(_REF, move.ref)
        _require(_OBJECT, *filter(None, (move.old, move.new)))
    _require(_KEY, *(outcome.key for outcome in operation.outcomes))
    _require(_TIME, operation.at)
    return operation


def _check_releases(releases: Iterable[Release]) -> None:
    for release in releases:
        _require(_VERSION, release.version)
        _require(_OBJECT, release.tree, release.content, release.commit, release.source)
        _require(_REF, *filter(None, (release.tag,)))
        _require(_TIME, release.at)


def _check_places(channels: Iterable[Channel], docs: Docs | None, rollout: Rollout | None) -> None:
    for channel in channels:
        _require(_REF, channel.ref)
        _require(_OBJECT, channel.commit, channel.tree)
    if docs is not None:
        _require(_REF, docs.ref)
        _require(_OBJECT, docs.commit, docs.tree, *docs.sites.values())
    if rollout is not None:
        _require(_VERSION, rollout.version, rollout.candidate)
        _require(_OBJECT, rollout.source, rollout.content)
        _require(_TIME, *rollout.entered.values())
        if not rollout.entered or set(rollout.entered) - set(PHASES):
            raise ValueError("its rollout has entered no phase, or one that there is not")


def _check_work(judgements: Iterable[Judgement], effects: Iterable[Effect]) -> None:
    for judgement in judgements:
        _require(_OBJECT, judgement.tree, judgement.content, *filter(None, (judgement.artifact,)))
    _require(_KEY, *(effect.key for effect in effects))


def _require(pattern: re.Pattern[str], *texts: str) -> None:
    for text in texts:
        if pattern.fullmatch(text) is None:
            raise ValueError(f"{text!r} is no {pattern.pattern}")
