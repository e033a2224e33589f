"""What counts as a secret, and that none survives. Tokens are put together here, so that no scanner takes one for real."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phasegate.redaction import Discretion, redact, secrets_in, secrets_in_settings

SECRET = "s3cr3t-value"
LETTERS = "aB3dE6gH9" * 8
KEY = [
    "-----BEGIN RSA PRIVATE" + " KEY-----",
    "MIIBOgIBAAJB",
    "AKj34GkxFhD9",
    "-----END RSA PRIVATE" + " KEY-----",
]


def discreet(text: str, **environment: str) -> str:
    return Discretion(secrets_in(environment))(text)


@pytest.mark.parametrize(
    "name",
    [
        *("GITHUB_TOKEN", "DB_PASSWORD", "PGPASSWD", "CLIENT_SECRET", "AWS_SECRET_ACCESS_KEY", "API_KEY", "APIKEY"),
        *("SIGNING_KEY", "KEY", "GH_PAT", "SLACK_WEBHOOK_URL", "gpg_passphrase", "GOOGLE_CREDENTIALS", "MYSQL_PWD"),
        *("SSHPASS", "APPRISE_URLS", "NPM_AUTH", "HTTP_AUTHORIZATION", "SENTRY_DSN", "SESSION_COOKIE"),
    ],
)  # fmt: skip
def test_values_of_variables_that_look_secret_are_blotted_out(name: str) -> None:
    assert discreet(f"a {SECRET} b", **{name: SECRET}) == "a *** b"


@pytest.mark.parametrize(
    "name",
    ["PATH", "PWD", "OLDPWD", "HOME", "KEYBOARD", "MONKEY", "PATTERN", "LANG", "OLDPATH", "GIT_AUTHOR_NAME", "SSH_AUTH_SOCK", "GIT_ASKPASS_X"],
)  # fmt: skip
def test_values_of_other_variables_stay(name: str) -> None:
    assert secrets_in({name: SECRET}) == frozenset()


def test_a_variable_that_is_named_is_secret_whatever_it_is_called_with_each_of_its_urls() -> None:
    secrets = secrets_in({"NOTICES": "json://a.example/one, ntfy://b.example/two"}, "NOTICES")
    assert Discretion(secrets)("to ntfy://b.example/two") == "to ***"


def test_a_token_in_a_secret_url_is_known_by_itself_too() -> None:
    text = "host refused T0kenOfSixteenAnd and not chat"
    assert discreet(text, A_WEBHOOK="tgram://T0kenOfSixteenAnd/chat") == "host refused *** and not chat"


def test_each_line_of_a_secret_is_secret() -> None:
    assert discreet("it says AAAABBBBCCCC", DEPLOY_KEY="begin it\nAAAABBBBCCCC\nend it\n") == "it says ***"


def test_short_values_are_words_of_other_texts() -> None:
    assert discreet("1 of 11", KEY="1", TOKEN="true", API_KEY=" " * 9) == "1 of 11"


def test_a_longer_secret_is_blotted_out_whole_though_it_holds_a_shorter_one() -> None:
    assert discreet("x secret-longer y", A_TOKEN="secret", B_TOKEN="secret-longer") == "x *** y"


def test_a_password_in_any_variable_s_url_is_known_by_itself_too() -> None:
    text = "denied for p@ssword1 and p%40ssword1"
    assert discreet(text, DATABASE_URL="postgres://me:p%40ssword1@db.test/x") == "denied for *** and ***"
    assert discreet("me at db.test", DATABASE_URL="postgres://me:p%40ssword1@db.test/x") == "me at db.test"


def test_a_secret_is_known_as_urls_write_it() -> None:
    assert discreet("?x=a%2Fb%3Dc%20d", A_TOKEN="a/b=c d") == "?x=***"


@pytest.mark.parametrize(
    "settings",
    [
        {"remote.origin.url": f"https://user:{SECRET}@host.test/x.git"},
        {"remote.origin.pushurl": f"https://{SECRET}-long-enough@host.test/x.git"},
        {f"url.https://user:{SECRET}@host.test/.insteadof": "https://host.test/"},
        {"http.https://host.test/.extraheader": f"AUTHORIZATION: basic {SECRET}"},
        {"remote.origin.url": f"ext::user:{SECRET}@host.test"},
        {"remote.origin.pushurl": f"user:{SECRET}@host.test:x.git"},
        {"github.token": SECRET},
        {"sendemail.smtppass": SECRET},
    ],
)
def test_what_git_s_settings_hold_is_secret(settings: dict[str, str]) -> None:
    assert SECRET not in Discretion(secrets_in_settings([*settings.items()]))(
        f"remote: no {SECRET}-long-enough here"
    )


def test_each_of_a_setting_s_values_is_secret_and_each_long_word_of_a_header() -> None:
    headers = ["Authorization: basic first-secret", f"X-Key: {SECRET}-long-enough expires=never"]
    discreet = Discretion(secrets_in_settings([("http.extraheader", header) for header in headers]))
    assert discreet(f"first-secret {SECRET}-long-enough basic") == "*** *** basic"


def test_what_is_published_for_good_keeps_a_word_that_somebody_has_for_a_password() -> None:
    passwords = ("postgres", "128000", "passw0rd", "a-long-pass-phrase")
    public = Discretion(passwords).unmistakable
    assert " ".join(map(public, passwords)) == "postgres 128000 *** ***"


@pytest.mark.parametrize(
    "settings",
    [
        {"credential.helper": "osxkeychain"},
        {"user.signingkey": "ABCDEF012345"},
        {"remote.origin.url": "https://annette@host.test/x.git"},
        {"remote.origin.url": "ssh://deploy@host.test/x.git"},
        {"http.extraheader": ""},
        {"remote.origin.url": "git@host.test:team/demo@2.git"},
        {"remote.origin.url": "C:\\work\\demo@2"},
        {"remote.origin.url": "host.test:team/demo@2"},
    ],
)
def test_what_is_no_secret_in_git_s_settings_stays(settings: dict[str, str]) -> None:
    assert secrets_in_settings([*settings.items()]) == frozenset()


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("fatal: https://token@host.test/x", "fatal: https://***@host.test/x"),
        ("fatal: https://user:secret@host.test/x", "fatal: https://***@host.test/x"),
        ("fatal: https://user:se@cret@host.test/x", "fatal: https://***@host.test/x"),
        (f"https://user:{LETTERS * 40}@host.test/x", "https://***@host.test/x"),
        ("fatal: 'https://user:se/cr@et@host.test/x'", "fatal: 'https://***@host.test/x'"),
        ("ssh://git:secret@host.test:22/x", "ssh://***@host.test:22/x"),
        ("https://a:b@one.test and https://c:d@two.test", "https://***@one.test and https://***@two.test"),
        ("https://host.test/x?access_token=abc&y=1", "https://host.test/x?access_token=***&y=1"),
        ("https://host.test/x?a=1&sig=abc#top", "https://host.test/x?a=1&sig=***#top"),
        ("Authorization: Basic dTpw and more", "Authorization: Basic *** and more"),
        (f"sent bearer {LETTERS}", "sent bearer ***"),
        ("https://hooks.slack.com/services/T0/B0/xyz", "https://hooks.slack.com/***"),
        ("https://discord.com/api/webhooks/12/xyz'", "https://discord.com/api/webhooks/***'"),
    ],
)
def test_credentials_in_urls_and_headers_are_blotted_out(said: str, shown: str) -> None:
    assert redact(said) == shown


@pytest.mark.parametrize(
    "said",
    [
        *("git@host.test:x/y.git", "https://host.test/x@y", "who@example.test said no", "a:b@c", ""),
        *("https://host.test:8080/@scope/name", "the bearer of bad news", "sort by ?x=1&token", "sk-learn-compatible-estimators-of-all", "npm_run", "global-configuration-of-all-things"),
        *("key=value", "a1b2c3d4e5f60718293a4b5c6d7e8f9012345678", "feat(auth): token=off"),
    ],
)  # fmt: skip
def test_what_holds_no_secret_stays_as_it_is(said: str) -> None:
    assert redact(said) == said


@pytest.mark.parametrize(
    "token",
    [
        *("ghp_" + LETTERS[:36], "github_" + "pat_" + LETTERS, "glpat-" + LETTERS[:20], "xoxb-12345-" + LETTERS[:24]),
        *("npm_" + LETTERS[:36], "pypi-" + "AgEIcHlwaS5vcmc" + LETTERS, "hf_" + LETTERS[:34], "AKIA" + "ABCDEFGH01234567"),
        *("AIza" + LETTERS[:35], "sk-" + "ant-api03-" + LETTERS, "sk_" + "live_" + LETTERS[:24], "dop_v1_" + "ab" * 32),
        *("SG." + LETTERS[:22] + "." + LETTERS[:43], "eyJ" + "hbGciOiJI.eyJ" + "zdWIiOiIx." + LETTERS[:43]),
    ],
)  # fmt: skip
def test_a_token_of_a_published_form_is_blotted_out(token: str) -> None:
    assert redact(f"fix: remove {token}, which leaked") == "fix: remove ***, which leaked"


def test_a_private_key_is_blotted_out_in_a_text_and_line_by_line() -> None:
    assert redact("\n".join(["a", *KEY, "b"])) == "a\n***\nb"
    assert redact("\n".join(["a", *KEY[:2]])) == "a\n***"
    lines = Discretion().lines(f"{line}\n" for line in ["a", *KEY, "b"])
    assert "".join(lines) == "a\n" + "***\n" * len(KEY) + "b\n"


@given(st.lists(st.text("abc", min_size=6, max_size=9), max_size=4), st.text("abc ", max_size=40))
def test_no_secret_survives(values: list[str], text: str) -> None:
    secrets = secrets_in({f"TOKEN_{number}": value for number, value in enumerate(values)})
    assert not any(secret in Discretion(secrets)(text) for secret in secrets)
