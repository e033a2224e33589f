from __future__ import annotations

from phasegate.ledger.records import Effect
from phasegate.rollout.planning.criteria import CRITERIA
from unit.phasegate.rollout.states import CONFIG, docs, release, state, world

published = CRITERIA["published"]
STABLE = state(release("1.0.0"), channels={"stable": ("1.0.0",)})


def test_a_channel_where_the_ledger_left_it_is_published() -> None:
    assert list(published(world(STABLE), CONFIG.phases["public"])) == []


def test_a_channel_elsewhere_is_not() -> None:
    (hold,) = published(world(STABLE, stable="theirs"), CONFIG.phases["public"])
    assert str(hold) == "criterion: refs/heads/stable of phase public is not where the ledger left it"


def test_a_channel_that_was_never_published_has_nothing_to_be_compared_with() -> None:
    assert list(published(world(STABLE), CONFIG.phases["canary"])) == []


def test_the_docs_branch_counts_for_the_phase_without_a_channel() -> None:
    now = state(release("1.0.0"), docs=docs("1.0.0"))
    assert list(published(world(now), CONFIG.phases["docs"])) == []
    assert len(list(published(world(now, gh_pages=None), CONFIG.phases["docs"]))) == 1


def test_every_open_effect_is_a_hold_of_its_own() -> None:
    now = state(effects=(Effect("1/a", "a"), Effect("1/b", "b")))
    assert [hold.reason for hold in published(world(now), CONFIG.phases["public"])] == [
        "effect 1/a has not been performed; run `invoke resume`",
        "effect 1/b has not been performed; run `invoke resume`",
    ]


def test_every_criterion_that_the_defaults_name_exists() -> None:
    assert {name for phase in CONFIG.phases.values() for name in phase.criteria} <= set(CRITERIA)
