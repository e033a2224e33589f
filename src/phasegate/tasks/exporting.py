"""`invoke monitor.export`, `monitor.push`, `monitor.serve`: the same rules and metrics beyond one machine."""

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
    writing,
)
from phasegate.terminal import printable

if TYPE_CHECKING:
    from invoke.context import Context


@verb(
    prometheus="Write Prometheus's rules and their tests, Alertmanager's configuration, Grafana's dashboard, ClickHouse's report.",
    webhook="Where Alertmanager's receivers post, each with its severity as the path.",
)
def export(
    context: Context,  # noqa: ARG001 - Invoke's form
    prometheus: str,
    webhook: str | None = None,
    json: bool = False,
    sandbox: str | None = None,
) -> None:
    """Write the same rules for engines beyond one machine, into the folder that --prometheus names."""
    from phasegate.rollout.watching.monitor import RUNBOOKS, load_book
    from phasegate.telemetry.exports.writing import write_exports

    desk = open_desk(sandbox)
    book = load_book(desk)
    with writing(prometheus):
        written = write_exports(Path(prometheus), book, RUNBOOKS, webhook)
    if json:
        print_json({"schema": 1, "written": [str(path) for path in written]})
    else:
        print("\n".join(f"written: {path}" for path in written))


@verb(
    to="The store's address, such as http://127.0.0.1:8428; it may come from the variable PHASEGATE_METRICS.",
    since="How far back, such as 24h.",
    step="Seconds from one sample to the next.",
)
def push(
    context: Context,  # noqa: ARG001 - Invoke's form
    to: str | None = None,
    since: str = "24h",
    step: int = 60,
    json: bool = False,
    sandbox: str | None = None,
) -> None:
    """Send the metrics of the past, with their times, to a store that imports them, such as VictoriaMetrics."""
    from phasegate.rollout.reading.watching import plugin_name
    from phasegate.rollout.watching.setting import released_of
    from phasegate.telemetry.exports.exposition import released_samples
    from phasegate.telemetry.exports.shipping import ShippingError, sender, ship
    from phasegate.telemetry.reading import Window
    from phasegate.telemetry.sources.events import read_events

    desk = open_desk(sandbox)
    address = to or desk.environment.get("PHASEGATE_METRICS", "")
    now_s = time.time()
    world = desk.observe()
    plugin = plugin_name(desk.repository.git, world, desk.config)
    events, unread = read_events(desk.config.telemetry.logs, plugin, Window(now_s - seconds_of(since), now_s))
    try:
        released = released_samples(released_of(world.state, desk.config, plugin))
        sent = ship(events, max(1, step), now_s, released, sender(address))
    except ShippingError as error:
        raise PhasegateError(
            ErrorCode.TELEMETRY_UNSENT,
            "The metrics were not sent.",
            why=str(error),
            hint="Give the address with --to.",
        ) from None
    if json:
        print_json({"schema": 1, "events": len(events), "samples": sent})
    else:
        print(f"{sent} samples of {len(events)} events were sent.")
    if unread:
        fail_after_result(
            PhasegateError(
                ErrorCode.TELEMETRY_MISSING,
                "Not all of the logs could be read, so the store lacks what they hold.",
                details=tuple(map(printable, unread)),
                hint="Mend that. What was sent cannot be sent again beside it: see monitor.push in docs/monitoring.md.",
            )
        )


@verb(port="The port on this machine's loopback address.")
def serve(
    context: Context,  # noqa: ARG001 - Invoke's form
    port: int = 9464,
    sandbox: str | None = None,
) -> None:
    """Let a Prometheus on this machine scrape the metrics, until Ctrl-C."""
    from prometheus_client import CollectorRegistry, start_http_server

    from phasegate.rollout.watching.serving import Counted
    from phasegate.telemetry.exports.exposition import Exposition
    from phasegate.telemetry.logs.following import POLL_S

    counted = Counted(open_desk(sandbox))
    for words in counted.unread:
        counted.desk.say(printable(words))
    registry = CollectorRegistry(auto_describe=False)
    registry.register(Exposition(counted, time.time, counted.released))
    try:
        start_http_server(port, addr="127.0.0.1", registry=registry)
    except (OSError, OverflowError) as error:
        raise refuse_combination(
            f"Port {port} cannot be used: {error}.", "Choose another one with --port."
        ) from None
    counted.desk.say(f"metrics: http://127.0.0.1:{port}/metrics; Ctrl-C ends it")
    while True:
        counted.follow()
        time.sleep(POLL_S)
