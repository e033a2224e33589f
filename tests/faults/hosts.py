"""A remote with a server of its own, on the loopback: over git's protocol, HTTP or SSH, by git's own programs."""

from __future__ import annotations

import getpass
import io
import os
import shlex
import shutil
import signal
import socket
import subprocess
import threading
import time
from abc import ABC, abstractmethod
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import MappingProxyType
from typing import IO, TYPE_CHECKING, Any

from faults.operators import POLL_S, processes_in

if TYPE_CHECKING:
    from collections.abc import Mapping

HOST = "127.0.0.1"
_CHUNK = 65536
_CALM = 3
"""A server that was found idle so often in a row is done."""
_PATIENCE_S = 60.0


class Host(ABC):
    """A server of repositories, which goes on when an operator's machine dies.

    Attributes:
        port: where it listens.
        environment: what an operator needs to come in.
    """

    port: int
    environment: Mapping[str, str] = MappingProxyType({})

    @abstractmethod
    def url(self, port: int, repository: Path) -> str:
        """Where `repository` is found through `port`."""

    @abstractmethod
    def is_busy(self) -> bool:
        """Whether a request is still being answered, heard or not."""

    @abstractmethod
    def close(self) -> None:
        """Serve nothing any more."""

    def settle(self) -> None:
        """Wait until it has dealt with whatever it heard."""
        idle = 0
        while idle < _CALM:
            idle = 0 if self.is_busy() else idle + 1
            time.sleep(POLL_S)


class GitDaemon(Host):
    """`git daemon`: everyone may read and write below `folder`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.port = _free_port()
        options = ["--reuseaddr", "--export-all", "--enable=receive-pack", f"--base-path={folder}"]
        self._process = subprocess.Popen(
            ["git", "daemon", *options, f"--listen={HOST}", f"--port={self.port}", str(folder)],
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
        _wait_until_open(self.port)
        self._idle = processes_in(self._process.pid)

    def url(self, port: int, repository: Path) -> str:
        return f"git://{HOST}:{port}/{repository.relative_to(self._folder).as_posix()}"

    def is_busy(self) -> bool:
        return bool(processes_in(self._process.pid) - self._idle)

    def close(self) -> None:
        os.killpg(self._process.pid, signal.SIGTERM)
        self._process.wait()


class HttpServer(Host):
    """git's own `http-backend` behind an HTTP server: everyone may read and write below `folder`."""

    def __init__(self, folder: Path) -> None:
        self._server = _Server((HOST, 0), _Request)
        self._server.folder = folder
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def url(self, port: int, repository: Path) -> str:
        return f"http://{HOST}:{port}/{repository.name}"

    def answer_late(self) -> None:
        """From now on, say nothing before all of an answer is there, as many proxies do."""
        self._server.late = True

    def is_busy(self) -> bool:
        return self._server.busy > 0

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 64
    folder: Path
    busy = 0
    late = False

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A connection that was cut is what these tests are about."""


class _Request(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def _serve(self) -> None:
        self.server.busy += 1
        try:
            with subprocess.Popen(
                ["git", "http-backend"],
                env=self._environment(),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                bufsize=0,
            ) as backend:
                assert backend.stdin is not None
                assert backend.stdout is not None
                with suppress(OSError), backend.stdin as sink:
                    self._send_body(sink)
                self._answer(backend.stdout)
        finally:
            self.server.busy -= 1

    def _environment(self) -> dict[str, str]:
        """No CONTENT_LENGTH: http-backend would wait for ever for the rest of a body that was cut off."""
        path, _, query = self.path.partition("?")
        headers = {
            "CONTENT_TYPE": "content-type",
            "HTTP_CONTENT_ENCODING": "content-encoding",
            "GIT_PROTOCOL": "git-protocol",
        }
        given = {name: self.headers[header] for name, header in headers.items() if self.headers[header]}
        return {
            **os.environ,
            **given,
            "GIT_PROJECT_ROOT": str(self.server.folder),
            "GIT_HTTP_EXPORT_ALL": "1",
            "REMOTE_USER": "operator",
            "REMOTE_ADDR": HOST,
            "REQUEST_METHOD": self.command,
            "PATH_INFO": path,
            "QUERY_STRING": query,
        }

    def _send_body(self, sink: IO[bytes]) -> None:
        if self.headers["transfer-encoding"] == "chunked":
            while size := int(self.rfile.readline() or b"0", 16):
                sink.write(self.rfile.read(size))
                self.rfile.readline()
            return
        sink.write(self.rfile.read(int(self.headers["content-length"] or 0)))

    def _answer(self, source: IO[bytes]) -> None:
        if self.server.late:
            source = io.BytesIO(source.read())
        headers = []
        while line := source.readline().strip():
            name, _, value = line.decode("ascii").partition(": ")
            headers.append((name, value))
        status = next((value for name, value in headers if name == "Status"), "200 OK")
        with suppress(OSError):
            self.send_response(int(status[:3]))
            for name, value in headers:
                self.send_header(name, value)
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            while chunk := source.read(_CHUNK):
                self.wfile.write(b"%x\r\n%b\r\n" % (len(chunk), chunk))
            self.wfile.write(b"0\r\n\r\n")
        while source.read(_CHUNK):  # git works on, as behind a proxy that has not noticed yet
            pass


class SshServer(Host):
    """A real sshd on the loopback, with keys and settings of its own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "sshd"
        self._folder.mkdir(mode=0o700)
        if os.geteuid() == 0:
            Path("/run/sshd").mkdir(exist_ok=True)  # sshd of Debian wants it, and its own service makes it
        for name in ("host", "user"):
            command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(self._folder / name)]
            subprocess.run(command, check=True)
        public = (self._folder / "host.pub").read_text(encoding="ascii")
        (self._folder / "known").write_text(f"phasegate {public}", encoding="ascii")
        self.port = _free_port()
        self.environment = {"GIT_SSH_COMMAND": shlex.join(self._client())}
        command = [find_sshd() or "sshd", "-D", "-e", "-f", str(self._configure())]
        with (self._folder / "log").open("wb") as log:
            self._process = subprocess.Popen(command, stderr=log)
        _wait_until_open(self.port)

    def url(self, port: int, repository: Path) -> str:
        return f"ssh://{getpass.getuser()}@{HOST}:{port}{repository}"

    def is_busy(self) -> bool:
        from phasegate.processes import children

        return bool(children(self._process.pid))

    def close(self) -> None:
        self._process.terminate()
        self._process.wait()

    def _client(self) -> list[str]:
        settings = {
            "BatchMode": "yes",
            "HostKeyAlias": "phasegate",
            "IdentitiesOnly": "yes",
            "IdentityFile": self._folder / "user",
            "StrictHostKeyChecking": "yes",
            "UserKnownHostsFile": self._folder / "known",
        }
        options = [part for name, value in settings.items() for part in ("-o", f"{name}={value}")]
        return ["ssh", "-F", os.devnull, *options]

    def _configure(self) -> Path:
        settings = {
            "AcceptEnv": "GIT_PROTOCOL",
            "AuthorizedKeysFile": self._folder / "user.pub",
            "HostKey": self._folder / "host",
            "ListenAddress": HOST,
            "MaxStartups": 100,
            "PasswordAuthentication": "no",
            "PermitRootLogin": "yes",
            "PidFile": "none",
            "Port": self.port,
            "SetEnv": f"GIT_CONFIG_GLOBAL={os.environ['GIT_CONFIG_GLOBAL']}",
            "StrictModes": "no",
            "UsePAM": "no",
            "PerSourcePenalties": "no",  # who is cut off again and again looks like an attacker
        }
        path = self._folder / "config"
        path.write_text("".join(f"{name} {value}\n" for name, value in settings.items()), encoding="utf-8")
        command = [find_sshd() or "sshd", "-t", "-f", str(path)]
        if subprocess.run(command, check=False, capture_output=True).returncode != 0:  # before OpenSSH 9.8
            lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
            path.write_text("".join(lines[:-1]), encoding="utf-8")
        return path


def find_sshd() -> str | None:
    """Where sshd is, which insists on being called by its whole path."""
    return shutil.which("sshd") or shutil.which("sshd", path="/usr/sbin:/usr/local/sbin")


def _free_port() -> int:
    with socket.create_server((HOST, 0)) as listener:
        return int(listener.getsockname()[1])


def _wait_until_open(port: int) -> None:
    until_s = time.monotonic() + _PATIENCE_S
    while time.monotonic() < until_s:
        with suppress(OSError), socket.create_connection((HOST, port)):
            return
        time.sleep(POLL_S)
    raise TimeoutError(f"nobody listens on port {port}")
