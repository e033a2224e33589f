"""Questions to the lists that events were read into, without DuckDB."""

from __future__ import annotations

from collections import defaultdict
from math import nan
from typing import TYPE_CHECKING, Any

from phasegate.telemetry.logs.line import number
from phasegate.telemetry.logs.stream import Stream
from phasegate.telemetry.readers.columns import check_grouped
from phasegate.telemetry.readers.quantiles import quantile
from phasegate.telemetry.readers.runs import Run, count, rank, text_of
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
    Unit,
    Window,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence


class PlainReading:
    """A reading over lists."""

    def __init__(
        self,
        window: Window,
        intake: Intake,
        runs: list[Run],
        others: Mapping[Stream, list[tuple[int, dict[str, Any]]]],
    ) -> None:
        self.window, self.intake, self._others = window, intake, others
        self._runs, self._all = [run for run in runs if not run.probe], runs

    def groups(self, by: Sequence[str], *, probes: bool = False) -> tuple[Group, ...]:
        """The runs grouped by columns, in order of their keys.

        Raises:
            ValueError: runs cannot be grouped by one of them.
        """
        check_grouped(by)
        chosen = self._all if probes else self._runs
        grouped = _grouped(chosen, lambda run: tuple(_word(getattr(run, name)) for name in by))
        if not by:
            grouped.setdefault((), [])
        return tuple(Group(dict(zip(by, key)), count(grouped[key])) for key in sorted(grouped))

    def timeline(
        self, step_s: int, *, versions: Collection[str] = (), modes: Collection[str] = ()
    ) -> tuple[Bucket, ...]:
        """The runs of each step, oldest first."""
        chosen = [
            run
            for run in self._runs
            if (not versions or run.version in versions) and (not modes or run.mode in modes)
        ]
        grouped = _grouped(chosen, lambda run: run.at_us // (step_s * 1_000_000))
        return tuple(Bucket(step * step_s, count(grouped[step])) for step in sorted(grouped))

    def units(self, versions: Collection[str]) -> tuple[Unit, ...]:
        """The first served run of each install on each of `versions`; of several at one instant the worst.

        A run that does not tell how it ended may have failed: it is a unit, and has no duration that could be reckoned with.
        """
        first: dict[tuple[str, str], Run] = {}
        for run in self._runs:
            if run.version in versions and run.outcome not in UNSERVED:
                key = run.version, run.install
                if key not in first or rank(run) < rank(first[key]):
                    first[key] = run
        units = [
            Unit(
                run.at_us / 1e6,
                run.version,
                run.install,
                run.outcome == "failed",
                run.over_budget,
                nan if run.duration_s is None or run.outcome not in SERVED else run.duration_s,
            )
            for run in first.values()
        ]
        return tuple(sorted(units, key=lambda unit: (unit.at_s, unit.install, unit.version)))

    def heartbeats(self, versions: Collection[str]) -> tuple[Heartbeat, ...]:
        """The first event of each install on each of `versions` in each hour, oldest first."""
        first: dict[tuple[str, str, int], int] = {}
        for at_us, version, install, _, _ in self._sightings():
            if version in versions:
                key = (version, install, at_us // (HEARTBEAT_S * 1_000_000))
                first[key] = min(first.get(key, at_us), at_us)
        found = sorted((at_us, version, install) for (version, install, _), at_us in first.items())
        return tuple(Heartbeat(at_us / 1e6, version, install) for at_us, version, install in found)

    def audience(self) -> tuple[Audience, ...]:
        """Who used which version, by all the streams that were read."""
        users, sessions = defaultdict(set), defaultdict(set)
        last: dict[tuple[str, str], int] = {}
        for at_us, version, install, user, session in self._sightings():
            users[version].add(user)
            sessions[version].add(session)
            last[version, install] = max(last.get((version, install), at_us), at_us)
        latest: dict[str, tuple[int, str]] = {}
        for (version, install), at_us in last.items():
            latest[install] = max(latest.get(install, (at_us, version)), (at_us, version))
        return tuple(
            Audience(
                version,
                installs=sum(seen == version for seen, _ in last),
                latest=sum(now == version for _, now in latest.values()),
                users=len(users[version]),
                sessions=len(sessions[version]),
                last_at_s=max(at_us for (seen, _), at_us in last.items() if seen == version) / 1e6,
            )
            for version in sorted(users)
        )

    def quality(self) -> Quality:
        """What else is measured."""
        calls, usage = self._people(Stream.PERFORMANCE), self._people(Stream.USAGE)
        categories = [text_of(event.get("category")) for event in self._people(Stream.ERRORS)]
        probes = [run for run in self._all if run.probe and run.outcome in SERVED]
        starts = [text_of(event.get("outcome")) for event in usage if event["event"] == "session"]
        scores = [
            score for event in usage if event["event"] == "feedback" for score in _numbers([event], "score")
        ]
        lookups, hits = sum(_numbers(calls, "cache_lookups")), sum(_numbers(calls, "cache_hits"))
        latencies, renders = sorted(_numbers(calls, "latency_s")), sorted(_numbers(calls, "render_s"))
        return Quality(
            errors={category: categories.count(category) for category in sorted(set(categories))},
            started=starts.count("started"),
            not_started=starts.count("failed"),
            probes=len(probes),
            failed_probes=sum(run.outcome == "failed" for run in probes),
            latency_p50_s=quantile(latencies, 0.5),
            latency_p95_s=quantile(latencies, 0.95),
            render_p50_s=quantile(renders, 0.5),
            render_p95_s=quantile(renders, 0.95),
            cache_hit_rate=hits / lookups if lookups else None,
            satisfaction=sum(scores) / len(scores) if scores else None,
            documentation_accuracy=self._accuracy(),
        )

    def errors(self) -> Iterable[Mapping[str, object]]:
        """The events `error`, oldest first."""
        ordered = sorted(self._others.get(Stream.ERRORS, ()), key=lambda pair: (pair[0], pair[1]["id"]))
        return (event for _, event in ordered if event.get("probe") is not True)

    def _people(self, stream: Stream) -> list[dict[str, Any]]:
        return [event for _, event in self._others.get(stream, ()) if event.get("probe") is not True]

    def _sightings(self) -> Iterable[tuple[int, str, str, str, str]]:
        for run in self._runs:
            yield run.at_us, run.version, run.install, run.user, run.session
        for events in self._others.values():
            for at_us, event in events:
                if event.get("probe") is not True:
                    version, install, user, session = (
                        text_of(event.get(name)) for name in ("version", "install", "user", "session")
                    )
                    yield at_us, version, install, user, session

    def _accuracy(self) -> float | None:
        """Of the last check of the documentation, whoever asked for it."""
        checks = [
            (at_us, event["id"], accurate / documented)
            for at_us, event in self._others.get(Stream.USAGE, ())
            if event["event"] == "documentation"
            and (accurate := number(event.get("accurate"))) is not None
            and (documented := number(event.get("documented"))) is not None
            and documented > 0
        ]
        return max(checks)[2] if checks else None


def _grouped(runs: Iterable[Run], key: Callable[[Run], Any]) -> dict[Any, list[Run]]:
    grouped: dict[Any, list[Run]] = defaultdict(list)
    for run in runs:
        grouped[key(run)].append(run)
    return grouped


def _word(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _numbers(events: Iterable[Mapping[str, Any]], name: str) -> list[float]:
    return [value for event in events if (value := number(event.get(name))) is not None]
