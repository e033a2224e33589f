from __future__ import annotations

from phasegate.rollout.planning.changelog import (
    body_of,
    release_section,
    rollback_section,
    with_release,
    with_rollback,
)
from unit.phasegate.rollout.states import AT, release, state

SECTION = "## 2.0.0-rc.1 (2027-01-15)\n\n### Features\n\n- new\n"
OLD = "# Changelog\n\n## 1.0.0 (2027-01-01)\n\n### Features\n\n- old\n"


def test_a_rollback_says_what_it_restores() -> None:
    assert rollback_section("1.0.1", AT, "1.0.0") == "## 1.0.1 (2027-01-15)\n\nRestores 1.0.0.\n"


def test_a_flag_rollback_says_that_the_flags_went_off() -> None:
    assert rollback_section("1.0.1", AT, None) == "## 1.0.1 (2027-01-15)\n\nTurns the feature flags off.\n"


def test_a_rollback_stands_on_top() -> None:
    assert with_rollback(OLD, "1.0.1", AT, "0.9.0") == (
        "# Changelog\n\n## 1.0.1 (2027-01-15)\n\nRestores 0.9.0.\n\n"
        "## 1.0.0 (2027-01-01)\n\n### Features\n\n- old\n"
    )


def test_a_first_changelog_gets_its_title() -> None:
    assert with_rollback(None, "1.0.1", AT, "1.0.0").startswith("# Changelog\n\n## 1.0.1 ")


def test_the_next_release_tells_of_the_public_rollbacks_before_it_newest_first() -> None:
    now = state(
        release("1.0.10", kind="rollback", at=AT, restores="1.0.0"),
        release("1.0.9", kind="flag", at=AT),
        release("1.0.0", kind="release"),
        release("1.1.0-rc.2", kind="rollback", at=AT, restores="1.0.0"),
    )
    assert with_release(OLD, now, SECTION) == (
        "# Changelog\n\n" + SECTION + "\n"
        "## 1.0.10 (2027-01-15)\n\nRestores 1.0.0.\n\n"
        "## 1.0.9 (2027-01-15)\n\nTurns the feature flags off.\n\n"
        "## 1.0.0 (2027-01-01)\n\n### Features\n\n- old\n"
    )


def test_a_rollback_that_is_told_already_is_not_told_again() -> None:
    now = state(release("1.0.1", kind="rollback", at=AT, restores="0.9.0"))
    told = with_rollback(OLD, "1.0.1", AT, "0.9.0")
    assert with_release(told, now, SECTION).count("## 1.0.1 ") == 1


def test_a_release_without_a_changelog_before_it_begins_one() -> None:
    assert with_release(None, state(), SECTION) == "# Changelog\n\n" + SECTION


def test_the_notes_are_the_section_without_its_heading() -> None:
    assert body_of(SECTION) == "### Features\n\n- new\n"
    assert body_of("## 1.0.0 (2027-01-15)\n") == "\n"


def test_a_release_keeps_the_notes_of_its_candidate() -> None:
    section = release_section("2.0.0", AT, body_of(SECTION))
    assert section == SECTION.replace("2.0.0-rc.1", "2.0.0")
