"""Who has a feature must never change with a version: 50 users' digests and buckets, as they were at the beginning.

`tests/fixtures/flag_buckets.json` was computed apart from rforge, by the rule that is written at the top of its `flags.py`; whatever
else decides over the same flag file, in any language, has to give the same.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from rforge.flags import Flag, Flags, user_bucket, user_digest

GOLDEN = json.loads(
    (Path(__file__).parents[1] / "fixtures" / "flag_buckets.json").read_text(encoding="utf-8")
)
FLAG = GOLDEN["flag"]
USERS = GOLDEN["users"]


def having(percentage: float) -> set[str]:
    flags = Flags({FLAG: Flag(enabled=True, percentage=percentage)})
    return {user for user in USERS if flags.is_on(FLAG, user)}


def test_50_users_have_the_digest_and_the_bucket_that_they_had() -> None:
    assert len(USERS) == 50
    found = {user: {"digest": user_digest(FLAG, user), "bucket": user_bucket(FLAG, user)} for user in USERS}
    assert found == USERS


@pytest.mark.parametrize("percentage", [0, 0.01, 5, 10, 25, 50, 90, 100])
def test_at_a_percentage_the_same_users_have_the_feature_as_ever(percentage: float) -> None:
    assert having(percentage) == {user for user, told in USERS.items() if told["bucket"] < percentage * 100}


def test_everybody_keeps_a_feature_while_the_percentage_grows() -> None:
    shares = [having(percentage) for percentage in range(0, 101, 5)]
    assert all(fewer <= more for fewer, more in zip(shares, shares[1:]))
    assert (len(shares[0]), len(shares[-1])) == (0, 50)


def test_a_user_s_bucket_in_another_flag_is_another() -> None:
    same = [user for user in USERS if user_bucket("another-flag", user) == USERS[user]["bucket"]]
    assert len(same) <= 1
