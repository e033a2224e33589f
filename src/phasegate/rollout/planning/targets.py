"""What a rollback brings back, and where. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from phasegate.errors import ErrorCode, PhasegateError
from phasegate.version.semver import Version

if TYPE_CHECKING:
    from collections.abc import Iterator

    from phasegate.config import Config
    from phasegate.ledger.records import Release
    from phasegate.ledger.state import State


@dataclass(frozen=True)
class RollbackRequest:
    """What the operator asks for.

    Attributes:
        kind: `quick`, `full`, `flag` or `docs`.
        channel: the only channel to touch, or None.
        to: the version to go back to, or None for the last good one.
        delete_tags: whether the tags of withdrawn releases go.
    """

    kind: str
    channel: str | None = None
    to: str | None = None
    delete_tags: bool = False


@dataclass(frozen=True)
class Target:
    """A channel, what it carries, and the release whose tree it gets."""

    channel: str
    current: Release
    good: Release


@dataclass(frozen=True)
class Choice:
    """What a rollback does.

    Attributes:
        targets: the channels that move.
        site: version and tree of the site that the docs branch gets, or None where it stays.
        flags_off: whether feature flags are turned off.
        bad: the contents that are withdrawn.
        reports: whether an incident report is opened.
    """

    targets: tuple[Target, ...] = ()
    site: tuple[str, str] | None = None
    flags_off: bool = False
    bad: frozenset[str] = frozenset()
    reports: bool = False


def current_release(state: State, channel: str) -> Release:
    """The release that `channel` carries.

    Raises:
        PhasegateError: `nothing-to-roll-back` where the channel has never carried one.
    """
    if channel not in state.channels:
        raise nothing_to_roll_back(f"channel {channel} has never carried a release", state)
    return state.releases[state.channels[channel].version]


def bad_contents(state: State) -> frozenset[str]:
    """The contents to get rid of: the rollout's, and what is withdrawn and still on a channel.

    A rollout that a rollback of another channel overtook has left its candidates behind: they count too.
    """
    carried = [current_release(state, channel) for channel in state.channels]
    withdrawn = {release.content for release in carried if release.withdrawn is not None}
    if state.rollout is not None:
        return frozenset(withdrawn | {state.rollout.content})
    return frozenset(withdrawn | {release.content for release in carried if _is_left_behind(release)})


def _is_left_behind(release: Release) -> bool:
    return release.kind in ("candidate", "flag") and not Version.parse(release.version).is_final


def requested_release(state: State, version: str) -> Release:
    """The release that `--to` names.

    Raises:
        PhasegateError: `version-unknown` where the ledger has none, or has withdrawn it.
    """
    release = state.releases.get(version)
    if release is None or release.withdrawn is not None:
        good = [v for v, r in state.releases.items() if r.withdrawn is None]
        why = "It is withdrawn." if release else "The ledger has no such version."
        raise PhasegateError(
            ErrorCode.VERSION_UNKNOWN,
            f"Cannot go back to {version}.",
            why=why,
            hint=f"Good releases: {', '.join(good) or 'none'}.",
        )
    return release


def last_good(state: State, config: Config, channel: str, bad: frozenset[str]) -> Release | None:
    """The last good release of `channel`; else of the public channel; else of the channels between them."""
    names = _from_here_on(config, channel)
    return next((r for name in names for r in _good_of(state, name, bad)), None)


def refuse_unproven(state: State, config: Config, channel: str, release: Release) -> None:
    """Raise `nothing-to-roll-back` where `channel` would get what its gates have never judged.

    A rollback runs no gate. So a channel gets back only what it has carried, or a channel that comes after it.
    """
    channels = [state.channels[name] for name in _from_here_on(config, channel) if name in state.channels]
    if release.content not in {state.releases[v].content for c in channels for v in c.history}:
        why = f"neither channel {channel} nor one after it has carried {release.version}, so its gates have not judged it"
        raise nothing_to_roll_back(why, state)


def representative(state: State, release: Release) -> Release:
    """The highest good release that differs from `release` in its version only, so that channels share a tree."""
    alike = (
        other
        for other in state.releases.values()
        if (other.content, other.flags, other.withdrawn) == (release.content, release.flags, None)
    )
    return max(alike, key=lambda other: Version.parse(other.version), default=release)


def last_public(state: State, config: Config, bad: frozenset[str]) -> Release | None:
    """The last good release that the public had."""
    return next(_good_of(state, config.public_channel, bad), None)


def last_site(state: State, bad: frozenset[str], wanted: str | None = None) -> tuple[str, str] | None:
    """Version and tree of the last good site, or of the last one with the content of version `wanted`."""
    if state.docs is None:
        return None
    contents = {state.releases[wanted].content} if wanted else None
    for version, site in reversed(state.docs.sites.items()):
        release = state.releases[version]
        if release.content in bad or release.withdrawn is not None or version in state.docs.taken_back:
            continue
        if contents is None or release.content in contents:
            return version, site
    return None


def nearest_site(state: State, bad: frozenset[str], wanted: str | None) -> tuple[str, str] | None:
    """Version and tree of the last good site with the content of version `wanted`; else of the last good one."""
    return last_site(state, bad, wanted) or last_site(state, bad)


def nothing_to_roll_back(why: str, state: State) -> PhasegateError:
    """The error that says so."""
    versions = ", ".join(state.releases) or "none"
    return PhasegateError(
        ErrorCode.NOTHING_TO_ROLL_BACK,
        "There is no good release to go back to.",
        why=why,
        hint=f"See `invoke history`; --to VERSION names a release yourself. Releases: {versions}.",
    )


def _from_here_on(config: Config, channel: str) -> list[str]:
    """`channel`, then those that only what went through it gets to, the public one first."""
    order = [phase.channel for phase in config.phases.values() if phase.channel]
    after = order[order.index(channel) + 1 :] if channel in order else [config.public_channel]
    return [channel, *reversed(after)]


def _good_of(state: State, channel: str, bad: frozenset[str]) -> Iterator[Release]:
    history = state.channels[channel].history if channel in state.channels else ()
    releases = (state.releases[version] for version in reversed(history))
    return (release for release in releases if release.withdrawn is None and release.content not in bad)
