"""Apprise as it is, against a real HTTP server."""

from __future__ import annotations

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import pytest

from phasegate.config import Notify
from phasegate.notify.channel import NotifyError
from phasegate.notify.dispatch import channels_for
from phasegate.notify.message import Message

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytest.importorskip("apprise")

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of Apprise's own services

MESSAGE = Message("rforge 2.0.0 is released", "## What changes\n\n- **io:** read twice", "release")
ROLLBACK = Message("rforge went back to 1.0.0", "Reason: broken", "rollback")


class Service(ThreadingHTTPServer):
    """A notification service; its paths tell how it answers: /ok, /refuse, /slow."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answer)
        self.received: list[dict[str, str]] = []

    def url(self, path: str) -> str:
        return f"json://ann:hush-hush@127.0.0.1:{self.server_address[1]}/{path}"


class Answer(BaseHTTPRequestHandler):
    server: Service

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.path.startswith("/slow"):
            time.sleep(0.6)
        self.server.received.append(json.loads(body))
        self.send_response(403 if self.path.startswith("/refuse") else 200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Keep the tests' output clean."""


@pytest.fixture
def service() -> Iterator[Service]:
    server = Service()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def send(urls: str, folder: Path, message: Message = MESSAGE) -> None:
    config = Notify(console=False, apprise_variable="NOTICE_URLS")
    apprise = channels_for(config, folder, {"NOTICE_URLS": urls})[0]
    assert apprise.name == "apprise"
    apprise.send(message, "op-1/apprise")


def test_a_notice_arrives(service: Service, tmp_path: Path) -> None:
    send(service.url("ok"), tmp_path)
    (received,) = service.received
    assert (received["title"], received["message"]) == (MESSAGE.title, MESSAGE.body)
    assert received["type"] == "info"


def test_a_rollback_arrives_as_a_warning(service: Service, tmp_path: Path) -> None:
    send(service.url("ok"), tmp_path, ROLLBACK)
    assert service.received[0]["type"] == "warning"


@pytest.mark.parametrize("separator", [" ", ",", ", ", "\n"])
def test_every_url_gets_the_notice(service: Service, tmp_path: Path, separator: str) -> None:
    send(separator.join([service.url("ok"), service.url("ok/2")]), tmp_path)
    assert len(service.received) == 2


@pytest.mark.parametrize("path", ["refuse", "slow?rto=0.2"])
def test_a_service_that_refuses_or_is_slow_is_a_failure_that_tells_no_url(
    service: Service,
    tmp_path: Path,
    path: str,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(NotifyError, match="1 of 1 services did not take it: JSON") as failed:
        send(service.url(path), tmp_path)
    told = f"{failed.value!r}{caplog.text}{''.join(capfd.readouterr())}"
    assert "hush-hush" not in told
    assert "127.0.0.1" not in told


def test_a_service_that_is_gone_does_not_keep_the_notice_from_the_others(
    service: Service, tmp_path: Path
) -> None:
    gone = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    gone.server_close()
    with pytest.raises(NotifyError, match="1 of 2 services did not take it"):
        send(f"json://127.0.0.1:{gone.server_address[1]}/ {service.url('ok')}", tmp_path)
    assert len(service.received) == 1
