"""Real servers that tests start on loopback, and end by their ids; and a small one that writes down what it is told."""

from __future__ import annotations

import json
import socket
import subprocess
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode
from urllib.request import Request, urlopen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

_PATIENCE_S = 60.0
_POLL_S = 0.05


def free_port() -> int:
    """A port of loopback that nobody uses now."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@contextmanager
def running(command: Sequence[str], ready: str, folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """The program, once the address `ready` answers with 200; it is ended with the body."""
    log = folder / "server.log"
    with log.open("wb") as said:
        process = subprocess.Popen(command, cwd=folder, stdout=said, stderr=said, stdin=subprocess.DEVNULL)
    try:
        _wait_until_ready(process, ready, log)
        yield process
    finally:
        process.terminate()
        try:
            process.wait(_PATIENCE_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_until_ready(process: subprocess.Popen[bytes], ready: str, log: Path) -> None:
    until_s = time.monotonic() + _PATIENCE_S
    while time.monotonic() < until_s:
        if process.poll() is not None:
            break
        try:
            with urlopen(ready, timeout=1):
                return
        except OSError:
            time.sleep(_POLL_S)
    raise AssertionError(f"{ready} does not answer: {log.read_text(errors='replace')[-2000:]}")


def ask(url: str, parameters: Mapping[str, Any] | None = None) -> Any:
    """The JSON that an address gives for a question of that form."""
    body = None if parameters is None else urlencode(parameters, doseq=True).encode()
    with urlopen(Request(url, data=body), timeout=_PATIENCE_S) as answer:
        return json.loads(answer.read())


def wait_for(what: Callable[[], Any], patience_s: float = _PATIENCE_S) -> Any:
    """The first answer of `what` that counts as true; the last one where none comes in time."""
    until_s = time.monotonic() + patience_s
    while not (found := what()) and time.monotonic() < until_s:
        time.sleep(_POLL_S)
    return found


class Told:
    """What a server was told: path and body of each request, in order."""

    def __init__(self, port: int) -> None:
        self.address = f"http://127.0.0.1:{port}"
        self.requests: list[tuple[str, bytes]] = []
        self.headers: list[dict[str, str]] = []

    def bodies(self, path: str) -> list[Any]:
        """The bodies of the requests for `path`, JSON."""
        return [json.loads(body) for asked, body in self.requests if asked == path]


@contextmanager
def listening(
    answer: Callable[[str, bytes], tuple[int, Mapping[str, str], bytes]] = lambda _path, _body: (
        200,
        {},
        b"",
    ),
) -> Iterator[Told]:
    """A server that gives `answer` (of path and body: status, headers, body), and says what it was told."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            told.requests.append((self.path, body))
            told.headers.append(dict(self.headers))
            status, headers, content = answer(self.path, body)
            try:
                self.send_response(status)
                for name, value in {"Content-Length": str(len(content)), **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(content)
            except ConnectionError:
                pass  # who asked did not wait

        do_GET = do_POST  # noqa: N815 - its name is given

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    told = Told(server.server_address[1])
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield told
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
