from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phasegate.version.semver import Level, Version

NUMBERS = st.integers(0, 99)
WORDS = st.from_regex(r"[0-9]{0,2}[A-Za-z-][0-9A-Za-z-]{0,3}", fullmatch=True)
VERSIONS = st.builds(
    Version, NUMBERS, NUMBERS, NUMBERS, st.lists(st.one_of(NUMBERS, WORDS), max_size=3).map(tuple)
)
RISING = st.sampled_from([Level.PATCH, Level.MINOR, Level.MAJOR])


@given(VERSIONS)
def test_a_version_survives_the_round_trip_through_text(version: Version) -> None:
    assert Version.parse(str(version)) == version


@given(VERSIONS, VERSIONS)
def test_of_two_versions_exactly_one_relation_holds(one: Version, other: Version) -> None:
    assert [one < other, one == other, one > other].count(True) == 1
    assert (one <= other) is not (one > other)
    assert (str(one) == str(other)) is (one == other)


@given(st.lists(VERSIONS, min_size=3, max_size=3))
def test_the_order_is_transitive(versions: list[Version]) -> None:
    low, middle, high = sorted(versions)
    assert low <= middle <= high
    assert low <= high


@given(VERSIONS, RISING)
def test_a_bump_rises_to_a_final_version(version: Version, level: Level) -> None:
    assert version.bump(level) > version
    assert version.bump(level) > version.final
    assert version.bump(level).is_final


@given(VERSIONS, RISING, RISING)
def test_a_greater_bump_never_gives_a_lower_version(version: Version, one: Level, other: Level) -> None:
    low, high = sorted((one, other))
    assert version.bump(low) <= version.bump(high)


@given(VERSIONS, st.integers(1, 50), st.integers(1, 50))
def test_candidates_rise_and_stay_below_their_release(version: Version, one: int, other: int) -> None:
    first, second = version.with_candidate(one), version.with_candidate(other)
    assert (first < second) is (one < other)
    assert first < version.final
    assert (first.candidate, first.final) == (one, version.final)


def test_the_specification_s_own_order_holds() -> None:
    texts = ("alpha", "alpha.1", "alpha.beta", "beta", "beta.2", "beta.11", "rc.1")
    rising = [Version.parse(f"1.0.0-{text}") for text in texts] + [Version.parse("1.0.0")]
    falling = rising[::-1]
    assert sorted(falling) == rising
    assert sorted(map(Version.parse, ("2.1.1", "1.0.0", "2.1.0", "2.0.0"))) == [
        Version(1, 0, 0),
        Version(2, 0, 0),
        Version(2, 1, 0),
        Version(2, 1, 1),
    ]


@pytest.mark.parametrize(
    "text",
    ["1.0.0-0A.is.legal", "1.0.0--", "1.0.0-alpha-a.b-c", "0.0.0", "99999999999999999999.0.0", "1.2.3-0.0"],
)
def test_what_the_specification_allows_is_parsed(text: str) -> None:
    assert str(Version.parse(text)) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1",
        "1.2",
        "v1.2.3",
        "1.2.3.4",
        "01.2.3",
        "1.02.3",
        "1.2.03",
        "1.2.3-",
        "1.2.3-rc.01",
        "1.2.3-rc..1",
        "1.2.3-ü",
        " 1.2.3",
        "1.2.3\n",
        "1.2.-3",
        "\u0661.\u0662.\u0663",
        "1.2.3+build",
        "1.2.3-rc.1+build",
        "1" * 5000 + ".0.0",
    ],
)
def test_what_is_no_version_is_refused(text: str) -> None:
    assert Version.parse_or_none(text) is None
    with pytest.raises(ValueError, match=r"version|digits"):
        Version.parse(text)


@pytest.mark.parametrize(
    ("text", "candidate"),
    [
        ("1.0.0-rc.7", 7),
        ("1.0.0-rc.0", 0),
        ("1.0.0", None),
        ("1.0.0-rc", None),
        ("1.0.0-rc.x", None),
        ("1.0.0-beta.1", None),
        ("1.0.0-rc.1.2", None),
    ],
)
def test_only_rc_with_one_number_is_a_candidate(text: str, candidate: int | None) -> None:
    assert Version.parse(text).candidate == candidate


def test_each_level_bumps_its_own_number() -> None:
    version = Version.parse("1.2.3-rc.4")
    assert [str(version.bump(level)) for level in Level] == ["1.2.3-rc.4", "1.2.4", "1.3.0", "2.0.0"]


def test_a_version_is_ordered_among_versions_only() -> None:
    with pytest.raises(TypeError):
        assert Version(1, 0, 0) < "2.0.0"
