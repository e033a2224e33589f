"""States and worlds made by hand, in few words."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from phasegate.config import Config
from phasegate.git.remote import RemoteRef
from phasegate.git.repository import Identity
from phasegate.ledger.chain import LEDGER_REF
from phasegate.ledger.operation import Operation
from phasegate.ledger.records import Channel, Docs, Judgement, Release, Rollout
from phasegate.ledger.state import State
from phasegate.ledger.times import iso
from phasegate.rollout.reading.materials import Occasion
from phasegate.rollout.reading.world import World

if TYPE_CHECKING:
    from phasegate.rollout.planning.targets import Choice
    from phasegate.version.semver import Version

AT_S = 1_800_000_000
AT = iso(AT_S)
CONFIG = Config()
OCCASION = Occasion(Identity("Ada", "ada@example.test"), AT_S, AT_S, "it burns")


def release(version: str, content: str = "", **fields: Any) -> Release:
    """A release whose tree, commit and (unless given) content are named after its version."""
    kind = "candidate" if "-" in version else "release"
    plain = Release(
        version,
        kind,
        f"tree {version}",
        content or f"content {version}",
        f"commit {version}",
        "source",
        1,
        AT,
    )
    return replace(plain, **fields)


def channel(name: str, *history: str) -> Channel:
    """Channel `name` with the versions it has carried; its commit is named after both."""
    return Channel(f"refs/heads/{name}", f"{name} {history[-1]}", f"tree {history[-1]}", history[-1], history)


def docs(*versions: str, now: str | None = None) -> Docs:
    """The docs branch with the sites of `versions`; it carries `now`, else the last of them."""
    sites = {version: f"site {version}" for version in versions}
    return Docs(
        "refs/heads/gh-pages", "docs commit", "docs tree", now or (versions[-1] if versions else None), sites
    )


def rollout(version: str, content: str = "", *phases: str, **fields: Any) -> Rollout:
    """The rollout of `version` with one candidate, entered into `phases` at the usual time."""
    plain = Rollout(version, f"{version}-rc.1", "source", content or f"content {version}", "notes\n")
    return replace(plain, entered=dict.fromkeys(phases or ("internal",), AT), **fields)


def state(*releases: Release, **fields: Any) -> State:
    """A state with `releases`; channels are given as `channels={name: (versions…)}`."""
    carried = {name: channel(name, *history) for name, history in fields.pop("channels", {}).items()}
    known = {r.version: r for r in releases}
    return State(length=len(known), releases=known, channels=carried, **fields)


def world(after: State, **moved: str | None) -> World:
    """The world as the ledger left it; `moved` says where channels are instead (None: gone)."""
    refs = {c.ref: c.commit for c in after.channels.values()}
    if after.docs:
        refs[after.docs.ref] = after.docs.commit
    if after.length:
        refs[LEDGER_REF] = "ledger head"
    for name, commit in moved.items():
        refs[f"refs/heads/{name.replace('_', '-')}"] = commit or ""
    return World({ref: RemoteRef(c, c) for ref, c in refs.items() if c}, "refs/heads/main", after)


def judgement(gate: str, content: str) -> Judgement:
    return Judgement(gate, "PASS", "fine", content, "t", "d", "3.9", AT, 1.0)


def rolled_back(before: State, choice: Choice, versions: dict[str, Version]) -> State:
    """The state after `choice` was made real under `versions`, as the ledger would fold it."""
    made = {
        str(versions[t.channel]): replace(
            t.good,
            version=str(versions[t.channel]),
            kind="flag" if choice.flags_off else "rollback",
            tree=f"{t.good.tree} as {versions[t.channel]}",
            restores=None if choice.flags_off else t.good.restores or t.good.version,
            flags=dict.fromkeys(t.good.flags, False) if choice.flags_off else t.good.flags,
        )
        for t in choice.targets
    }
    withdrawn = {
        v: "bad" for v, r in before.releases.items() if r.content in choice.bad and r.withdrawn is None
    }
    site = None
    if before.docs and before.docs.version and choice.site:
        back = (*before.docs.taken_back, before.docs.version)
        site = replace(before.docs, version=choice.site[0], taken_back=back)
    operation = Operation(
        before.length + 1,
        "rollback",
        "Roll back",
        AT,
        "Ada",
        "",
        "",
        releases=tuple(made.values()),
        channels={
            t.channel: channel(t.channel, *before.channels[t.channel].history, str(versions[t.channel]))
            for t in choice.targets
        },
        docs=site or None,
        rollout=None if withdrawn else before.rollout,
        withdrawn=withdrawn,
    )
    return before.apply(operation)
