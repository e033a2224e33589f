from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rforge.errors import PluginError
from rforge.flags import ALL_OFF, Flag, Flags, parse_flags, user_bucket, user_digest

GOLDEN = [
    ("mode-system", "ada", "572113755d34c2a4d67e4c7287652cf3cc0e1d2cfe42e6c8396862a2c40f6303", 2244),
    ("mode-system", "bob", "04776251d5fd258020e7adb2d8b5eb55349b3d272887aaed55e4098cf1510d8d", 48),
    ("other", "ada", "dcb09412b14c14e6946fe49e0635e45baf5b01f6ef03d44d02f94d14549795aa", 6870),
    ("mode-system", "", "dd662c6d1c8779289817d3f9bd00003aa5132c0a19878162ce06e1ed5e31799e", 8600),
    ("mode-system", "Zoë", "423eaa252d1c5726ebe23ffc79045c4347e6095d7bfd53709e99a061cd8fd9e0", 8358),
]


def flags(**flag: object) -> Flags:
    return parse_flags(json.dumps({"schema": 1, "flags": {"mode-system": flag}}))


@pytest.mark.parametrize(("flag", "user", "digest", "bucket"), GOLDEN)
def test_digest_and_bucket_of_a_user_never_change(flag: str, user: str, digest: str, bucket: int) -> None:
    assert user_digest(flag, user) == digest
    assert user_bucket(flag, user) == bucket


def test_a_flag_that_is_enabled_for_everyone_is_on() -> None:
    assert flags(enabled=True, users=[], percentage=100).is_on("mode-system", "anyone")


def test_a_flag_that_is_not_enabled_is_off_even_for_listed_users() -> None:
    off = flags(enabled=False, users=[user_digest("mode-system", "ada")], percentage=100)
    assert not off.is_on("mode-system", "ada")


def test_only_listed_users_have_a_flag_at_zero_percent() -> None:
    listed = flags(enabled=True, users=[user_digest("mode-system", "ada")], percentage=0)
    assert listed.is_on("mode-system", "ada")
    assert not listed.is_on("mode-system", "bob")


def test_a_user_listed_for_another_flag_is_not_listed() -> None:
    assert not flags(enabled=True, users=[user_digest("other", "ada")]).is_on("mode-system", "ada")


def test_a_flag_that_the_file_does_not_have_is_off() -> None:
    assert not flags(enabled=True, percentage=100).is_on("other", "ada")
    assert not ALL_OFF.is_on("mode-system", "ada")


@given(user=st.text(), low=st.integers(0, 10_000), high=st.integers(0, 10_000))
def test_who_has_a_feature_keeps_it_when_the_percentage_grows(user: str, low: int, high: int) -> None:
    low, high = sorted((low, high))
    at = [Flags({"f": Flag(enabled=True, percentage=hundredths / 100)}) for hundredths in (low, high)]
    assert not at[0].is_on("f", user) or at[1].is_on("f", user)


@pytest.mark.parametrize("percentage", [1, 10, 50, 90])
def test_the_share_of_users_is_the_percentage(percentage: int) -> None:
    enabled = flags(enabled=True, percentage=percentage)
    having = sum(enabled.is_on("mode-system", f"user-{number}") for number in range(10_000))
    assert abs(having / 100 - percentage) < 1.5  # three standard deviations of 10,000 draws at 50 %


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[" * 100_000,
        "[]",
        '{"schema": 2, "flags": {}}',
        '{"schema": 1}',
        '{"schema": 1, "flags": []}',
    ],
)
def test_a_broken_flag_file_is_a_plugin_error(text: str) -> None:
    with pytest.raises(PluginError):
        parse_flags(text)


@pytest.mark.parametrize(
    "broken",
    [
        "true",
        "{}",
        '{"enabled": "yes"}',
        '{"enabled": true, "users": "ada"}',
        '{"enabled": true, "users": ["ada"]}',
        '{"enabled": true, "percentage": 101}',
        '{"enabled": true, "percentage": NaN}',
        '{"enabled": true, "percentage": true}',
    ],
)
def test_a_broken_flag_is_off_and_told_and_the_others_work(broken: str) -> None:
    text = (
        f'{{"schema": 1, "flags": {{"f": {broken}, "mode-system": {{"enabled": true, "percentage": 100}}}}}}'
    )
    found = parse_flags(text)
    assert (found.is_on("f", "ada"), found.is_on("mode-system", "ada")) == (False, True)
    assert [str(error).partition(":")[0] for error in found.broken] == ["f is switched off"]
