"""`invoke monitor.prune`, `monitor.silence`, `monitor.probe`: what keeps the watch going."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

from phasegate.errors import ErrorCode, PhasegateError
from phasegate.tasks.frame import (
    fail_after_result,
    open_desk,
    print_json,
    refuse_combination,
    seconds_of,
    verb,
)
from phasegate.terminal import printable

if TYPE_CHECKING:
    from invoke.context import Context


@verb()
def prune(context: Context, json: bool = False, sandbox: str | None = None) -> None:  # noqa: ARG001 - Invoke's form
    """Keep the report of each day, compact rotated logs where DuckDB is installed, delete what is older than it is kept."""
    from phasegate.rollout.watching.archive import archive_days, drop_outdated
    from phasegate.telemetry.keeping.retention import prune as prune_logs
    from phasegate.telemetry.logs.locations import expand, not_there
    from phasegate.telemetry.sources.opening import has_duckdb

    desk = open_desk(sandbox)
    telemetry, now_s = desk.config.telemetry, time.time()
    desk.say("keeping the reports of days before their logs go")
    reported = archive_days(desk, now_s)
    outdated = drop_outdated(desk.repository.state_folder, now_s)
    if has_duckdb():
        from phasegate.telemetry.keeping.compaction import compact

        done = compact(telemetry.logs, kept_s=telemetry.retention_s)
    else:
        done = prune_logs(telemetry.logs, kept_s=telemetry.retention_s)
    deleted = [*done.deleted, *outdated]
    groups = {"reported": reported, "compacted": done.compacted, "deleted": deleted, "waiting": done.waiting}
    if json:
        print_json(
            {
                "schema": 1,
                **{k: [str(p) for p in paths] for k, paths in groups.items()},
                "problems": done.problems,
            }
        )
    else:
        lines = [f"{kind}: {path}" for kind, paths in groups.items() for path in paths]
        print("\n".join(map(printable, lines or ["Nothing to do."])))
    missing = not_there(expand(telemetry.logs)[1])
    if missing and not done.problems:
        fail_after_result(
            PhasegateError(
                ErrorCode.TELEMETRY_MISSING, "Not all of the log folders are there.", details=missing
            )
        )
    if done.problems:
        fail_after_result(
            PhasegateError(
                ErrorCode.FILE_UNWRITTEN,
                "Not all of it could be done.",
                details=tuple(done.problems),
                hint="Mend that, and repeat.",
            )
        )


@verb(
    rule="The rule's name.",
    for_="How long, such as 2h.",
    reason="Why; it is kept with your name.",
    label="Only alerts with this label, as NAME=VALUE, such as version=1.1.0.",
)
def silence(
    context: Context,  # noqa: ARG001 - Invoke's form
    rule: str,
    for_: str = "1h",
    reason: str = "",
    label: str | None = None,
    json: bool = False,
    sandbox: str | None = None,
) -> None:
    """Tell nobody of an alert for a while."""
    from phasegate.ledger.times import iso
    from phasegate.rollout.watching.alerting import silence as keep_silence
    from phasegate.rollout.watching.monitor import BOARD, load_book
    from phasegate.telemetry.alerts.attention import Silence

    desk = open_desk(sandbox)
    known = {each.name: each.by for each in load_book(desk).rules}
    if rule not in known:
        raise refuse_combination(f"There is no rule {rule!r}.", f"Choose one of {', '.join(known)}.")
    if not reason.strip():
        raise refuse_combination("A silence needs a reason.", "Say why: --reason REASON; it is kept.")
    name, equals, value = (label or "").partition("=")
    if label and not (name and equals):
        raise refuse_combination(f"{label!r} is no label.", "Give it as NAME=VALUE.")
    if label and name not in known[rule]:
        raise refuse_combination(
            f"Alerts of {rule} have no label {name!r}.", f"They have {', '.join(known[rule])}."
        )
    length_s = seconds_of(for_)
    if not length_s:
        raise refuse_combination("A silence of no time silences nothing.", "Say how long: such as --for 2h.")
    now_s = time.time()
    labels = ((name, value),) if label else ()
    by = str(desk.occasion().identity)
    made = Silence(rule, labels, now_s + length_s, by, desk.discreet(reason))
    wrong = keep_silence(desk.repository.state_folder / BOARD, made, now_s)
    if wrong:
        desk.say(printable(wrong))
    if json:
        print_json({"schema": 1, "silence": made.as_json()})
    else:
        print(f"{rule} is silent until {iso(int(made.until_s))}.")


@verb(folder="Where the plugin's servers work; the repository's folder by default.")
def probe(
    context: Context,  # noqa: ARG001 - Invoke's form
    folder: str | None = None,
    json: bool = False,
    sandbox: str | None = None,
) -> None:
    """Ask the plugin in this checkout what its commands ask, as a client does, and log how it went as a probe."""
    from phasegate.rollout.watching.probing import probe_plugin

    desk = open_desk(sandbox)
    found = probe_plugin(desk, Path(folder) if folder else desk.repository.root)
    bad = tuple(f"{each.subject}: {each.reason}" for each in found.probed if not each.is_good)
    if json:
        rows = [vars(each) for each in found.probed]
        print_json({"schema": 1, "probed": rows, "documented": found.documented, "accurate": found.accurate})
    else:
        lines = [
            f"{'good' if p.is_good else 'BAD '} {p.subject} {p.duration_s:.2f} s {p.reason}".rstrip()
            for p in found.probed
        ]
        lines.append(f"{found.accurate} of {found.documented} documented tools are served")
        print("\n".join(map(printable, lines)))
    if not found.probed:
        fail_after_result(
            PhasegateError(ErrorCode.TELEMETRY_MISSING, "The plugin has no server, so nothing was probed.")
        )
    if bad or found.accurate < found.documented:
        fail_after_result(
            PhasegateError(
                ErrorCode.RELEASE_UNHEALTHY, "The plugin does not answer as it should.", details=bad
            )
        )
