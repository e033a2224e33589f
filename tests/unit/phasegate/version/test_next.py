from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phasegate.version.commits import Change
from phasegate.version.next import next_candidate, next_version
from phasegate.version.semver import Level, Version

LEVELS = st.lists(st.sampled_from(Level), max_size=4)
FINALS = st.builds(Version, st.integers(0, 3), st.integers(0, 9), st.integers(0, 9))
FLOORS = st.one_of(FINALS, st.builds(Version.with_candidate, FINALS, st.integers(1, 5)))


def changes(*levels: Level) -> list[Change]:
    return [Change(level, "feat", "", "summary", (), "0" * 40) for level in levels]


@pytest.mark.parametrize(
    ("last", "levels", "expected"),
    [
        ("1.2.3", [Level.NONE, Level.PATCH], "1.2.4"),
        ("1.2.3", [Level.PATCH, Level.MINOR, Level.NONE], "1.3.0"),
        ("1.2.3", [Level.MAJOR, Level.PATCH], "2.0.0"),
        ("1.2.3", [Level.NONE], None),
        ("1.2.3", [], None),
        ("0.4.2", [Level.PATCH], "1.0.0"),
        ("0.4.2", [], "1.0.0"),
        (None, [], "1.0.0"),
        (None, [Level.PATCH], "1.0.0"),
    ],
)
def test_the_greatest_change_decides(last: str | None, levels: list[Level], expected: str | None) -> None:
    found = next_version(Version.parse(last) if last else None, changes(*levels))
    assert found == (Version.parse(expected) if expected else None)


@pytest.mark.parametrize(
    ("floor", "level", "expected"),
    [
        ("2.0.1", Level.MINOR, "2.1.0"),  # 2.0.0 was rolled back by 2.0.1
        ("2.0.1", Level.PATCH, "2.0.2"),
        ("2.0.0", Level.MAJOR, "3.0.0"),
        ("2.0.0-rc.3", Level.MAJOR, "2.0.0"),
        ("1.2.0", Level.MINOR, "1.3.0"),
    ],
)
def test_the_result_is_above_what_is_used_already(floor: str, level: Level, expected: str) -> None:
    found = next_version(Version(1, 2, 0), changes(level), Version.parse(floor))
    assert str(found) == expected


def test_a_first_release_goes_on_from_the_manifest_s_version() -> None:
    assert next_version(None, changes(Level.MINOR), Version(1, 2, 0)) == Version(1, 3, 0)
    assert next_version(None, changes(Level.NONE), Version(1, 2, 0)) == Version(1, 2, 1)


@given(st.one_of(st.none(), FINALS), LEVELS, st.one_of(st.none(), FLOORS))
def test_what_is_next_is_final_and_above_all_before(
    last: Version | None, levels: list[Level], floor: Version | None
) -> None:
    found = next_version(last, changes(*levels), floor)
    if found is None:
        assert not any(levels)
        return
    assert found.is_final
    assert found >= Version(1, 0, 0)
    assert all(found > used for used in (last, floor) if used)


@given(st.one_of(st.none(), FINALS), LEVELS, FLOORS)
def test_a_floor_never_decides_whether_a_release_is_due(
    last: Version | None, levels: list[Level], floor: Version
) -> None:
    with_floor, without = (next_version(last, changes(*levels), f) for f in (floor, None))
    assert (with_floor is None) is (without is None)


def test_the_first_candidate_is_number_one() -> None:
    assert str(next_candidate(Version(2, 0, 0), [])) == "2.0.0-rc.1"


def test_the_next_candidate_is_above_those_of_its_own_version_alone() -> None:
    used = map(Version.parse, ("2.0.0-rc.2", "2.0.0-rc.10", "2.0.1-rc.30", "2.0.0-beta.40", "1.0.0"))
    assert str(next_candidate(Version(2, 0, 0), used)) == "2.0.0-rc.11"


@given(FINALS, st.lists(FLOORS))
def test_a_candidate_was_never_used(version: Version, used: list[Version]) -> None:
    assert next_candidate(version, used) not in used
