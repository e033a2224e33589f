"""Secrets taken out of texts before anyone sees them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from phasegate.errors import redact

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_SECRET_NAME = re.compile(
    r"TOKEN|PASSW|PASSPHRASE|SECRET|CREDENTIAL|WEBHOOK|API_?KEY|(?:^|_)(?:KEY|PAT)(?:_|$)|_PWD$",
    re.IGNORECASE,
)
_SHORTEST = 6
"""Shorter values are words that texts hold for other reasons: `KEY=1` must not blot out every 1."""
_BLOT = "***"


def secrets_in(environment: Mapping[str, str], *variables: str) -> frozenset[str]:
    """The values of variables whose names look secret, and of `variables`; each line and each URL by itself too."""
    values = [value for name, value in environment.items() if name in variables or _SECRET_NAME.search(name)]
    lines = [line for value in values for line in value.splitlines()]
    urls = [url for value in values if "://" in value for url in re.split(r"[\s,]+", value)]
    return frozenset(secret for secret in (*values, *lines, *urls) if len(secret.strip()) >= _SHORTEST)


def without_secrets(text: str, secrets: Iterable[str]) -> str:
    """`text` with each of `secrets`, and the credentials of every URL, blotted out."""
    for secret in sorted(secrets, key=len, reverse=True):  # a secret may hold a shorter one
        text = text.replace(secret, _BLOT)
    return redact(text)
