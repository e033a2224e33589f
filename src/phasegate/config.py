"""What a repository says about its releases, as frozen values."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import Enum
from typing import TYPE_CHECKING

from phasegate.errors import ErrorCode, PhasegateError

if TYPE_CHECKING:
    from collections.abc import Mapping

PHASES = ("internal", "canary", "docs", "public")
"""The phases of a rollout, in the order in which a release goes through them."""

CRITERIA = ("published", "healthy")
"""The success criteria that a phase can name; phasegate.rollout.planning.criteria holds them."""

HEALTHY = "healthy"
DOCS_PHASE = "docs"
PUBLIC_PHASE = "public"


class Group(Enum):
    """What a gate is about, as the pre-deployment checklist groups it."""

    CODE = "code"
    DOCUMENTATION = "documentation"
    PERFORMANCE = "performance"
    SECURITY = "security"
    COMPATIBILITY = "compatibility"


@dataclass(frozen=True)
class Gate:
    """A check that is a nox session: `nox -s SESSION -- ARGS` in a worktree of the tree it judges.

    Attributes:
        name: what phases and the ledger call it.
        session: the nox session.
        args: what follows `--` on nox's command line.
        artifact: a folder that the session makes and the release needs (the built documentation).
        group: where it stands in the checklist.
    """

    name: str
    session: str
    args: tuple[str, ...] = ()
    artifact: str | None = None
    group: Group = Group.CODE


@dataclass(frozen=True)
class Phase:
    """A named step of a rollout: where it publishes, what opens it, what the next phase waits for."""

    name: str
    channel: str | None
    gates: tuple[str, ...]
    soak_s: float = 0.0
    criteria: tuple[str, ...] = ()


@dataclass(frozen=True)
class Notify:
    """Where notices go. Apprise URLs carry secrets, so only the variable that holds them is named here."""

    console: bool = True
    file: str | None = None
    apprise_variable: str | None = None


@dataclass(frozen=True)
class Telemetry:
    """Where installed plugins report to.

    Attributes:
        logs: folders of logs, or patterns of such; `~` is the home folder.
        plugin: the name under which the plugin reports, or None for the only one that is released.
        prometheus_variable: the variable that holds the address of a Prometheus; where it is given, the judge asks that
            instead of reading logs. The address may hold credentials, so only the variable is named here.
        rules: a file of alert rules, or None for phasegate's own.
        retention_s: how long logs are kept.
        probe: what a probe gives the tools of the plugin's servers, of what they take: name → value.
    """

    logs: tuple[str, ...] = ("~/.claude/logs",)
    plugin: str | None = None
    prometheus_variable: str | None = None
    rules: str | None = None
    retention_s: float = 30 * 86400.0
    probe: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Watch:
    """What criterion `healthy` asks of a release, and what may be done about one that is not, without a person.

    Attributes:
        least_units: how many installs must have run the release, and as many what it is compared with.
        control: whether it is compared with the public release.
        random: whether chance decides who gets it; a channel that people choose is no such.
        patience_s: how long after its entry a phase waits for evidence before a person has to decide.
        unattended: rule of the judge → `off`, `shadow` (say what would be done) or `on` (roll back).
    """

    least_units: int = 300
    control: bool = True
    random: bool = False
    patience_s: float = 7 * 86400.0
    unattended: Mapping[str, str] = field(default_factory=dict)


UNATTENDED = ("off", "shadow", "on")
"""What a rule may do alone."""

DEFAULT_CHANNELS = {"internal": "internal", "canary": "canary", "stable": "stable"}
DEFAULT_PHASES = {
    "internal": Phase("internal", "internal", ("plugin", "tests")),
    "canary": Phase("canary", "canary", ("security",), soak_s=3600.0, criteria=("published",)),
    "docs": Phase("docs", None, ("docs",), criteria=("published",)),
    "public": Phase("public", "stable", ("rehearse",), criteria=("published",)),
}
DEFAULT_GATES = {"docs": Gate("docs", "docs", artifact="site", group=Group.DOCUMENTATION)}
DEFAULT_GROUPS = {
    "docs": Group.DOCUMENTATION,
    "performance": Group.PERFORMANCE,
    "regression": Group.COMPATIBILITY,
    "security": Group.SECURITY,
}
"""The groups of gates whose names say what they are about; every other one is about code."""


@dataclass(frozen=True)
class Config:
    """What a repository says about its releases.

    Attributes:
        remote: the git remote that carries channels, tags and ledger.
        remote_timeout_s: how long it may be silent before it counts as unreachable.
        source: the branch that people work on; None stands for the remote's default branch.
        tag_format: how a version becomes a tag, with `{version}` in it.
        changelog: the stamped changelog's path in the tree, or None.
        plugins: folders of plugins; empty stands for those that the marketplace names.
        channels: channel name → branch.
        docs_branch: the branch that carries the built documentation, or None.
        phases: phase name → phase, in rollout order.
        gates: gate name → gate.
        notify: where notices go.
        telemetry: where installed plugins report to.
        watch: what criterion `healthy` asks of a release.
        jobs: how many gates run side by side.
    """

    remote: str = "origin"
    remote_timeout_s: float = 300.0
    source: str | None = None
    tag_format: str = "v{version}"
    changelog: str | None = "CHANGELOG.md"
    plugins: tuple[str, ...] = ()
    channels: Mapping[str, str] = field(default_factory=lambda: dict(DEFAULT_CHANNELS))
    docs_branch: str | None = "gh-pages"
    phases: Mapping[str, Phase] = field(default_factory=lambda: dict(DEFAULT_PHASES))
    gates: Mapping[str, Gate] = field(default_factory=lambda: dict(DEFAULT_GATES))
    notify: Notify = Notify()
    telemetry: Telemetry = field(default_factory=Telemetry)
    watch: Watch = field(default_factory=Watch)
    jobs: int = 2

    @property
    def public_channel(self) -> str:
        """The channel of phase public."""
        return self.phases[PUBLIC_PHASE].channel or ""

    def gate(self, name: str) -> Gate:
        """The gate of that name; one that no table describes is the session of the same name."""
        return self.gates.get(name) or Gate(name, name, group=DEFAULT_GROUPS.get(name, Group.CODE))

    def phase(self, name: str) -> Phase:
        """The phase of that name.

        Raises:
            PhasegateError: `phase-unknown`, with the phases there are.
        """
        try:
            return self.phases[name]
        except KeyError:
            raise PhasegateError(
                ErrorCode.PHASE_UNKNOWN,
                f"There is no phase {name!r}.",
                hint=f"Choose one of: {', '.join(self.phases)}.",
            ) from None

    def phases_before(self, name: str) -> tuple[Phase, ...]:
        """The phases that a release has gone through when it enters phase `name`."""
        names = list(self.phases)
        return tuple(self.phases[earlier] for earlier in names[: names.index(name)])

    def without_soak(self) -> Config:
        """The same configuration with all soak times zero and nobody watching, for sandboxes and rehearsals."""
        return replace(self, phases={name: _unwatched(phase) for name, phase in self.phases.items()})


def _unwatched(phase: Phase) -> Phase:
    return replace(phase, soak_s=0.0, criteria=tuple(name for name in phase.criteria if name != HEALTHY))
