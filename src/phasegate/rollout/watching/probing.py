"""A probe of the plugin in the checkout, and what it found written into its logs."""

from __future__ import annotations

import re
import secrets
import time
from typing import TYPE_CHECKING, Any

from phasegate.errors import ErrorCode, PhasegateError
from phasegate.plugin.manifest import find_plugins
from phasegate.plugin.tree import checkout_files
from phasegate.strict_json import read_json
from phasegate.telemetry.logs.emitting import append
from phasegate.telemetry.logs.line import timestamp_of
from phasegate.telemetry.logs.locations import first_plain
from phasegate.telemetry.logs.stream import Stream
from phasegate.telemetry.probing.probe import SILENCE_S, Probe, probe
from phasegate.telemetry.probing.server import server_commands

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from phasegate.rollout.desk import Desk

_INSTALL = "probe-install"
_COMMAND = re.compile(r"[^A-Za-z0-9_.-]+")


def probe_plugin(desk: Desk, folder: Path) -> Probe:
    """Probe every server of the configured plugin, and append what was found to the first of its log folders.

    Raises:
        PhasegateError: `config-invalid` where there are patterns alone, of which none is a folder to write to.
    """
    logs = _log_folder(desk)
    files = checkout_files(desk.repository.git)
    wanted = desk.config.telemetry.plugin
    plugins = [p for p in find_plugins(files, desk.config.plugins) if wanted in (None, p.name)]
    found = Probe((), 0, 0)
    for plugin in plugins[:1]:
        root = desk.repository.root / plugin.folder
        manifest = read_json((desk.repository.root / plugin.manifest_path).read_bytes())
        documents = [path.read_text(encoding="utf-8") for path in sorted((root / "commands").glob("*.md"))]
        environment = {**desk.environment, "DO_NOT_TRACK": "1"}  # what is written is what is seen from here
        found = probe(
            server_commands(manifest, root), documents, desk.config.telemetry.probe, environment, folder
        )
        _log(desk, logs, plugin.name, plugin.version or "0.0.0", found)
    return found


def _log_folder(desk: Desk) -> Path:
    folder = first_plain(desk.config.telemetry.logs)
    if folder is None:
        raise PhasegateError(
            ErrorCode.CONFIG_INVALID,
            "telemetry.logs names no folder that a probe could log to.",
            why="Its patterns say where to read, not where to write.",
            hint="Add a folder to it: `logs = [..., '~/.claude/logs']`.",
        )
    return folder


def _log(desk: Desk, logs: Path, plugin: str, version: str, found: Probe) -> None:
    common = {"plugin": plugin, "version": version, **_identity(desk)}
    for each in found.probed:
        append(
            logs,
            Stream.COMMANDS,
            _event(
                common, "command", _run_of(each.subject, is_good=each.is_good, duration_s=each.duration_s)
            ),
        )
    if found.documented:
        checked = {"documented": found.documented, "accurate": found.accurate}
        append(logs, Stream.USAGE, _event(common, "documentation", checked))


def _run_of(subject: str, *, is_good: bool, duration_s: float) -> dict[str, Any]:
    return {
        "command": _COMMAND.sub("-", subject)[:64],
        "mode": "default",
        "format": "terminal",
        "outcome": "ok" if is_good else "failed",
        "duration_s": round(duration_s, 6),
        "budget_s": SILENCE_S,
        "packages": 0,
        "explicit": False,
    }


def _event(common: Mapping[str, Any], kind: str, members: Mapping[str, Any]) -> dict[str, Any]:
    stamp = timestamp_of(time.time_ns() // 1000)
    return {
        "schema": 1,
        "timestamp": stamp,
        "id": secrets.token_hex(8),
        "event": kind,
        **common,
        "probe": True,
        **members,
    }


def _identity(desk: Desk) -> dict[str, str]:
    """A name for this prober that says nothing of it: drawn once, kept in the state folder."""
    path = desk.repository.state_folder / _INSTALL
    try:
        drawn = path.read_text(encoding="ascii").strip()
    except OSError:
        drawn = ""
    if not re.fullmatch(r"[0-9a-f]{16}", drawn):
        drawn = secrets.token_hex(8)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(drawn, encoding="ascii")
    return {"install": drawn, "user": drawn, "session": secrets.token_hex(8)}
