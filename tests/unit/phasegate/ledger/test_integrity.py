"""What no ledger of ours can hold."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from phasegate.ledger.integrity import check_operation, check_state
from phasegate.ledger.operation import Operation
from phasegate.ledger.records import Channel, Docs, Effect, Judgement, Move, Outcome, Release, Rollout
from phasegate.ledger.state import State

AT = "2027-01-15T08:00:00Z"
ID = "a" * 40
RELEASE = Release("1.0.0", "release", ID, ID, ID, ID, 1, AT, "refs/tags/v1.0.0", "0.9.0")
CANDIDATE = replace(RELEASE, version="1.1.0-rc.1", tag=None, restores=None)
CHANNEL = Channel("refs/heads/stable", ID, ID, "1.0.0", ("1.0.0",))
DOCS = Docs("refs/heads/gh-pages", ID, ID, "1.0.0", {"1.0.0": ID})
ROLLOUT = Rollout("1.1.0", "1.1.0-rc.1", ID, ID, "notes", {"internal": AT})
JUDGEMENT = Judgement("tests", "PASS", "", ID, ID, "d", "3.11", AT, 1.0)
EFFECT = Effect("1/notice:file", "notice:file")
STATE = State(
    1,
    channels={"stable": CHANNEL},
    docs=DOCS,
    rollout=ROLLOUT,
    releases={r.version: r for r in (RELEASE, CANDIDATE)},
    judgements={"tests": JUDGEMENT},
    effects=(EFFECT,),
)


def with_release(**changes: Any) -> State:
    return replace(STATE, releases={**STATE.releases, "1.0.0": replace(RELEASE, **changes)})


def test_a_sound_state_is_itself() -> None:
    assert check_state(STATE) is STATE


@pytest.mark.parametrize(
    "state",
    [
        *(with_release(version=v) for v in ("1.0", "01.0.0", "1.0.0-", "1.0.0-a..b", "1.0.0+x", "٣.0.0", "9" * 19 + ".0.0")),
        *(with_release(at=at) for at in ("2027-02-30T08:00:00Z", "2027-01-15T25:00:00Z", "9999-12-31T23:59:59Z", "soon", f"{AT}\n")),
        *(with_release(tag=t) for t in ("--upload-pack=x", "refs/", "refs/tags/../x", "refs/tags/a b", "refs/tags/x.lock", "refs//x")),
        *(with_release(tree=t) for t in ("HEAD", "a" * 39, "A" * 40, "a" * 40 + "\n")),
        with_release(restores="# 1.0.0"),
        replace(STATE, channels={"stable": replace(CHANNEL, commit="--output=x")}),
        replace(STATE, channels={"stable": replace(CHANNEL, version="2.0.0")}),
        replace(STATE, channels={"stable": replace(CHANNEL, history=("2.0.0",))}),
        replace(STATE, docs=replace(DOCS, version="1.1.0-rc.1")),
        replace(STATE, docs=replace(DOCS, sites={"2.0.0": ID}, version="2.0.0")),
        replace(STATE, docs=replace(DOCS, sites={"1.0.0": "x"})),
        replace(STATE, rollout=replace(ROLLOUT, candidate="1.2.0-rc.1")),
        replace(STATE, rollout=replace(ROLLOUT, entered={})),
        replace(STATE, rollout=replace(ROLLOUT, entered={"beta": AT})),
        replace(STATE, rollout=replace(ROLLOUT, entered={"internal": "2027-13-01T00:00:00Z"})),
        replace(STATE, judgements={"tests": replace(JUDGEMENT, verdict="FINE")}),
        replace(STATE, judgements={"tests": replace(JUDGEMENT, artifact="x")}),
        *(replace(STATE, effects=(e,)) for e in (Effect("x", "x"), Effect("1/os", "sys"), Effect("1/../x", "../x"), Effect("1/a.b", "a.b"))),
    ],
)  # fmt: skip
def test_what_could_not_be_trusted_later_is_refused(state: State) -> None:
    with pytest.raises(ValueError, match=r"\S"):
        check_state(state)


@pytest.mark.parametrize(
    "changes",
    [
        {"at": "2027-02-30T08:00:00Z"},
        {"moves": (Move("HEAD", None, ID),)},
        {"moves": (Move("refs/heads/x", "x", ID),)},
        {"outcomes": (Outcome("x", AT, ""),)},
        {"releases": (replace(RELEASE, version="x"),)},
    ],
)
def test_so_is_an_operation(changes: dict[str, Any]) -> None:
    sound = Operation(1, "deploy", "Deploy", AT, "Ada", "", "p", moves=(Move("refs/heads/x", None, ID),))
    assert check_operation(sound) is sound
    with pytest.raises(ValueError, match=r"\S"):
        check_operation(replace(sound, **changes))
