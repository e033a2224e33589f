from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from phasegate.errors import ErrorCode, PhasegateError
from phasegate.rollout.planning.rollbacks import docs
from phasegate.rollout.planning.targets import Choice, RollbackRequest
from unit.phasegate.rollout import states
from unit.phasegate.rollout.states import CONFIG, release, rolled_back, state

if TYPE_CHECKING:
    from phasegate.ledger.state import State

DOCS = RollbackRequest("docs")
RELEASES = (release("1.0.0"), release("1.1.0"), release("2.0.0"))
VERSIONS = ("1.0.0", "1.1.0", "2.0.0")


def now(*sites: str, current: str | None = None) -> State:
    return state(*RELEASES, docs=states.docs(*sites, now=current))


def test_the_docs_branch_alone_gets_the_site_before() -> None:
    assert docs.choose(now(*VERSIONS), CONFIG, DOCS) == Choice(site=("1.1.0", "site 1.1.0"))


def test_a_site_can_be_named_by_its_version() -> None:
    assert docs.choose(now(*VERSIONS), CONFIG, replace(DOCS, to="1.0.0")).site == ("1.0.0", "site 1.0.0")


def test_a_site_that_is_newer_than_the_present_one_can_be_named_too() -> None:
    choice = docs.choose(now(*VERSIONS, current="1.0.0"), CONFIG, replace(DOCS, to="2.0.0"))
    assert choice.site == ("2.0.0", "site 2.0.0")


def test_the_site_of_a_withdrawn_release_is_passed_over() -> None:
    before = now(*VERSIONS)
    burnt = replace(before.releases["1.1.0"], withdrawn="it burns")
    after = replace(before, releases={**before.releases, "1.1.0": burnt})
    assert docs.choose(after, CONFIG, DOCS).site == ("1.0.0", "site 1.0.0")


@pytest.mark.parametrize("to", [None, "1.0.0", "1.1.0", "2.0.0"])
def test_asking_again_changes_nothing_more(to: str | None) -> None:
    request = replace(DOCS, to=to)
    then = rolled_back(now(*VERSIONS), docs.choose(now(*VERSIONS), CONFIG, request), {})
    assert docs.choose(then, CONFIG, request) == Choice()


@pytest.mark.parametrize("known", [None, states.docs()])
def test_a_docs_branch_without_a_release_s_site_has_nothing_to_go_back_to(known: object) -> None:
    with pytest.raises(PhasegateError) as caught:
        docs.choose(state(*RELEASES, docs=known), CONFIG, DOCS)
    assert caught.value.code is ErrorCode.NOTHING_TO_ROLL_BACK
    assert caught.value.why == "the docs branch has never carried a release's site"


@pytest.mark.parametrize("to", [None, "1.0.0"])
def test_no_good_site_before_is_said(to: str | None) -> None:
    with pytest.raises(PhasegateError) as caught:
        docs.choose(now("2.0.0"), CONFIG, replace(DOCS, to=to))
    assert caught.value.code is ErrorCode.NOTHING_TO_ROLL_BACK
    assert caught.value.why == "the docs branch has carried nothing good before 2.0.0"


def test_a_version_that_is_unknown_cannot_be_named() -> None:
    with pytest.raises(PhasegateError) as caught:
        docs.choose(now(*VERSIONS), CONFIG, replace(DOCS, to="9.9.9"))
    assert caught.value.code is ErrorCode.VERSION_UNKNOWN
