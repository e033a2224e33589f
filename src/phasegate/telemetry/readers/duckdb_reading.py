"""Questions to the tables that DuckDB read events into."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from phasegate.telemetry.logs.stream import Stream
from phasegate.telemetry.readers.columns import check_grouped, members
from phasegate.telemetry.readers.quantiles import DIGITS
from phasegate.telemetry.reading import (
    HEARTBEAT_S,
    SERVED,
    UNSERVED,
    Audience,
    Bucket,
    Group,
    Heartbeat,
    Intake,
    Quality,
    Runs,
    Unit,
    Window,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from duckdb import DuckDBPyConnection

_SERVED = f"outcome IN {SERVED}"
_WITHIN = "at_us >= $since AND at_us < $until"
_PEOPLE = f"{_WITHIN} AND NOT probe"
_RUNS = f"""
    count(*) FILTER (outcome = 'ok'), count(*) FILTER (outcome = 'partial'), count(*) FILTER (outcome = 'failed'),
    count(*) FILTER (outcome = 'refused'), count(*) FILTER (outcome = 'cancelled'),
    count(*) FILTER (over_budget AND {_SERVED}),
    quantile_cont(duration_s, [0.5, 0.95, 0.99]) FILTER ({_SERVED}), max(duration_s) FILTER ({_SERVED})"""
_SEEN = " UNION ALL ".join(
    f'SELECT version, install, "user", session, at_us FROM {stream.value} WHERE {_PEOPLE}'
    for stream in Stream
)


class DuckdbReading:
    """A reading over the tables of a connection, one a stream."""

    def __init__(self, connection: DuckDBPyConnection, window: Window, intake: Intake) -> None:
        self._connection, self.window, self.intake = connection, window, intake
        self._span = {"since": round(window.since_s * 1e6), "until": round(window.until_s * 1e6)}

    def groups(self, by: Sequence[str], *, probes: bool = False) -> tuple[Group, ...]:
        """The runs grouped by columns, in order of their keys.

        Raises:
            ValueError: runs cannot be grouped by one of them.
        """
        check_grouped(by)
        keys = "".join(f"{name}::VARCHAR, " for name in by)
        grouping = f" GROUP BY {', '.join(by)}" if by else ""
        rows = self._ask(
            f"SELECT {keys}{_RUNS} FROM commands WHERE {_WITHIN if probes else _PEOPLE}{grouping}"
        )
        groups = (Group(dict(zip(by, row)), _runs(row[len(by) :])) for row in rows)
        return tuple(sorted(groups, key=lambda group: tuple(group.key.values())))

    def timeline(
        self, step_s: int, *, versions: Collection[str] = (), modes: Collection[str] = ()
    ) -> tuple[Bucket, ...]:
        """The runs of each step, oldest first."""
        wanted = {"version": list(versions), "mode": list(modes)}
        chosen = {f"{column}s": values for column, values in wanted.items() if values}
        where = "".join(
            f" AND list_contains(${column}s, {column})" for column, values in wanted.items() if values
        )
        rows = self._ask(
            f"SELECT at_us // $step AS step, {_RUNS} FROM commands WHERE {_PEOPLE}{where} GROUP BY step ORDER BY step",
            step=step_s * 1_000_000,
            **chosen,
        )
        return tuple(Bucket(row[0] * step_s, _runs(row[1:])) for row in rows)

    def units(self, versions: Collection[str]) -> tuple[Unit, ...]:
        """The first served run of each install on each of `versions`; of several at one instant the worst.

        A run that does not tell how it ended may have failed: it is a unit, and has no duration that could be reckoned with.
        """
        rows = self._ask(_UNITS, versions=list(versions)) if versions else []
        units = (Unit(at_us / 1e6, *rest) for at_us, *rest in rows)
        return tuple(sorted(units, key=lambda unit: (unit.at_s, unit.install, unit.version)))

    def heartbeats(self, versions: Collection[str]) -> tuple[Heartbeat, ...]:
        """The first event of each install on each of `versions` in each hour, oldest first."""
        rows = self._ask(_HEARTBEATS, versions=list(versions)) if versions else []
        return tuple(Heartbeat(at_us / 1e6, version, install) for at_us, version, install in sorted(rows))

    def audience(self) -> tuple[Audience, ...]:
        """Who used which version, by all the streams that were read."""
        rows = self._ask(_AUDIENCE)
        return tuple(
            Audience(version, installs, latest, users, sessions, last_us / 1e6)
            for version, installs, latest, users, sessions, last_us in sorted(rows)
        )

    def quality(self) -> Quality:
        """What else is measured."""
        errors = self._ask(
            f"SELECT coalesce(its_category, '') AS category, count(*) FROM errors WHERE {_PEOPLE} GROUP BY 1 ORDER BY 1"
        )
        (calls,) = self._ask(_CALLS)
        (usage,) = self._ask(_USAGE)
        (probes,) = self._ask(
            f"SELECT count(*), count(*) FILTER (outcome = 'failed') FROM commands WHERE {_WITHIN} AND probe AND {_SERVED}"
        )
        latencies, renders, lookups, hits = calls
        started, not_started, satisfaction, accuracy = usage
        latency_p50_s, latency_p95_s = _rounded(latencies, 2)
        render_p50_s, render_p95_s = _rounded(renders, 2)
        return Quality(
            errors=dict(errors),
            started=started,
            not_started=not_started,
            probes=probes[0],
            failed_probes=probes[1],
            latency_p50_s=latency_p50_s,
            latency_p95_s=latency_p95_s,
            render_p50_s=render_p50_s,
            render_p95_s=render_p95_s,
            cache_hit_rate=(hits or 0) / lookups if lookups else None,
            satisfaction=satisfaction,
            documentation_accuracy=accuracy,
        )

    def errors(self) -> Iterable[Mapping[str, object]]:
        """The events `error`, oldest first."""
        names = members(Stream.ERRORS)
        values = ", ".join(
            f"strftime(its_{name}, '%Y-%m-%dT%H:%M:%S.%gZ')" if name == "timestamp" else f"its_{name}"
            for name in names
        )
        rows = self._ask(f"SELECT {values} FROM errors WHERE {_PEOPLE} ORDER BY at_us, its_id")
        return ({name: value for name, value in zip(names, row) if value is not None} for row in rows)

    def _ask(self, question: str, **parameters: Any) -> list[tuple[Any, ...]]:
        return self._connection.execute(question, {**self._span, **parameters}).fetchall()


def _runs(row: Sequence[Any]) -> Runs:
    ok, partial, failed, refused, cancelled, over_budget, quantiles, longest = row
    p50_s, p95_s, p99_s = _rounded(quantiles, 3)
    return Runs(ok, partial, failed, refused, cancelled, over_budget, p50_s, p95_s, p99_s, longest)


def _rounded(quantiles: Sequence[float] | None, count: int) -> list[float | None]:
    return [None] * count if quantiles is None else [round(value, DIGITS) for value in quantiles]


_UNITS = f"""
WITH served AS (
    SELECT * FROM commands WHERE {_PEOPLE} AND outcome NOT IN {UNSERVED} AND list_contains($versions, version)
), first AS (SELECT version, install, min(at_us) AS at_us FROM served GROUP BY version, install)
SELECT at_us, version, install, outcome = 'failed', over_budget,
    CASE WHEN {_SERVED} THEN coalesce(duration_s, 'nan'::DOUBLE) ELSE 'nan'::DOUBLE END
FROM served SEMI JOIN first USING (version, install, at_us)
QUALIFY row_number() OVER (
    PARTITION BY version, install ORDER BY outcome = 'failed' DESC, over_budget DESC, coalesce(duration_s, 0) DESC
) = 1"""

_AUDIENCE = f"""
WITH seen AS ({_SEEN}),
    installs AS (SELECT version, install, max(at_us) AS at_us FROM seen GROUP BY version, install),
    latest AS (SELECT install, max((at_us, version)) AS last FROM installs GROUP BY install),
    sizes AS (
        SELECT version, count(DISTINCT "user") AS users, count(DISTINCT session) AS sessions FROM seen GROUP BY version
    )
SELECT version, count(*), count(*) FILTER (last = (at_us, version)), any_value(users), any_value(sessions), max(at_us)
FROM installs JOIN latest USING (install) JOIN sizes USING (version) GROUP BY version"""

_HEARTBEATS = f"""
SELECT min(at_us), version, install FROM ({_SEEN}) WHERE list_contains($versions, version)
GROUP BY version, install, at_us // {HEARTBEAT_S * 1_000_000}"""

_CALLS = f"""
SELECT quantile_cont(latency_s, [0.5, 0.95]), quantile_cont(render_s, [0.5, 0.95]), sum(cache_lookups), sum(cache_hits)
FROM performance WHERE {_PEOPLE}"""

_USAGE = f"""
SELECT count(*) FILTER (event = 'session' AND outcome = 'started' AND NOT probe),
    count(*) FILTER (event = 'session' AND outcome = 'failed' AND NOT probe),
    avg(score) FILTER (event = 'feedback' AND NOT probe),
    arg_max(accurate / documented, at_us) FILTER (event = 'documentation' AND documented > 0 AND accurate IS NOT NULL)
FROM usage WHERE {_WITHIN}"""
