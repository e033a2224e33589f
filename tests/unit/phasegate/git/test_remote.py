"""How a failed push is understood; that git says so in truth is seen by the integration tests."""

from __future__ import annotations

import pytest

from phasegate.git.remote import PushOutcome, _explain

REFUSED = "To x\n!\tabc:refs/heads/{ref}\t[{kind}] ({reason})\nDone\n"


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        ("rejected", "stale info"),
        ("rejected", "fetch first"),
        ("rejected", "non-fast-forward"),
        ("rejected", "already exists"),
        ("remote rejected", "failed to update ref"),
        ("remote rejected", "cannot lock ref 'refs/heads/a'"),
        ("remote rejected", "incorrect old value provided"),
        ("remote rejected", "reference already exists"),
        ("remote rejected", "failed to lock"),
    ],
)
def test_a_ref_that_is_not_where_it_was_observed_is_a_conflict(kind: str, reason: str) -> None:
    result = _explain(REFUSED.format(ref="a", kind=kind, reason=reason), "")
    assert result.outcome is PushOutcome.CONFLICT
    assert result.details == (f"refs/heads/a: {reason}",)


ALL_FAILED = REFUSED.format(ref="a", kind="remote rejected", reason="atomic transaction failed")


@pytest.mark.parametrize(
    ("words", "outcome"),
    [
        ("cannot lock ref 'refs/heads/a': is at 1234 but expected 5678", PushOutcome.CONFLICT),
        ("cannot lock ref 'refs/heads/a': reference already exists", PushOutcome.CONFLICT),
        ("cannot lock ref 'refs/heads/a': Unable to create '/r/a.lock': File exists.", PushOutcome.CONFLICT),
        ("cannot lock ref 'refs/heads/a': unable to resolve reference 'refs/heads/a'", PushOutcome.CONFLICT),
        (
            "cannot lock ref 'refs/heads/a': Unable to create '/r/a.lock': No space left on device",
            PushOutcome.REJECTED,
        ),
        ("ref updates aborted by hook", PushOutcome.REJECTED),
    ],
)
def test_a_transaction_that_failed_is_understood_by_the_remote_s_own_words(
    words: str, outcome: PushOutcome
) -> None:
    assert _explain(ALL_FAILED, f"remote: error: {words}        \n").outcome is outcome


def test_a_hook_may_say_what_it_likes_and_remains_a_refusal() -> None:
    report = REFUSED.format(ref="a", kind="remote rejected", reason="pre-receive hook declined")
    assert _explain(report, "remote: this already exists, but expected\n").outcome is PushOutcome.REJECTED


def test_git_that_went_no_further_is_told_apart_from_a_connection_that_broke() -> None:
    stopped = "not on a Friday\nerror: failed to push some refs to 'x'\n"
    assert _explain("", stopped).outcome is PushOutcome.STOPPED
    assert _explain("", f"fatal: the remote end hung up\n{stopped}").outcome is PushOutcome.UNKNOWN


def test_refs_that_only_went_down_with_another_are_not_reported() -> None:
    report = REFUSED.format(ref="a", kind="rejected", reason="stale info") + REFUSED.format(
        ref="b", kind="rejected", reason="atomic push failed"
    )
    assert _explain(report, "").details == ("refs/heads/a: stale info",)


def test_a_refusal_comes_with_the_remote_s_own_words() -> None:
    report = REFUSED.format(ref="a", kind="remote rejected", reason="pre-receive hook declined")
    result = _explain(report, "remote: not on a Friday        \nerror: failed to push some refs\n")
    assert result.outcome is PushOutcome.REJECTED
    assert [line.strip() for line in result.details] == [
        "refs/heads/a: pre-receive hook declined",
        "remote: not on a Friday",
    ]


def test_a_refusal_without_a_reason_is_named_by_its_kind() -> None:
    report = "!\tabc:refs/heads/a\t[remote rejected]\n"
    assert _explain(report, "").details == ("refs/heads/a: remote rejected",)


def test_a_remote_that_cannot_move_refs_together_is_told_apart() -> None:
    errors = "fatal: the receiving end does not support --atomic push\n"
    assert _explain("", errors).outcome is PushOutcome.NOT_ATOMIC


def test_a_connection_that_breaks_leaves_the_outcome_unknown_with_git_s_last_words() -> None:
    errors = "".join(f"line {n}\n" for n in range(9))
    result = _explain("", errors)
    assert result.outcome is PushOutcome.UNKNOWN
    assert result.details == ("line 4", "line 5", "line 6", "line 7", "line 8")
