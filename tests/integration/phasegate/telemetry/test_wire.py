"""Servers that metrics live in, asked over real sockets."""

from __future__ import annotations

import time

import pytest

from phasegate.telemetry.wire import WireError, check_address, post
from servers import listening

SECRET = "hunter2-a-password"


def say(address: str, silence_s: float = 5.0, largest: int = 1000) -> bytes:
    return post(address, "/path", b"body", "text/plain", silence_s, largest)


def test_what_is_answered_is_given_and_credentials_are_sent_as_basic_authentication() -> None:
    with listening(lambda path, body: (200, {}, path.encode() + body)) as server:
        assert say(f"{server.address.replace('//', f'//me:{SECRET}@')}/under/") == b"/under/pathbody"
    assert server.headers[0]["Authorization"] == "Basic bWU6aHVudGVyMi1hLXBhc3N3b3Jk"


@pytest.mark.parametrize("status", [302, 307, 401, 500])
def test_another_status_is_no_answer_and_nobody_is_led_elsewhere(status: int) -> None:
    with listening(lambda _path, _body: (status, {"Location": "/elsewhere"}, b"")) as server:
        with pytest.raises(WireError, match=rf"^answers with status {status}$"):
            say(server.address)
        assert [path for path, _ in server.requests] == ["/path"]


def test_silence_and_too_many_words_are_no_answer() -> None:
    def answer(path: str, _body: bytes) -> tuple[int, dict[str, str], bytes]:
        if path.startswith("/slow"):
            time.sleep(0.5)
        return 200, {}, b"x" * 2000

    with listening(answer) as server:
        with pytest.raises(WireError, match=r"^cannot be asked: timed out$"):
            say(f"{server.address}/slow", silence_s=0.1)
        with pytest.raises(WireError, match=r"^answers with more than can be read$"):
            say(server.address)


@pytest.mark.parametrize(
    "address", ["", "ftp://host", "file:///etc/passwd", f"http://{SECRET}:port", "http://[", f"//{SECRET}"]
)
def test_what_is_no_address_is_refused_without_saying_it(address: str) -> None:
    with pytest.raises(WireError, match=r"^has no http or https address$"):
        check_address(address)


def test_nobody_there_is_said_without_saying_where() -> None:
    with pytest.raises(WireError, match=r"^cannot be asked: ") as refused:
        say(f"http://me:{SECRET}@127.0.0.1:1")
    assert SECRET not in str(refused.value)
    assert "127.0.0.1" not in str(refused.value)
