"""What no ledger of ours can hold: found when it is read, so that its texts can be trusted as names afterwards. Pure."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING

from phasegate.config import PHASES
from phasegate.toml_table import is_ref_name
from phasegate.verdict import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable

    from phasegate.ledger.operation import Operation
    from phasegate.ledger.records import Channel, Docs, Effect, Judgement, Release, Rollout
    from phasegate.ledger.state import State

_OBJECT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_NUMBER = r"(?:0|[1-9]\d{0,17})"
_IDENTIFIER = rf"(?:{_NUMBER}|\d*[A-Za-z-][0-9A-Za-z-]*)"
_VERSION = re.compile(rf"{_NUMBER}(?:\.{_NUMBER}){{2}}(?:-{_IDENTIFIER}(?:\.{_IDENTIFIER})*)?", re.ASCII)
_TIME = re.compile(r"[12]\d{3}-\d\d-\d\dT\d\d:\d\d:\d\dZ", re.ASCII)
_KEY = re.compile(r"\d{1,18}/[a-z][a-z:-]{0,99}", re.ASCII)


def check_state(state: State) -> State:
    """`state` itself.

    Raises:
        ValueError: something in it is no object id, ref, version, time, verdict or key, or names what is not there.
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
        _check_refs(move.ref)
        _require(_OBJECT, *filter(None, (move.old, move.new)))
    _require(_KEY, *(outcome.key for outcome in operation.outcomes))
    _check_times(operation.at)
    return operation


def _check_releases(releases: Iterable[Release]) -> None:
    for release in releases:
        _require(_VERSION, release.version, *filter(None, (release.restores,)))
        _require(_OBJECT, release.tree, release.content, release.commit, release.source)
        _check_refs(*filter(None, (release.tag,)))
        _check_times(release.at)


def _check_places(channels: Iterable[Channel], docs: Docs | None, rollout: Rollout | None) -> None:
    for channel in channels:
        _check_refs(channel.ref)
        _require(_OBJECT, channel.commit, channel.tree)
    if docs is not None:
        _check_refs(docs.ref)
        _require(_OBJECT, docs.commit, docs.tree, *docs.sites.values())
        if docs.version is not None and docs.version not in docs.sites:
            raise ValueError(f"its docs branch carries a site that it does not have: {docs.version!r}")
    if rollout is not None:
        _require(_VERSION, rollout.version, rollout.candidate)
        _require(_OBJECT, rollout.source, rollout.content)
        _check_times(*rollout.entered.values())
        if not rollout.entered or set(rollout.entered) - set(PHASES):
            raise ValueError("its rollout has entered no phase, or one that there is not")


def _check_work(judgements: Iterable[Judgement], effects: Iterable[Effect]) -> None:
    for judgement in judgements:
        Verdict(judgement.verdict)
        _require(_OBJECT, judgement.tree, judgement.content, *filter(None, (judgement.artifact,)))
    for effect in effects:
        _require(_KEY, effect.key)
        if effect.key.partition("/")[2] != effect.name:
            raise ValueError(f"effect {effect.key!r} is called {effect.name!r}")


def _check_refs(*refs: str) -> None:
    for ref in refs:
        if not ref.startswith("refs/") or not is_ref_name(ref[len("refs/") :]):
            raise ValueError(f"{ref!r} is no ref")


def _check_times(*times: str) -> None:
    _require(_TIME, *times)
    for time in times:
        datetime.fromisoformat(time[:-1])


def _require(pattern: re.Pattern[str], *texts: str) -> None:
    for text in texts:
        if pattern.fullmatch(text) is None:
            raise ValueError(f"{text!r} is no {pattern.pattern}")
