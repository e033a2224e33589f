"""`[tool.phasegate]` and phasegate.toml read as a `Config`; every mistake is reported at once, with its key."""

from __future__ import annotations

from typing import TYPE_CHECKING

from phasegate.config import (
    CRITERIA,
    DEFAULT_CHANNELS,
    DEFAULT_GATES,
    DEFAULT_PHASES,
    DOCS_PHASE,
    PHASES,
    UNATTENDED,
    Config,
    Gate,
    Group,
    Notify,
    Phase,
    Telemetry,
    Watch,
)
from phasegate.toml_table import (
    Table,
    boolean,
    branch,
    choice_of,
    duration_s,
    file,
    folder,
    label,
    limit_s,
    list_of,
    one_of,
    optional,
    positive,
    read_toml,
    refuse_mistakes,
    tag_format,
    text,
    variable,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

OWN_FILE, PROJECT_FILE = "phasegate.toml", "pyproject.toml"
"""Where the configuration stands; the first that is there counts."""


def load_config(folder: Path) -> Config:
    """Read `phasegate.toml`, else `[tool.phasegate]` of `pyproject.toml`, else the defaults.

    Raises:
        PhasegateError: `config-invalid`, with every mistake and its key.
    """
    names = (OWN_FILE, PROJECT_FILE)
    return read_config({name: (folder / name).read_bytes() for name in names if (folder / name).is_file()})


def read_config(files: Mapping[str, bytes]) -> Config:
    """The configuration in `files` (name → content): `phasegate.toml`, else `pyproject.toml`, else the defaults.

    Raises:
        PhasegateError: `config-invalid`, with every mistake and its key.
    """
    table = own_table(files)
    return parse_config({} if table is None else table, where=OWN_FILE if OWN_FILE in files else PROJECT_FILE)


def own_table(files: Mapping[str, bytes]) -> object:
    """What stands in `files` for phasegate, as TOML gives it; None where nothing does.

    Raises:
        PhasegateError: `config-invalid` where the file is no TOML.
    """
    if OWN_FILE in files:
        return read_toml(OWN_FILE, files[OWN_FILE])
    tool = read_toml(PROJECT_FILE, files.get(PROJECT_FILE, b"")).get("tool")
    return tool.get("phasegate") if isinstance(tool, dict) else None


def parse_config(table: object, *, where: str = "phasegate.toml") -> Config:
    """Turn a parsed table into a `Config`.

    Raises:
        PhasegateError: `config-invalid`, with every mistake and its key.
    """
    mistakes: list[str] = []
    config = _read_config(Table(table, "", mistakes))
    refuse_mistakes(where, mistakes)
    return config


def _read_config(table: Table) -> Config:
    defaults = Config()
    table.only(name.removesuffix("_s") for name in Config.__dataclass_fields__)
    gates = {**DEFAULT_GATES, **{name: _read_gate(name, t) for name, t in table.tables("gates").items()}}
    channels = _read_channels(table)
    config = Config(
        remote=table.get("remote", defaults.remote, branch),
        remote_timeout_s=table.get("remote_timeout", defaults.remote_timeout_s, limit_s),
        source=table.get("source", None, branch),
        tag_format=table.get("tag_format", defaults.tag_format, tag_format),
        changelog=table.get("changelog", defaults.changelog, optional(file)),
        plugins=table.get("plugins", (), list_of(folder)),
        channels=channels,
        docs_branch=table.get("docs_branch", defaults.docs_branch, optional(branch)),
        phases=_read_phases(table, channels),
        gates=gates,
        notify=_read_notify(table.table("notify")),
        telemetry=_read_telemetry(table.table("telemetry")),
        watch=_read_watch(table.table("watch")),
        jobs=table.get("jobs", defaults.jobs, positive),
    )
    _check_branches(config, table)
    _check_artifact(config, table)
    return config


def _read_gate(name: str, table: Table) -> Gate:
    table.only(("session", "args", "artifact", "group"))
    default = Config().gate(name)
    return Gate(
        name=name,
        session=table.get("session", name, label),
        args=table.get("args", (), list_of(text)),
        artifact=table.get("artifact", default.artifact, folder),
        group=table.get("group", default.group, choice_of(Group)),
    )


def _read_channels(table: Table) -> dict[str, str]:
    given = table.table("channels")
    return {**DEFAULT_CHANNELS, **{name: given.get(name, name, branch) for name in given.labels()}}


def _read_phases(table: Table, channels: Mapping[str, str]) -> dict[str, Phase]:
    table.table("phases").only(PHASES)
    given = table.tables("phases")
    phases = {}
    for name in PHASES:
        default = DEFAULT_PHASES[name]
        phases[name] = _read_phase(default, given[name], channels) if name in given else default
    without_docs = table.items.get("docs_branch") is False
    return {name: phase for name, phase in phases.items() if not (without_docs and name == DOCS_PHASE)}


def _read_phase(default: Phase, table: Table, channels: Mapping[str, str]) -> Phase:
    table.only(("channel", "gates", "soak", "criteria"))
    if default.channel is None and "channel" in table.items:
        table.wrong("channel", "the docs phase publishes to docs_branch, not to a channel")
    phase = Phase(
        name=default.name,
        channel=table.get("channel", default.channel, text),
        gates=table.get("gates", default.gates, list_of(label)),
        soak_s=table.get("soak", default.soak_s, duration_s),
        criteria=table.get("criteria", default.criteria, list_of(text)),
    )
    for criterion in phase.criteria:
        if criterion not in CRITERIA:
            table.wrong("criteria", f"{criterion!r} is none of the criteria: {', '.join(CRITERIA)}")
    if phase.channel is not None and phase.channel not in channels:
        table.wrong("channel", f"{phase.channel!r} is none of the channels: {', '.join(channels)}")
    if phase.name == PHASES[0] and not phase.gates:
        table.wrong("gates", "the first phase needs at least one gate, or a release would go out unexamined")
    return phase


def _read_notify(table: Table) -> Notify:
    table.only(Notify.__dataclass_fields__)
    return Notify(
        console=table.get("console", True, boolean),
        file=table.get("file", None, file),
        apprise_variable=table.get("apprise_variable", None, variable),
    )


def _read_telemetry(table: Table) -> Telemetry:
    table.only(name.removesuffix("_s") for name in Telemetry.__dataclass_fields__)
    default, probe = Telemetry(), table.table("probe")
    return Telemetry(
        logs=table.get("logs", default.logs, list_of(text)),
        plugin=table.get("plugin", None, label),
        prometheus_variable=table.get("prometheus_variable", None, variable),
        rules=table.get("rules", None, file),
        retention_s=table.get("retention", default.retention_s, limit_s),
        probe={name: probe.get(name, "", text) for name in probe.labels()},
    )


def _read_watch(table: Table) -> Watch:
    table.only(name.removesuffix("_s") for name in Watch.__dataclass_fields__)
    default, unattended = Watch(), table.table("unattended")
    return Watch(
        least_units=table.get("least_units", default.least_units, positive),
        control=table.get("control", True, boolean),
        random=table.get("random", False, boolean),
        patience_s=table.get("patience", default.patience_s, limit_s),
        unattended={rule: unattended.get(rule, "off", one_of(UNATTENDED)) for rule in unattended.labels()},
    )


def _check_artifact(config: Config, table: Table) -> None:
    docs = config.phases.get(DOCS_PHASE)
    if docs is not None and sum(config.gate(name).artifact is not None for name in docs.gates) != 1:
        table.wrong("phases.docs.gates", "exactly one of them must have an artifact: the site to publish")


def _check_branches(config: Config, table: Table) -> None:
    claims = [(f"channels.{name}", branch_name) for name, branch_name in config.channels.items()]
    claims += [("docs_branch", config.docs_branch)] if config.docs_branch else []
    claims += [("source", config.source)] if config.source else []
    for key, name, owner in _claimed_twice(claims):
        table.wrong(key, f"branch {name!r} is already {owner}; each needs a branch of its own")
    users = [(phase.name, phase.channel) for phase in config.phases.values() if phase.channel]
    for phase, _, owner in _claimed_twice(users):
        table.wrong(f"phases.{phase}.channel", f"phase {owner} publishes there already")


def _claimed_twice(claims: list[tuple[str, str]]) -> list[tuple[str, str, str]]:
    """Claimant, what it claims, and who claimed that first."""
    first = {name: claimant for claimant, name in reversed(claims)}
    return [(claimant, name, first[name]) for claimant, name in claims if first[name] != claimant]
