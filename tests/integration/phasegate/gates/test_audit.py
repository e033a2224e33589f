"""The audit against a real OSV-like service on loopback, over a real resolution (from a folder of wheels)."""

from __future__ import annotations

import json
import socket
import sys
import threading
import zipfile
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import pytest

from phasegate.errors import ErrorCode
from phasegate.gates.audit import main

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


asks_any_service = pytest.mark.skipif(
    sys.version_info < (3, 10),
    reason="pip-audit 2.9, the last for Python 3.9, asks no other service than its own",
)


def advisory(name: str) -> dict[str, Any]:
    """An OSV record for every version below 2."""
    ranges = [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "2.0"}]}]
    return {
        "id": "OSV-TEST-1",
        "summary": "a planted advisory",
        "details": "planted",
        "published": "2026-01-01T00:00:00Z",
        "affected": [{"package": {"ecosystem": "PyPI", "name": name}, "ranges": ranges, "versions": ["1.0"]}],
    }


@contextmanager
def osv_service(vulnerable: frozenset[str]) -> Iterator[str]:
    """A service that knows one advisory for each package of `vulnerable`; gives its URL."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            query = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            name = query["package"]["name"]
            body = json.dumps({"vulns": [advisory(name)]} if name in vulnerable else {}).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the base class's
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}/v1/query"
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with two dependencies that come as wheels from a folder."""
    wheels = tmp_path / "wheels"
    wheels.mkdir()
    for name in ("alpha_pkg", "beta_pkg"):
        info = f"{name}-1.0.dist-info"
        with zipfile.ZipFile(wheels / f"{name}-1.0-py3-none-any.whl", "w") as wheel:
            wheel.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
            wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
            wheel.writestr(f"{info}/RECORD", "")
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "pyproject.toml").write_text(
        '[project]\nname = "audited"\nversion = "1"\ndependencies = ["alpha-pkg"]\n'
        '[project.optional-dependencies]\nmore = ["beta-pkg"]\n',
        encoding="utf-8",
    )
    monkeypatch.setenv("UV_NO_INDEX", "1")
    monkeypatch.setenv("UV_FIND_LINKS", str(wheels))
    monkeypatch.delenv("PHASEGATE_VERDICTS", raising=False)
    return folder


@asks_any_service
def test_all_audited_and_none_vulnerable_is_a_pass_with_the_count(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with osv_service(frozenset()) as url:
        assert main([str(project), "--osv-url", url]) == 0
    assert capsys.readouterr().out == "audit: PASS: 2 packages audited, no known vulnerability\n"


@asks_any_service
def test_a_known_vulnerability_is_a_fail_that_names_it(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    verdicts = tmp_path / "verdicts.jsonl"
    monkeypatch.setenv("PHASEGATE_VERDICTS", str(verdicts))
    with osv_service(frozenset({"beta-pkg"})) as url:
        monkeypatch.setenv("PHASEGATE_OSV_URL", url)
        assert main([str(project)]) == ErrorCode.GATE_FAILED.exit_status
    assert "beta-pkg 1.0 (OSV-TEST-1)" in capsys.readouterr().out
    assert json.loads(verdicts.read_text(encoding="utf-8"))["verdict"] == "FAIL"


def test_a_service_that_does_not_answer_is_inconclusive(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    verdicts = tmp_path / "verdicts.jsonl"
    monkeypatch.setenv("PHASEGATE_VERDICTS", str(verdicts))
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))  # bound and not listening: every connection is refused
        url = f"http://127.0.0.1:{unused.getsockname()[1]}/v1/query"
        assert main([str(project), "--osv-url", url]) == ErrorCode.GATE_INCONCLUSIVE.exit_status
    assert "0 of 2 packages were audited" in capsys.readouterr().out
    assert json.loads(verdicts.read_text(encoding="utf-8"))["verdict"] == "INCONCLUSIVE"


def test_dependencies_that_cannot_be_resolved_are_inconclusive(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("UV_FIND_LINKS")
    assert main([str(project)]) == ErrorCode.GATE_INCONCLUSIVE.exit_status
    assert "could not be resolved" in capsys.readouterr().out
