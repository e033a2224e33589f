from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phasegate.notify.redaction import secrets_in, without_secrets

SECRET = "s3cr3t-value"


@pytest.mark.parametrize(
    "name",
    [
        "GITHUB_TOKEN",
        "DB_PASSWORD",
        "PGPASSWD",
        "CLIENT_SECRET",
        "AWS_SECRET_ACCESS_KEY",
        "API_KEY",
        "APIKEY",
        "SIGNING_KEY",
        "KEY",
        "GH_PAT",
        "SLACK_WEBHOOK_URL",
        "gpg_passphrase",
        "GOOGLE_CREDENTIALS",
        "MYSQL_PWD",
    ],
)
def test_values_of_variables_that_look_secret_are_blotted_out(name: str) -> None:
    assert without_secrets(f"a {SECRET} b", secrets_in({name: SECRET})) == "a *** b"


@pytest.mark.parametrize(
    "name", ["PATH", "PWD", "OLDPWD", "HOME", "KEYBOARD", "MONKEY", "PATTERN", "LANG", "OLDPATH"]
)
def test_values_of_other_variables_stay(name: str) -> None:
    assert secrets_in({name: SECRET}) == frozenset()


def test_a_variable_that_is_named_is_secret_whatever_it_is_called_with_each_of_its_urls() -> None:
    secrets = secrets_in({"NOTICES": "json://a.example/one, ntfy://b.example/two"}, "NOTICES")
    assert without_secrets("to ntfy://b.example/two", secrets) == "to ***"


def test_each_line_of_a_key_is_secret() -> None:
    secrets = secrets_in({"DEPLOY_KEY": "-----BEGIN KEY-----\nAAAABBBBCCCC\n-----END KEY-----\n"})
    assert without_secrets("it says AAAABBBBCCCC", secrets) == "it says ***"


def test_short_values_are_words_of_other_texts() -> None:
    assert (
        without_secrets("1 of 11", secrets_in({"KEY": "1", "TOKEN": "true", "API_KEY": " " * 9})) == "1 of 11"
    )


def test_credentials_in_any_url_are_blotted_out() -> None:
    assert without_secrets("https://ann:pw@git.example/x", ()) == "https://***@git.example/x"


@given(st.lists(st.text("abc", min_size=6, max_size=9), max_size=4), st.text("abc ", max_size=40))
def test_no_secret_survives(values: list[str], text: str) -> None:
    secrets = secrets_in({f"TOKEN_{number}": value for number, value in enumerate(values)})
    assert not any(secret in without_secrets(text, secrets) for secret in secrets)
