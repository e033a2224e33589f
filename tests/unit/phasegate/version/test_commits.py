from __future__ import annotations

import pytest

from phasegate.version.commits import Change, changes_in
from phasegate.version.history import Commit
from phasegate.version.semver import Level

ID = "c" * 40


def changes_of(message: str, parents: int = 1) -> tuple[Change, ...]:
    return changes_in([Commit(ID, parents, message)])


@pytest.mark.parametrize(
    ("message", "level", "kind"),
    [
        ("feat: add", Level.MINOR, "feat"),
        ("fix: mend it", Level.PATCH, "fix"),
        ("perf: hasten", Level.PATCH, "perf"),
        *(
            (f"{kind}: do", Level.NONE, kind)
            for kind in ("build", "chore", "ci", "docs", "style", "refactor", "test")
        ),
        ("chore!: drop", Level.MAJOR, "chore"),
        ("fix: a\n\nBREAKING CHANGE: b", Level.MAJOR, "fix"),
        ("fix: a\n\nBREAKING-CHANGE: b", Level.MAJOR, "fix"),
    ],
)
def test_type_and_footers_tell_the_level(message: str, level: Level, kind: str) -> None:
    (change,) = changes_of(message)
    assert (change.level, change.kind) == (level, kind)


@pytest.mark.parametrize(
    "message",
    [
        "",
        "update things",
        "Feat: x y",
        "feat:x",
        "feature: x",
        'Revert "feat: x y"',
        "wip: z",
        "commit abc",
        "\r\n",
    ],
)
def test_an_unconventional_message_describes_no_change(message: str) -> None:
    assert changes_of(message) == ()


def test_a_change_carries_scope_summary_and_commit() -> None:
    assert changes_of("feat(core api): add a part (#12)\n\nWhy it matters.") == (
        Change(Level.MINOR, "feat", "core api", "add a part (#12)", (), ID),
    )


def test_a_breaking_change_carries_its_description() -> None:
    (change,) = changes_of("feat(io)!: read twice\n\nBody.\n\nBREAKING CHANGE: call read()\ninstead of get()")
    assert (change.level, change.summary) == (Level.MAJOR, "read twice")
    assert change.breaking == ("call read() instead of get()",)


def test_a_breaking_mark_alone_has_no_description() -> None:
    (change,) = changes_of("feat!: read twice")
    assert (change.level, change.breaking) == (Level.MAJOR, ())


@pytest.mark.parametrize("parents", [2, 3])
def test_a_merge_describes_no_change(parents: int) -> None:
    assert changes_of("feat: merged twice", parents) == ()


def test_a_squashed_commit_holds_several_changes() -> None:
    message = "feat: one thing (#3)\n\n* fix: another thing\n\n* chore!: drop a third\n"
    assert [(c.kind, c.level) for c in changes_of(message)] == [
        ("feat", Level.MINOR),
        ("fix", Level.PATCH),
        ("chore", Level.MAJOR),
    ]


def test_the_messages_of_a_manual_squash_are_found() -> None:
    message = (
        "Squashed commit of the following:\n\n"
        "commit 63ec09b9e844e616dcaa7bae35a0b66671b59fbb\nAuthor: Ann <ann@example.org>\n"
        "Date:   Sun Oct 13 12:05:23 2024 -0600\n\n    feat(release): some subject\n\n"
        "commit 63ec09b9e844e616dcaa7bae35a0b66671b59fbc\nAuthor: Ann <ann@example.org>\n"
        "Date:   Sun Oct 13 12:05:23 2024 -0600\n\n    fix: other subject\n"
    )
    assert [(c.kind, c.scope, c.summary) for c in changes_of(message)] == [
        ("feat", "release", "some subject"),
        ("fix", "", "other subject"),
    ]


def test_changes_keep_the_order_of_their_commits() -> None:
    commits = [Commit(str(number), 1, f"fix: number {number}") for number in range(4)]
    assert [change.commit for change in changes_in(commits)] == ["0", "1", "2", "3"]
