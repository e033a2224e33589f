"""The file of alert rules read as values; every mistake in it is reported at once, with its key."""

from __future__ import annotations

import re
from importlib.resources import files
from typing import TYPE_CHECKING

from phasegate.errors import ErrorCode, PhasegateError
from phasegate.telemetry.alerts.conditions import Change, Distribution, Growth, Level, Share, Subset
from phasegate.telemetry.alerts.rule import Limit, Recorded, Rule, RuleBook, Side
from phasegate.telemetry.metrics.families import labels_of
from phasegate.telemetry.metrics.series import Selector
from phasegate.telemetry.severity import Severity
from phasegate.toml_table import (
    Table,
    boolean,
    choice_of,
    duration_s,
    limit_s,
    list_of,
    read_toml,
    refuse_mistakes,
    text,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from phasegate.telemetry.alerts.conditions import Condition

OWN_FILE = "rules.toml"
_COMMON = ("severity", "summary", "runbook", "by", "for", "keep_firing_for", "above", "below")
_NAME = re.compile(r"[A-Z][A-Za-z0-9]{0,63}")
_METRIC = re.compile(r"[a-z_][a-z0-9_]*")
_NOWHERE = Selector("nowhere")


def load_rules(path: Path | None = None) -> RuleBook:
    """The rules in the file at `path`, or phasegate's own.

    Raises:
        PhasegateError: `config-invalid`, with every mistake and its key, or where the file cannot be read.
    """
    if path is not None:
        try:
            content = path.read_bytes()
        except OSError as error:
            raise PhasegateError(
                ErrorCode.CONFIG_INVALID,
                f"The alert rules in {path.name} cannot be read.",
                why=error.strerror or str(error),
                hint="Mend `rules` in [tool.phasegate.telemetry].",
            ) from None
        return read_rules(path.name, content)
    return read_rules(OWN_FILE, (files("phasegate.telemetry.alerts") / OWN_FILE).read_bytes())


def read_rules(name: str, content: bytes) -> RuleBook:
    """The rules in `content`; `name` is what an error calls the file.

    Raises:
        PhasegateError: `config-invalid`, with every mistake and its key.
    """
    mistakes: list[str] = []
    document = Table(read_toml(name, content), "", mistakes)
    document.only(("rules", "recorded"))
    book = RuleBook(
        tuple(_read_rule(rule, table) for rule, table in document.tables("rules").items()),
        tuple(_read_recorded(metric, table) for metric, table in document.tables("recorded").items()),
    )
    refuse_mistakes(name, mistakes)
    return book


def _read_rule(name: str, table: Table) -> Rule:
    table.only((*_COMMON, *_CONDITIONS))
    if not _NAME.fullmatch(name):
        table.wrong("", "an alert's name must be like ErrorRateHigh: letters and digits, the first one large")
    for key in ("severity", "summary", "by"):
        if key not in table.items:
            table.wrong(key, "is missing")
    return Rule(
        name=name,
        severity=table.get("severity", Severity.LOW, choice_of(Severity)),
        condition=_read_condition(table),
        limit=_read_limit(table),
        by=table.get("by", (), list_of(_metric)),
        for_s=table.get("for", 0.0, duration_s),
        keep_firing_for_s=table.get("keep_firing_for", 0.0, duration_s),
        summary=table.get("summary", "", text),
        runbook=table.get("runbook", _kebab(name), text),
    )


def _read_recorded(name: str, table: Table) -> Recorded:
    table.only(("by", "formula", *_CONDITIONS))
    if not _METRIC.fullmatch(name):
        table.wrong("", "a metric's name must be of small letters, digits and _")
    formula = table.get("formula", "", text)
    condition = None if formula else _read_condition(table)
    return Recorded(name, condition, table.get("by", (), list_of(_metric)), formula)


def _read_limit(table: Table) -> Limit:
    given = [side for side in Side if side.name.lower() in table.items]
    if len(given) != 1:
        table.wrong("above", "give exactly one of above and below")
        return Limit(Side.ABOVE, 0.0)
    return Limit(given[0], table.get(given[0].name.lower(), 0.0, _real))


def _read_condition(table: Table) -> Condition:
    given = [kind for kind in _CONDITIONS if kind in table.items]
    if len(given) != 1:
        table.wrong("", f"give exactly one of {', '.join(_CONDITIONS)}")
        return Level(_NOWHERE)
    return _CONDITIONS[given[0]](table.table(given[0]))


def _read_share(table: Table) -> Share:
    _require(table, ("part", "whole", "window"), ("at_least", "complement"))
    return Share(
        _read_selector(table.table("part")),
        _read_selector(table.table("whole")),
        table.get("window", 300.0, limit_s),
        table.get("at_least", 1.0, _real),
        table.get("complement", False, boolean),
    )


def _read_growth(table: Table) -> Growth:
    _require(table, ("series", "window"))
    return Growth(_read_selector(table.table("series")), table.get("window", 300.0, limit_s))


def _read_change(table: Table) -> Change:
    _require(table, ("histogram", "quantile", "window", "offset"), ("at_least",))
    histogram = table.get("histogram", "", _metric)
    if histogram and labels_of(f"{histogram}_bucket") is None:
        table.wrong("histogram", f"no event gives a histogram {histogram!r}, so the rule would never fire")
    return Change(
        histogram,
        table.get("quantile", 0.5, _share),
        table.get("window", 3600.0, limit_s),
        table.get("offset", 86400.0, limit_s),
        table.get("at_least", 1.0, _real),
    )


def _read_level(table: Table) -> Level:
    _require(table, ("gauge",))
    return Level(_read_selector(table.table("gauge")))


def _read_subset(table: Table) -> Subset:
    _require(table, ("gauge", "having", "on"))
    return Subset(
        _read_selector(table.table("gauge")),
        _read_selector(table.table("having")),
        table.get("on", (), list_of(_metric)),
    )


def _read_distribution(table: Table) -> Distribution:
    _require(table, ("series", "label", "window"))
    return Distribution(
        _read_selector(table.table("series")),
        table.get("label", "", _metric),
        table.get("window", 86400.0, limit_s),
    )


_CONDITIONS: dict[str, Callable[[Table], Condition]] = {
    "share": _read_share,
    "growth": _read_growth,
    "change": _read_change,
    "level": _read_level,
    "subset": _read_subset,
    "distribution": _read_distribution,
}
"""How a condition is called in the file → what reads it. A further one is one class and one row."""


def _read_selector(table: Table) -> Selector:
    if "metric" not in table.items:
        table.wrong("metric", "is missing")
    labels = [key for key in table.items if key != "metric"]
    metric = table.get("metric", "", _metric)
    known = labels_of(metric)
    if metric and known is None:
        table.wrong("metric", f"no event gives {metric!r}, so the rule would never fire")
    for label in labels:
        if known is not None and label not in known:
            table.wrong(label, f"{metric} has no such label; it has {', '.join(known)}")
    return Selector(metric, {key: table.get(key, (), list_of(_value)) for key in labels})


def _require(table: Table, needed: tuple[str, ...], optional: tuple[str, ...] = ()) -> None:
    table.only((*needed, *optional))
    for key in needed:
        if key not in table.items:
            table.wrong(key, "is missing")


def _metric(value: object) -> str:
    if not isinstance(value, str) or not _METRIC.fullmatch(value):
        raise ValueError("must be a name of small letters, digits and _")
    return value


def _value(value: object) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"[\w.+-]+", value):
        raise ValueError("must be a word: letters, digits, and any of _ . + -")
    return value


def _real(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not abs(value) < float("inf"):
        raise ValueError("must be a number")
    return float(value)


def _share(value: object) -> float:
    number = _real(value)
    if not 0 <= number <= 1:
        raise ValueError("must be a number from 0 to 1")
    return number


def _kebab(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "-", name).lower()
