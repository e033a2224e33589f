"""What the judge says of the release in a phase, from the logs or from a Prometheus."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Callable

from phasegate.config import HEALTHY, PUBLIC_PHASE
from phasegate.errors import ErrorCode, PhasegateError
from phasegate.ledger.times import seconds
from phasegate.rollout.reading.folders import count_gone
from phasegate.rollout.reading.snapshot import read_snapshot
from phasegate.telemetry.judge.judgement import judge
from phasegate.telemetry.judge.observation import Observation
from phasegate.telemetry.judge.observing import Versions, doubts_about, observe
from phasegate.telemetry.judge.policy import Policy
from phasegate.telemetry.judge.rule import Unattended
from phasegate.telemetry.judge.watch import HORIZON, watch_after
from phasegate.telemetry.logs.stream import Stream
from phasegate.telemetry.reading import Window
from phasegate.telemetry.sources.opening import open_reading
from phasegate.telemetry.sources.prometheus import Prometheus

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from phasegate.config import Config, Watch
    from phasegate.git.door import Git
    from phasegate.git.repository import Repository
    from phasegate.ledger.state import State
    from phasegate.rollout.reading.world import World
    from phasegate.telemetry.judge.decision import Decision
    from phasegate.telemetry.reading import Unit

STEP_S = 15.0
"""The length of the judge's steps, in seconds."""

BEFORE_S = 7 * 86400.0
"""How long before the watch the judge looks at what is compared with, to know better what is slow, in seconds."""

AFTER_S = 7 * 86400.0
"""How far back the judge looks at a release that is public, in seconds."""


FOLDERS = "log-folders.json"


@dataclass(frozen=True)
class Watched:
    """A release under watch: in which phase, by which policy, what was seen, and what the judge makes of it."""

    phase: str
    policy: Policy
    observation: Observation
    decision: Decision


def decide(
    repository: Repository, world: World, config: Config, environment: Mapping[str, str], now_s: float
) -> World:
    """`world` with what the judge says of the release in each phase that has criterion `healthy`, and was entered."""
    phases = watched_phases(world.state, config)
    found = {name: look_at(repository, world, config, environment, name, now_s) for name in phases}
    return replace(world, watched=found)


def watched_phases(state: State, config: Config) -> list[str]:
    """The phases with criterion `healthy` that the rollout has entered, in their order."""
    entered = state.rollout.entered if state.rollout else {}
    return [p.name for p in config.phases.values() if HEALTHY in p.criteria and p.name in entered]


def look_at(
    repository: Repository,
    world: World,
    config: Config,
    environment: Mapping[str, str],
    phase: str,
    now_s: float,
) -> Watched:
    """What is seen of the rollout's release in `phase`, and what the judge makes of it.

    Raises:
        PhasegateError: `config-invalid`: a rule of `watch.unattended` that the judge does not have, or no plugin to watch.
    """
    rollout = world.state.rollout
    if rollout is None or phase not in rollout.entered:
        raise PhasegateError(
            ErrorCode.ROLLOUT_MISSING,
            f"No release is in phase {phase}, so there is nothing to watch.",
            hint=f"Bring one there with `invoke deploy --phase {phase}`.",
        )
    is_public = phase == PUBLIC_PHASE
    canary = (rollout.version if is_public else rollout.candidate,)
    control = () if is_public else _public_versions(world.state, config)
    policy = _policy(config.watch, has_control=bool(control))
    policy = replace(policy, horizon=HORIZON) if is_public else policy
    since_s = float(seconds(rollout.entered[phase]))
    window = Window(max(since_s, now_s - AFTER_S) if is_public else since_s, now_s)
    plugin = plugin_name(repository.git, world, config)
    watch = f"{canary[0]} in {phase} since {since_s:.0f}"
    gone_of = partial(count_gone, repository.state_folder / FOLDERS, watch)
    observation = _observe(policy, config, environment, plugin, Versions(canary, control), window, gone_of)
    decision = watch_after(policy, observation) if is_public else judge(policy, observation)
    return Watched(phase, policy, observation, decision)


def plugin_name(git: Git, world: World, config: Config) -> str:
    """The name under which the plugin reports.

    Raises:
        PhasegateError: `config-invalid` where several are released and the configuration names none.
    """
    if config.telemetry.plugin is not None:
        return config.telemetry.plugin
    tip = world.tip(world.source)
    names = [plugin.name for plugin in read_snapshot(git, f"{tip}^{{tree}}", config).plugins] if tip else []
    if len(names) != 1:
        raise PhasegateError(
            ErrorCode.CONFIG_INVALID,
            f"{len(names)} plugins are released here, and telemetry is about one.",
            hint='Name it: `plugin = "NAME"` in [tool.phasegate.telemetry].',
        )
    return names[0]


def _observe(
    policy: Policy,
    config: Config,
    environment: Mapping[str, str],
    plugin: str,
    versions: Versions,
    window: Window,
    gone_of: Callable[[Iterable[str]], int],
) -> Observation:
    telemetry = config.telemetry
    if telemetry.prometheus_variable is not None:
        address = environment.get(telemetry.prometheus_variable, "")
        if not address:
            doubt = f"the variable {telemetry.prometheus_variable} holds no address of a Prometheus"
            return Observation(window.since_s, window.until_s, doubts=(doubt,))
        return Prometheus(address).observe(policy, plugin, versions, window, STEP_S)
    every = (*versions.canary, *versions.control)
    before, doubts = _units_before(config, plugin, versions, window.since_s) if versions.control else ((), ())
    with open_reading(telemetry.logs, plugin, window) as reading:
        gone = gone_of(reading.intake.folders)
        doubts = (*doubts_about(reading.intake), *doubts)
        if gone:
            doubts = (f"{gone} of the log folders that were read before are not there any more", *doubts)
        return observe(
            policy,
            reading.units(every),
            versions,
            window,
            step_s=STEP_S,
            heartbeats=reading.heartbeats(every),
            before=before,
            doubts=dict.fromkeys(doubts),
        )


def _units_before(
    config: Config, plugin: str, versions: Versions, since_s: float
) -> tuple[tuple[Unit, ...], tuple[str, ...]]:
    earlier = Window(since_s - BEFORE_S, since_s)
    with open_reading(config.telemetry.logs, plugin, earlier, streams=(Stream.COMMANDS,)) as reading:
        return reading.units(versions.control), doubts_about(reading.intake)


def _public_versions(state: State, config: Config) -> tuple[str, ...]:
    """What people have who do not take part: the versions that the public channel carried, but for withdrawn ones."""
    channel = state.channels.get(config.public_channel)
    carried = (channel.version, *channel.history) if channel else ()
    return tuple(dict.fromkeys(v for v in carried if state.releases[v].withdrawn is None))


def _policy(watch: Watch, *, has_control: bool) -> Policy:
    policy = Policy(
        min_units=watch.least_units,
        patience_s=watch.patience_s,
        control=watch.control and has_control,
        is_random=watch.random,
    )
    known = [rule.name for rule in policy.rules if rule.severity in policy.rolls_back]
    unknown = sorted(set(watch.unattended) - set(known))
    if unknown:
        raise PhasegateError(
            ErrorCode.CONFIG_INVALID,
            f"watch.unattended names {', '.join(unknown)}, which is no rule of the judge that rolls back.",
            hint=f"Those are {', '.join(known)}; every other one holds.",
        )
    rules = (replace(r, unattended=Unattended(watch.unattended.get(r.name, "off"))) for r in policy.rules)
    return replace(policy, rules=tuple(rules))
