"""`invoke monitor` and what belongs to it: a plugin in use as it happens."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

from phasegate.errors import ErrorCode, PhasegateError
from phasegate.tasks.frame import fail_after_result, open_desk, print_json, refuse_combination, verb
from phasegate.terminal import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from invoke.context import Context
    from rich.console import Console, RenderableType

    from phasegate.rollout.desk import Desk
    from phasegate.rollout.watching.monitor import Monitor
    from phasegate.telemetry.live.dashboard import Snapshot
    from phasegate.telemetry.live.lines import Tone
    from phasegate.telemetry.logs.stream import Stream

REFRESH_S = 10.0
OBSERVE_S = 60.0
_HOURS = 24
_MOST_HOURS = 366 * 24
FILTERS = {
    "command": "Only this command.",
    "mode": "Only this mode.",
    "version": "Only this version of the plugin.",
}


@verb(once="Look once.", hours="How many hours the figures go back.", quiet="Send no notice of an alert.")
def monitor(
    context: Context,  # noqa: ARG001 - Invoke's form
    once: bool = False,
    hours: int = _HOURS,
    quiet: bool = False,
    json: bool = False,
    sandbox: str | None = None,
) -> None:
    """The dashboard: figures, trends, the rollout and its judge, alerts; refreshed every ten seconds until Ctrl-C."""
    from phasegate.rollout.watching.monitor import Monitor

    if not 1 <= hours <= _MOST_HOURS:
        raise refuse_combination(
            f"The figures cannot go back {hours} hours.", f"Give --hours of 1 to {_MOST_HOURS}."
        )
    watching = Monitor(open_desk(sandbox), hours)
    watching.catch_up(time.time())
    if once or json:
        snapshot = watching.look(time.time(), tell=not quiet)
        _show(snapshot, as_json=json)
        _fail_where_blind(snapshot)
        return
    with watching:
        _show_again_and_again(watching, tell=not quiet)


def _show(snapshot: Snapshot, *, as_json: bool) -> None:
    if as_json:
        print_json(snapshot.as_json())
        return
    console = _console()
    console.print(_drawn(snapshot, console))


def _show_again_and_again(watching: Monitor, *, tell: bool) -> None:
    from rich.live import Live

    console = _console()
    if not console.is_terminal or console.is_dumb_terminal:  # what was shown there cannot be replaced
        for snapshot in _looks(watching, tell=tell):
            console.print(_drawn(snapshot, console))
        return
    with Live(console=console, auto_refresh=False) as live:
        for snapshot in _looks(watching, tell=tell):
            live.update(_drawn(snapshot, console), refresh=True)


def _looks(watching: Monitor, *, tell: bool) -> Iterator[Snapshot]:
    """What is to be shown now, and again and again, for ever."""
    from phasegate.telemetry.logs.following import POLL_S

    looked_s = observed_s = time.monotonic()
    yield watching.look(time.time(), tell=tell)
    while True:
        time.sleep(POLL_S)
        watching.follow()
        now_s = time.monotonic()
        if now_s - observed_s >= OBSERVE_S:
            observed_s = now_s
            watching.observe_again()
        if now_s - looked_s >= REFRESH_S:
            looked_s = now_s
            yield watching.look(time.time(), tell=tell)


def _drawn(snapshot: Snapshot, console: Console) -> RenderableType:
    from phasegate.telemetry.live.dashboard import draw

    encoding = (console.encoding or "").lower()
    return draw(snapshot, console.width, has_unicode=encoding.startswith("utf"))


def _fail_where_blind(snapshot: Snapshot) -> None:
    """A look that saw nothing, or that could not tell what it saw, is no good look."""
    if snapshot.untold:
        fail_after_result(
            PhasegateError(
                ErrorCode.EFFECTS_OPEN,
                "An alert is due that could not be told.",
                details=tuple(snapshot.untold),
                hint="Mend the channel; the next look tries again.",
            )
        )
    intake = snapshot.report.intake
    if not intake.files or intake.missing or intake.unreadable:
        what = (
            "Not all of the logs could be looked at, so not everything would be noticed."
            if intake.files
            else "There was no log to look at, so nothing would be noticed."
        )
        _fail_for_logs(what, [*(f"not there: {folder}" for folder in intake.missing), *intake.unreadable])


def _fail_for_logs(what: str, details: Iterable[str]) -> None:
    fail_after_result(
        PhasegateError(
            ErrorCode.TELEMETRY_MISSING,
            what,
            details=tuple(map(printable, details)),
            hint="See `logs` in [tool.phasegate.telemetry].",
        )
    )


@verb(**FILTERS, once="Print what is there and stop.")
def performance(
    context: Context,  # noqa: ARG001 - Invoke's form
    command: str = "",
    mode: str = "",
    version: str = "",
    once: bool = False,
    json: bool = False,
    sandbox: str | None = None,
) -> None:
    """Runs as they end: red over the time budget, yellow above four fifths of it."""
    from phasegate.telemetry.live.lines import run_line
    from phasegate.telemetry.logs.stream import Stream

    _follow(open_desk(sandbox), Stream.COMMANDS, run_line, (command, mode, version), once=once, as_json=json)


@verb(**FILTERS, once="Print what is there and stop.")
def errors(
    context: Context,  # noqa: ARG001 - Invoke's form
    command: str = "",
    mode: str = "",
    version: str = "",
    once: bool = False,
    json: bool = False,
    sandbox: str | None = None,
) -> None:
    """Errors as they are logged, coloured by severity."""
    from phasegate.telemetry.live.lines import error_line
    from phasegate.telemetry.logs.stream import Stream

    _follow(open_desk(sandbox), Stream.ERRORS, error_line, (command, mode, version), once=once, as_json=json)


def _follow(
    desk: Desk,
    stream: Stream,
    line_of: Callable[[Mapping[str, object]], tuple[str, Tone]],
    wanted: tuple[str, str, str],
    *,
    once: bool,
    as_json: bool,
) -> None:
    import json as json_library

    from rich.text import Text

    from phasegate.telemetry.live.lines import Filter
    from phasegate.telemetry.logs.following import Follower
    from phasegate.telemetry.logs.line import Kind
    from phasegate.telemetry.logs.locations import expand, not_there
    from phasegate.telemetry.logs.locations import shown as shown_path
    from phasegate.telemetry.readers.columns import members
    from phasegate.telemetry.reports.terminal import overflow_on

    shown, console = Filter(_plugins(desk), *wanted), _console()
    logs = desk.config.telemetry.logs
    follower = Follower(logs, (stream,), whole=once)
    missing = not_there(expand(logs)[1])
    if not once:
        desk.say(f"following {', '.join(logs)}; Ctrl-C ends it")
        for words in missing:
            desk.say(printable(words))
    for followed in follower.poll() if once else follower.follow():
        if followed.line.kind is Kind.REJECTED:
            desk.say("a line that is no event")
        elif followed.line.kind is Kind.EVENT and shown.takes(followed.line.event):
            if as_json:  # of what the schema does not know nobody can say that it is harmless
                known = {n: v for n, v in followed.line.event.items() if n in members(stream)}
                print(json_library.dumps(known), flush=True)
            else:
                words, tone = line_of(followed.line.event)
                line = Text(words, style=tone.value)
                console.print(
                    line, soft_wrap=not console.is_terminal, no_wrap=True, overflow=overflow_on(console)
                )
    refused = [f"{shown_path(path)}: {words}" for path, words in follower.unreadable.items()]
    if missing or refused:
        _fail_for_logs("Not all of the logs could be read.", [*missing, *refused])


def _plugins(desk: Desk) -> list[str]:
    """The names under which what is released here reports: a log folder is often that of every plugin of a machine."""
    from phasegate.plugin.manifest import find_plugins
    from phasegate.plugin.tree import checkout_files

    if desk.config.telemetry.plugin is not None:
        return [desk.config.telemetry.plugin]
    return [plugin.name for plugin in find_plugins(checkout_files(desk.repository.git), desk.config.plugins)]


def _console() -> Console:
    from rich.console import Console

    return Console(file=sys.stdout, highlight=False)
