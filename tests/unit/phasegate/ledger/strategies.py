"""Values of the ledger as Hypothesis draws them, and chains of operations that follow each other."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from phasegate.ledger.operation import Operation
from phasegate.ledger.records import (
    Channel,
    Docs,
    Effect,
    Judgement,
    Move,
    Outcome,
    Release,
    Rollout,
)
from phasegate.ledger.state import State

TEXTS = st.text(max_size=4)
MAYBE = st.none() | TEXTS
COUNTS = st.integers(1, 99)
SECONDS = st.floats(0, 1e6)
VERSIONS = st.sampled_from(["1.0.0-rc.1", "1.0.0", "1.0.1", "1.1.0-rc.1", "1.1.0"])
CONTENTS = st.sampled_from(["content-a", "content-b"])


def maps(values: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.dictionaries(TEXTS, values, max_size=2)


def tuples(values: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(values, max_size=2).map(tuple)


RELEASES = st.builds(
    Release,
    VERSIONS,
    TEXTS,
    TEXTS,
    CONTENTS,
    TEXTS,
    TEXTS,
    COUNTS,
    TEXTS,
    MAYBE,
    MAYBE,
    maps(st.booleans()),
    MAYBE,
)
CHANNELS = st.builds(Channel, TEXTS, TEXTS, TEXTS, VERSIONS, tuples(VERSIONS))
DOCS = st.builds(Docs, TEXTS, TEXTS, TEXTS, MAYBE, maps(TEXTS))
ROLLOUTS = st.builds(Rollout, VERSIONS, VERSIONS, TEXTS, CONTENTS, TEXTS, maps(TEXTS))
JUDGEMENTS = st.builds(
    Judgement, TEXTS, TEXTS, TEXTS, CONTENTS, TEXTS, TEXTS, TEXTS, TEXTS, SECONDS, MAYBE, MAYBE
)
EFFECTS = st.builds(Effect, TEXTS, TEXTS, maps(TEXTS))
OUTCOMES = st.builds(Outcome, TEXTS, TEXTS, TEXTS)
MOVES = st.builds(Move, TEXTS, MAYBE, MAYBE)
OPERATIONS = st.builds(
    Operation,
    number=COUNTS,
    kind=TEXTS,
    title=TEXTS,
    at=TEXTS,
    who=TEXTS,
    why=TEXTS,
    plan=TEXTS,
    moves=tuples(MOVES),
    releases=tuples(RELEASES),
    channels=maps(CHANNELS),
    docs=st.none() | DOCS,
    rollout=st.none() | ROLLOUTS,
    withdrawn=maps(TEXTS),
    judgements=tuples(JUDGEMENTS),
    overrides=tuples(TEXTS),
    effects=tuples(EFFECTS),
    outcomes=tuples(OUTCOMES),
)
STATES = st.builds(
    State,
    length=COUNTS,
    channels=maps(CHANNELS),
    docs=st.none() | DOCS,
    rollout=st.none() | ROLLOUTS,
    releases=maps(RELEASES),
    judgements=maps(JUDGEMENTS),
    effects=tuples(EFFECTS),
)
RECORDS = st.one_of(
    RELEASES, CHANNELS, DOCS, ROLLOUTS, JUDGEMENTS, EFFECTS, OUTCOMES, MOVES, OPERATIONS, STATES
)


_STEPS = st.builds(
    Operation,
    number=st.just(1),
    kind=st.just("deploy"),
    title=st.just("title"),
    at=st.just("2027-01-15T08:00:00Z"),
    who=st.just("who"),
    why=st.just(""),
    plan=st.just(""),
    releases=tuples(
        st.builds(Release, VERSIONS, *map(st.just, "kt"), CONTENTS, *map(st.just, "cs"), COUNTS, TEXTS)
    ),
    channels=st.dictionaries(st.sampled_from(["internal", "stable"]), CHANNELS, max_size=1),
    docs=st.none() | DOCS,
    rollout=st.none() | st.builds(Rollout, VERSIONS, VERSIONS, TEXTS, CONTENTS, TEXTS),
    withdrawn=st.dictionaries(VERSIONS, TEXTS, max_size=1),
    effects=tuples(st.builds(Effect, TEXTS, TEXTS)),
)


@st.composite
def histories(draw: st.DrawFn, length: int = 4) -> tuple[Operation, ...]:
    """Operations that follow each other: numbered without gaps, a version with one tree, each effect with its key."""
    operations: list[Operation] = []
    open_keys: list[str] = []
    for number, step in enumerate(draw(st.lists(_STEPS, max_size=length)), start=1):
        closed = [key for key in open_keys if draw(st.booleans())]
        effects = tuple(replace(effect, key=f"{number}/{i}") for i, effect in enumerate(step.effects))
        open_keys = [key for key in open_keys if key not in closed] + [effect.key for effect in effects]
        operations.append(
            replace(
                step,
                number=number,
                releases=tuple(replace(r, tree=f"tree of {r.version}") for r in step.releases),
                effects=effects,
                outcomes=tuple(Outcome(key, step.at, "done") for key in closed),
            )
        )
    return tuple(operations)
