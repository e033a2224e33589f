"""What `invoke gates` judges."""

from __future__ import annotations

import pytest

from phasegate.errors import ErrorCode, PhasegateError
from phasegate.rollout.applying.preparing import prepare_subject
from workshop import Workshop, git


def test_it_is_the_tree_that_would_be_published(workshop: Workshop) -> None:
    subject = prepare_subject(workshop.desk)
    workshop.deploy("internal")
    assert subject.tree == workshop.tree_on("internal")
    assert subject.gates == ("plugin", "tests", "security", "docs", "rehearse")


def test_after_the_candidate_is_out_it_is_the_candidate(workshop: Workshop) -> None:
    workshop.deploy("internal")
    assert prepare_subject(workshop.desk).tree == workshop.tree_on("internal")


def test_where_no_release_is_due_it_is_the_source_as_it_is(workshop: Workshop) -> None:
    workshop.release()
    source = workshop.commit("chore: tidy")
    subject = prepare_subject(workshop.desk)
    assert subject.commit == source
    assert subject.tree == git(workshop.root, "rev-parse", "HEAD^{tree}")


def test_the_gates_are_those_of_a_phase_or_the_one_that_is_asked_for(workshop: Workshop) -> None:
    assert prepare_subject(workshop.desk, phase="public").gates == ("rehearse",)
    assert prepare_subject(workshop.desk, only="docs").gates == ("docs",)
    with pytest.raises(PhasegateError) as caught:
        prepare_subject(workshop.desk, only="gossip")
    assert caught.value.code is ErrorCode.USAGE
