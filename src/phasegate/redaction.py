"""Secrets taken out of texts before anyone sees or keeps them. Pure.

What counts as a secret: credentials in URLs, in headers and in git's settings; the values of environment variables whose
names say so; tokens of a published form; private keys. Anything else is a text like any other.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

_BLOT = "***"
_SHORTEST = 6
"""Shorter values are words that texts hold for other reasons: `KEY=1` must not blot out every 1."""
_SHORTEST_ALONE = 16
"""In `https://USER@host`, and as a part of a secret URL's path, a word may be a token; a shorter one is a name."""

_SECRET_NAME = re.compile(
    r"TOKEN|PASSW|PASSPHRASE|PASS$|SECRET|CREDENTIAL|WEBHOOK|APPRISE|API_?KEY|AUTHORIZATION|COOKIE|CONNECTION_?STRING"
    r"|(?:^|_)(?:KEY|PAT|AUTH|DSN)(?:_(?!SOCK)|$)|_PWD$",
    re.IGNORECASE,
)
_USER_INFO = re.compile(r"(?<=://)(?:[^/\s]+|[^/\s:@]{0,99}:(?!\d+/)\S{1,500})(?=@)")
_SHORT_URL = re.compile(r"(?:\w+::)?[^/\s:@]{2,}:([^/\s]+)@")
_HEADER = re.compile(r"(?i)(\bauthorization\s*:\s*(?:\w+\s+)?|\bbearer\s+(?=\S{16}))[^\s'\",;]+")
_ARGUMENT = re.compile(
    r"(?i)([?&;](?:[\w.-]{0,40}(?:token|secret|passw|credential|signature|auth|api[_-]?key|access[_-]?key)[\w.-]{0,40}|key|sig)=)"
    r"[^\s&;#'\"]+"
)
_WEBHOOK = re.compile(
    r"(//hooks\.slack\.com/|//(?:\w+\.)?discord(?:app)?\.com/api/webhooks/|//[\w.-]+\.webhook\.office\.com/)[^\s'\"]+"
)
_TOKEN = re.compile(
    r"""(?x)(?<![A-Za-z0-9]) (?:
        gh[a-z]_[A-Za-z0-9]{30,} | github_pat_\w{22,}              # GitHub
      | gl(?:pat|dt|rt|cbt|ptt|ft|imt|agent|soat|oas|ffct)-[\w.-]{20,}  # GitLab
      | xox[a-z]-[\w-]{10,} | xapp-[\w-]{10,}                      # Slack
      | npm_[A-Za-z0-9]{30,} | pypi-AgE[\w-]{20,} | hf_[A-Za-z0-9]{30,}
      | (?:AKIA|ASIA)[A-Z0-9]{16}                                  # Amazon
      | AIza[\w-]{35} | ya29\.[\w-]{20,}                           # Google
      | sk-(?=[\w-]{0,99}\d)[\w-]{20,} | [rs]k_(?:live|test)_[A-Za-z0-9]{16,}       # Anthropic, OpenAI; Stripe
      | do[opr]_v1_[a-f0-9]{64} | SG\.[\w-]{16,}\.[\w-]{16,}       # DigitalOcean; SendGrid
      | eyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]*                         # JSON Web Tokens
    )""",
    re.ASCII,
)
_KEY_BEGINS, _KEY_ENDS = "-----BEGIN [A-Z0-9 ]*PRIVATE KEY", "-----END [A-Z0-9 ]*PRIVATE KEY"
_KEY = re.compile(rf"{_KEY_BEGINS}.*?(?:{_KEY_ENDS}[A-Z ]*-----|\Z)", re.DOTALL)


def redact(text: str) -> str:
    """`text` with everything blotted out that has the form of a secret."""
    for form in (_USER_INFO, _TOKEN, _KEY):
        text = form.sub(_BLOT, text)
    for form in (_HEADER, _ARGUMENT, _WEBHOOK):
        text = form.sub(rf"\1{_BLOT}", text)
    return text


class Discretion:
    """Takes secrets out of texts: those that it knows, and whatever has the form of one."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        longest_first = sorted(secrets, key=len, reverse=True)  # a secret may hold a shorter one
        self._secrets = longest_first
        self._known = re.compile("|".join(map(re.escape, longest_first)) or r"(?!)")

    def __call__(self, text: str) -> str:
        """`text` with each secret blotted out."""
        return redact(self._known.sub(_BLOT, text))

    @property
    def unmistakable(self) -> Discretion:
        """For what is published for good: a password that is a word is no reason to blot that word out of it."""
        return Discretion(secret for secret in self._secrets if not _may_be_a_word(secret))

    def lines(self, lines: Iterable[str]) -> Iterator[str]:
        """`lines` with each secret blotted out, private keys over several lines too."""
        in_key = False
        for line in lines:
            begun = in_key or re.search(_KEY_BEGINS, line) is not None
            in_key = begun and re.search(_KEY_ENDS, line) is None
            yield f"{_BLOT}\n" if begun else self(line)


def secrets_in(environment: Mapping[str, str], *variables: str) -> frozenset[str]:
    """The values of variables whose names look secret, and of `variables`; credentials in the URLs of all."""
    named = [value for name, value in environment.items() if name in variables or _SECRET_NAME.search(name)]
    return _long_enough([*named, *_pieces(named), *_credentials(environment.values())])


def secrets_in_settings(settings: Sequence[tuple[str, str]]) -> frozenset[str]:
    """The same of git's settings, keys and values: tokens and passwords, credentials in URLs, the headers it sends."""
    last_names = [(key.rpartition(".")[2], value) for key, value in settings]
    named = [value for name, value in last_names if _SECRET_NAME.search(name)]
    short = [
        match[1] for name, url in last_names if name.endswith("url") for match in _SHORT_URL.finditer(url)
    ]
    headers = [value.split() for name, value in last_names if name == "extraheader" and value.split()]
    sent = [word for words in headers for word in words if word is words[-1] or len(word) >= _SHORTEST_ALONE]
    return _long_enough(
        [*named, *short, *sent, *_credentials(part for setting in settings for part in setting)]
    )


def _pieces(values: Iterable[str]) -> Iterator[str]:
    """Each line; of URLs each by itself, and the tokens in it."""
    for value in values:
        yield from value.splitlines()
        if "://" in value:
            yield from re.split(r"[\s,]+", value)
            yield from (word for word in re.split(r"[\s,/:@?&=]+", value) if len(word) >= _SHORTEST_ALONE)


def _credentials(values: Iterable[str]) -> Iterator[str]:
    for value in values:
        for match in _USER_INFO.finditer(value) if "://" in value else ():
            user, colon, password = match[0].partition(":")
            secret = password if colon else user if len(user) >= _SHORTEST_ALONE else ""
            yield from (secret, unquote(secret))


def _may_be_a_word(secret: str) -> bool:
    mixed = re.search(r"\d", secret) and re.search(r"[^\W\d_]", secret)
    return not mixed and len(secret) < _SHORTEST_ALONE


def _long_enough(values: Iterable[str]) -> frozenset[str]:
    secrets = {value for value in values if len(value.strip()) >= _SHORTEST}
    return frozenset(secrets | {quote(secret, safe="", errors="replace") for secret in secrets})
