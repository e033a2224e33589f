"""For each rule a scene in which all is well for a while, and then is not: what exported tests are made of. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Callable

from phasegate.telemetry.alerts.conditions import Change, Growth, Level, Share, Subset
from phasegate.telemetry.alerts.rule import Side
from phasegate.telemetry.exports.promtool import Scene
from phasegate.telemetry.metrics.families import BUCKETS_S

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from phasegate.telemetry.alerts.rule import Rule
    from phasegate.telemetry.metrics.series import Selector

_SAMPLES_A_WINDOW = 5
_GOOD_STEPS, _BAD_STEPS = 12, 24
_LEAST_STEP_S = 15
_A_STEP = 100.0
"""How much the whole grows in a step."""

_FACTOR = 2.0
"""How many times beyond its limit a bad value is."""

_EXAMPLE = {"plugin": "example", "version": "1.0.0"}


def example_of(rule: Rule) -> Scene:
    """The scene of a rule: its value is good for some steps, and bad for the others, long enough to fire."""
    condition = rule.condition
    longest_s = max(_window_of(rule), rule.for_s)
    step_s = max(_LEAST_STEP_S, int(longest_s // _SAMPLES_A_WINDOW))
    good = _GOOD_STEPS + (int(condition.offset_s // step_s) if isinstance(condition, Change) else 0)
    return Scene(rule.name, step_s, tuple(_series_of(rule, good, good + _BAD_STEPS)))


def _window_of(rule: Rule) -> float:
    return getattr(rule.condition, "window_s", 0.0)


def _series_of(rule: Rule, good: int, length: int) -> Iterator[tuple[str, Mapping[str, str], list[float]]]:
    condition = rule.condition

    def at(step: int) -> float:
        return _value(rule, is_bad=step >= good)

    if isinstance(condition, Share):
        parts = [_A_STEP * (1 - at(step) if condition.complement else at(step)) for step in range(length)]
        yield _labelled(condition.part, _summed(parts))
        if condition.whole.metric != condition.part.metric:
            yield _labelled(condition.whole, _summed([_A_STEP] * length))
        else:
            rest = {name: values[0] for name, values in condition.whole.where.items()}
            others = [_A_STEP - part for part in parts]
            labels = {**_EXAMPLE, **{name: f"other-{name}" for name in condition.part.where}, **rest}
            yield condition.whole.metric, labels, _summed(others)
    elif isinstance(condition, Growth):
        yield _labelled(condition.series, _summed([at(step) for step in range(length)]))
    elif isinstance(condition, Level):
        yield _labelled(condition.gauge, [at(step) for step in range(length)])
    elif isinstance(condition, Subset):
        yield _labelled(condition.gauge, [_A_STEP * at(step) for step in range(length)])
        elsewhere = {**_EXAMPLE, "version": "0.9.0"}
        yield condition.gauge.metric, elsewhere, [_A_STEP * (1 - at(step)) for step in range(length)]
        yield _labelled(condition.having, [1.0] * length)
    elif isinstance(condition, Change):
        yield from _histogram(condition, good, length)


def _value(rule: Rule, *, is_bad: bool) -> float:
    """A value beyond the rule's limit, or well on the good side of it; of shares never more than all."""
    limit, is_high = rule.limit.value, (rule.limit.side is Side.ABOVE) is is_bad
    if isinstance(rule.condition, Growth):
        return limit + 1 if is_high else 0.0
    value = (limit * _FACTOR or 1.0) if is_high else limit / _FACTOR
    return min(value, 1.0) if isinstance(rule.condition, (Share, Subset, Level)) else value


def _histogram(
    condition: Change, good: int, length: int
) -> Iterator[tuple[str, Mapping[str, str], list[float]]]:
    """All durations in the second bucket, and then all in the fourth."""

    def below(bound_index: int) -> Callable[[int], float]:
        return lambda step: _A_STEP if bound_index >= (3 if step >= good else 1) else 0.0

    for index, bound in enumerate((*map(repr, BUCKETS_S), "+Inf")):
        labels = {"plugin": _EXAMPLE["plugin"], "command": "status", "mode": "default", "le": bound}
        yield f"{condition.histogram}_bucket", labels, _summed([below(index)(step) for step in range(length)])
    labels = {"plugin": _EXAMPLE["plugin"], "command": "status", "mode": "default"}
    yield f"{condition.histogram}_count", labels, _summed([_A_STEP] * length)


def _labelled(selector: Selector, values: list[float]) -> tuple[str, Mapping[str, str], list[float]]:
    return selector.metric, {**_EXAMPLE, **{name: each[0] for name, each in selector.where.items()}}, values


def _summed(steps: list[float]) -> list[float]:
    total, values = 0.0, []
    for step in steps:
        total += step
        values.append(total)
    return values
