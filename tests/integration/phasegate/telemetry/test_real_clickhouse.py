"""The report for ClickHouse under chDB, its engine in a package: the same rows as the report here."""

from __future__ import annotations

import json
import random
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import pytest

from fixtures.events import GARBAGE, Mix, append, iso, write
from phasegate.telemetry.reading import Window
from phasegate.telemetry.sources.opening import READERS, open_reading

session = pytest.importorskip("chdb.session", reason="chdb (group watching) is not installed")

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from phasegate.telemetry.reading import Group

pytestmark = pytest.mark.once

DAY = Window(1_790_000_000.0, 1_790_086_400.0)
COLUMNS = ("command", "mode", "format", "version")
COUNTS = ("ok", "partial", "failed", "refused", "cancelled", "over_budget")
QUANTILES = ("p50_s", "p95_s", "p99_s")
SQL = (files("phasegate.telemetry.exports") / "clickhouse.sql").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def clickhouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """One engine for all tests: a process has one."""
    engine = session.Session(str(tmp_path_factory.mktemp("clickhouse")))
    yield engine
    engine.close()


def there(
    engine: Any, logs: str, window: Window = DAY, plugin: str = "rforge"
) -> dict[tuple[str, ...], dict[str, Any]]:
    def moment(at_s: float) -> str:
        return iso(at_s).replace("T", " ").rstrip("Z")

    asked = {"logs": logs, "plugin": plugin, "since": moment(window.since_s), "until": moment(window.until_s)}
    for name, value in asked.items():
        engine.query(f"SET param_{name} = '{value}'")
    rows = [json.loads(line) for line in str(engine.query(SQL)).splitlines()]
    found = {tuple(row[column] for column in COLUMNS): row for row in rows}
    assert list(found) == sorted(found)
    return found


def here(folder: Path, reader: str, window: Window = DAY) -> dict[tuple[str, ...], Group]:
    with open_reading(
        (folder,), "rforge", window, reader=reader, clock=lambda: window.until_s + 86400
    ) as reading:
        return {tuple(group.key[column] for column in COLUMNS): group for group in reading.groups(COLUMNS)}


def assert_same(engine: Any, folder: Path, reader: str, window: Window = DAY) -> int:
    """How many rows there were."""
    groups, rows = here(folder, reader, window), there(engine, str(folder / "plugin-commands*.log"), window)
    assert list(rows) == list(groups)
    for key, row in rows.items():
        runs = groups[key].runs
        assert {name: int(row[name]) for name in COUNTS} == {name: getattr(runs, name) for name in COUNTS}, (
            key
        )
        assert row["error_rate"] == (
            None if runs.error_rate is None else pytest.approx(runs.error_rate, rel=1e-12)
        )
        for name in QUANTILES:
            wanted = getattr(runs, name)
            assert row[name] == (None if wanted is None else pytest.approx(wanted, rel=1e-9)), (key, name)
    return len(rows)


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("seed", range(4))
def test_its_rows_are_those_of_the_report(
    clickhouse: Any, tmp_path: Path, reader: str, seed: int, figure: Callable[[str], None]
) -> None:
    mix = Mix(
        count=8000,
        seed=seed,
        since_s=DAY.since_s - 7200,
        until_s=DAY.until_s + 7200,
        garbage_rate=0.02,
        duplicate_rate=0.03,
        late_rate=0.05,
        probe_rate=0.05,
        over_budget_rate=0.1,
        error_rate=0.1,
    )
    write(tmp_path, mix)
    write(
        tmp_path,
        Mix(count=300, seed=seed, plugin="another"),
        name="plugin-commands.20260922T000000.000000Z.log",
    )
    count = assert_same(clickhouse, tmp_path, reader)
    figure(f"seed {seed}, {reader}: {count} rows, all counts equal, quantiles to 1e-9")
    assert count > 100


EVENT = {
    "schema": 1, "timestamp": iso(DAY.since_s + 60), "id": "0123456789abcdef", "event": "command", "plugin": "rforge",
    "version": "1.0.0", "install": "0" * 16, "user": "1" * 16, "session": "2" * 16, "probe": False, "command": "status",
    "mode": "default", "format": "json", "outcome": "ok", "duration_s": 1.5, "budget_s": 10.0, "packages": 3, "explicit": True,
}  # fmt: skip


def event(number: int, **members: Any) -> bytes:
    whole = {**EVENT, "id": f"{number:016x}", **members}
    return json.dumps({name: value for name, value in whole.items() if value is not ...}).encode() + b"\n"


ODD: dict[str, list[bytes]] = {
    "nothing but garbage": [line + b"\n" for line in GARBAGE],
    "no line at all": [],
    "all garbage between events": [
        part for n, line in enumerate(GARBAGE) for part in (event(n), line + b"\n")
    ],
    "a torn last line": [event(1), event(2)[:80]],
    "a torn line in the middle": [event(1), event(2)[:80] + b"\n", event(3)],
    "the edges of the window": [
        event(1, timestamp=iso(DAY.since_s)),
        event(2, timestamp=iso(DAY.since_s - 0.001)),
        event(3, timestamp=iso(DAY.until_s)),
        event(4, timestamp=iso(DAY.until_s - 0.001)),
    ],
    "other kinds and schemas": [
        event(1),
        event(2, event="call"),
        event(3, schema=2),
        event(4, schema=0),
        event(5, probe=True),
    ],
    "the same event thrice": [event(1), event(2), event(1), event(1)],
    "whole numbers for seconds": [event(1, duration_s=11, budget_s=10), event(2, duration_s=10, budget_s=10)],
    "words that have to be quoted": [event(1, command="a'b\\c\"d"), event(2, version="1.0.0-rc.1+x'y")],
    "more members than the schema has": [
        event(1, further={"a": [1, {"b": None}]}),
        event(2, duration="long"),
    ],
    "empty lines and other line ends": [b"\n\n", event(1).replace(b"\n", b"\r\n"), b"\n", event(2)],
    "refused and cancelled alone": [event(1, outcome="refused"), event(2, outcome="cancelled")],
    "strings in Unicode": [event(1, mode="größe"), event(2, mode="\u202e"), event(3, mode="😀")],
}


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("odd", ODD)
def test_odd_logs_are_read_as_here(clickhouse: Any, tmp_path: Path, odd: str, reader: str) -> None:
    append(tmp_path / "plugin-commands.log", ODD[odd])
    assert_same(clickhouse, tmp_path, reader)


@pytest.mark.parametrize("reader", READERS)
def test_events_that_lack_members_are_read_as_here(clickhouse: Any, tmp_path: Path, reader: str) -> None:
    draw = random.Random(1)
    lines = []
    for number in range(200):
        missing = draw.choice(
            ["outcome", "duration_s", "budget_s", "mode", "probe", "id", "timestamp", "command", "version"]
        )
        lines += [event(2 * number), event(2 * number + 1, **{missing: ...})]
    append(tmp_path / "plugin-commands.log", lines)
    assert_same(clickhouse, tmp_path, reader)
