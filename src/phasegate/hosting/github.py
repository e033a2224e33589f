"""GitHub's API, as far as rules for branches need it: one repository, one token that nobody sees.

The token goes to the API alone: over TLS (or to this very machine), never to where a redirect points, never into a text.
Source: https://docs.github.com/rest/repos/rules
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, ProxyHandler, Request, build_opener

from phasegate.errors import ErrorCode, PhasegateError
from phasegate.hosting.ruleset import Ruleset
from phasegate.strict_json import read_json

if TYPE_CHECKING:
    from collections.abc import Mapping

API = "https://api.github.com"
TOKENS = ("GH_TOKEN", "GITHUB_TOKEN")
"""The variables that may hold a token, as GitHub's own command line reads them."""
_REMOTE = re.compile(
    r"(?:https?://(?:[^@/]*@)?|(?:ssh://)?[\w.-]+@)([\w.-]+)(?::\d+/|[:/])([\w.-]+/[\w.-]+?)(?:\.git)?/?"
)
_TOKEN = re.compile(r"[!-~]+")
"""What can stand in a header as it is; what cannot, urllib quotes in its error, where a secret has no place."""
_THIS_MACHINE = ("127.0.0.1", "::1", "localhost")
_SILENCE_S = 30.0
_LARGEST_BYTES = 4_000_000
_WORDS = 300
"""How much of what a host says in an error is quoted, in characters."""


class _NoRedirect(HTTPRedirectHandler):
    """urllib would take the token along to wherever it is sent."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None


@dataclass(frozen=True)
class GitHub:
    """The rulesets of `repository` (`owner/name`) at `api`."""

    api: str
    repository: str
    token: str = field(repr=False)

    def find(self, name: str) -> tuple[int, Ruleset] | None:
        """The ruleset called `name` with its number; None where there is none. Raises `host-refused`."""
        listed = self._ask("GET", "/rulesets?includes_parents=false&per_page=100")
        try:
            numbers = [int(row["id"]) for row in listed if row["name"] == name]
            if not numbers:
                return None
            content = self._ask("GET", f"/rulesets/{numbers[0]}")
            return numbers[0], Ruleset(name, {**content, "rules": list(content["rules"])})
        except (TypeError, KeyError, ValueError):
            raise self._refused("its answer is no ruleset") from None

    def put(self, ruleset: Ruleset, number: int | None) -> None:
        """Make the ruleset, or change the one of that number. Raises `host-refused`."""
        method, path = ("POST", "/rulesets") if number is None else ("PUT", f"/rulesets/{number}")
        self._ask(method, path, ruleset.content)

    def _ask(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        request = Request(  # noqa: S310 - open_github lets in https and this machine only
            f"{self.api}/repos/{self.repository}{path}",
            data=None if body is None else json.dumps(body).encode(),
            method=method,
            headers={
                "Accept": "application/vnd.github+json",
                "Content-Type": "application/json",
                "User-Agent": "phasegate",
                "X-GitHub-Api-Version": "2022-11-28",
            },
        )
        request.add_unredirected_header("Authorization", f"Bearer {self.token}")
        handlers = [_NoRedirect()] if self.api.startswith("https:") else [_NoRedirect(), ProxyHandler({})]
        try:
            with build_opener(*handlers).open(request, timeout=_SILENCE_S) as answer:
                return read_json(answer.read(_LARGEST_BYTES))
        except HTTPError as error:
            with error:
                words = error.read(_LARGEST_BYTES).decode("utf-8", "replace")
            raise self._refused(f"{method} {path}: status {error.code} {_message(words)}".strip()) from None
        except (URLError, OSError, ValueError) as error:
            raise self._refused(f"{method} {path}: {getattr(error, 'reason', error)}") from None

    def _refused(self, why: str) -> PhasegateError:
        return PhasegateError(
            ErrorCode.HOST_REFUSED,
            f"The rules of {self.repository} cannot be read or written.",
            why=why.replace(self.token, "***"),
            hint="The token needs the repository's administration right; `invoke protect --plan` shows what is wanted.",
        )


def _message(words: str) -> str:
    try:
        return " ".join(str(read_json(words)["message"]).split())[:_WORDS]
    except (ValueError, KeyError, TypeError):
        return ""


def open_github(remote_url: str, token: str, api: str = API) -> GitHub:
    """The repository that a git remote's URL names.

    Raises:
        PhasegateError: `usage`: the URL names no repository on such a host, the API is that of another host or is not to
            be trusted with a token, or the token cannot be one.
    """
    found = _REMOTE.fullmatch(remote_url)
    if found is None:
        raise PhasegateError(
            ErrorCode.USAGE,
            "The remote's URL names no repository of a GitHub host.",
            hint="Rules can be applied where the remote is https://HOST/OWNER/NAME or git@HOST:OWNER/NAME.",
        )
    there = urlsplit(api)
    if there.scheme != "https" and there.hostname not in _THIS_MACHINE:
        raise PhasegateError(
            ErrorCode.USAGE,
            "A token is sent over TLS only.",
            hint="Set GITHUB_API_URL to an https:// address, or unset it.",
        )
    if there.hostname not in (*_api_hosts(found[1].lower()), *_THIS_MACHINE):
        raise PhasegateError(
            ErrorCode.USAGE,
            f"The remote is on {found[1]}, and the API is that of {there.hostname}: {found[2]} there is another repository.",
            hint="Set GITHUB_API_URL to the API of the remote's host.",
        )
    if _TOKEN.fullmatch(token.strip()) is None:
        raise PhasegateError(
            ErrorCode.USAGE,
            "The token has characters that no token has.",
            hint="Set GH_TOKEN to the token alone, on one line.",
        )
    return GitHub(api.rstrip("/"), found[2], token.strip())


def _api_hosts(host: str) -> tuple[str, ...]:
    """Where the API of a git host is: GitHub's and GHE.com's are hosts of their own, a GitHub Enterprise Server's is itself."""
    return (host, f"api.{host.removeprefix('ssh.')}")
