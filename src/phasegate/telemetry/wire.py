"""Questions to servers that metrics live in, over HTTP: no redirect is followed, and no text says an address or what is in it."""

from __future__ import annotations

import time
from base64 import b64encode
from http.client import HTTPException
from typing import TYPE_CHECKING
from urllib.error import HTTPError, URLError
from urllib.parse import unquote, urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

if TYPE_CHECKING:
    from http.client import HTTPResponse

_CHUNK = 1 << 16


class WireError(Exception):
    """There was no answer, or one that says no; the text holds neither the address nor credentials."""


class _NoRedirects(HTTPRedirectHandler):
    """What is sent, and with which credentials, is for the address that was given, and for no other."""

    def redirect_request(self, *_: object) -> None:
        return None


def check_address(address: str) -> None:
    """Raise `WireError` where `address` is none that `post` takes."""
    _without_credentials(address)


def post(address: str, path: str, body: bytes, content_type: str, silence_s: float, largest: int) -> bytes:
    """What the server at `address` answers to `body`, sent to `path` there.

    Args:
        address: http or https; credentials in it are sent as basic authentication.
        path: what follows the address.
        body: what is sent.
        content_type: what that is.
        silence_s: how long to wait, for the first byte and for the last one, seconds.
        largest: how many bytes are read at most.

    Raises:
        WireError: there is no such server, it does not answer in time, or with another status than success.
    """
    url, headers = _without_credentials(address)
    headers.update({"Content-Type": content_type, "User-Agent": "phasegate"})
    request = Request(f"{url}{path}", data=body, headers=headers)  # noqa: S310 - http or https
    until_s = time.monotonic() + silence_s
    try:
        with build_opener(_NoRedirects).open(request, timeout=silence_s) as answer:
            return _read(answer, largest, until_s)
    except HTTPError as error:
        with error:
            raise WireError(f"answers with status {error.code}") from None
    except (URLError, OSError) as error:
        reason = getattr(error, "reason", error)
        words = getattr(reason, "strerror", None) or str(reason) or type(reason).__name__
        raise WireError(f"cannot be asked: {words}") from None
    except (HTTPException, ValueError):
        raise WireError("does not speak HTTP") from None


def _without_credentials(address: str) -> tuple[str, dict[str, str]]:
    """The address without what stands before its `@`, and the header that says that instead."""
    try:
        parts = urlsplit(address)
        host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
        port = "" if parts.port is None else f":{parts.port}"
    except ValueError:
        raise WireError("has no http or https address") from None
    if parts.scheme not in ("http", "https") or not host:
        raise WireError("has no http or https address")
    headers = {}
    if parts.username is not None:
        pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
        headers["Authorization"] = f"Basic {b64encode(pair.encode()).decode()}"
    return f"{parts.scheme}://{host}{port}{parts.path.rstrip('/')}", headers


def _read(answer: HTTPResponse, largest: int, until_s: float) -> bytes:
    content = bytearray()
    while chunk := answer.read1(min(_CHUNK, largest - len(content))):
        content += chunk
        if len(content) >= largest:
            raise WireError("answers with more than can be read")
        if time.monotonic() > until_s:
            raise WireError("cannot be asked: timed out")
    return bytes(content)
