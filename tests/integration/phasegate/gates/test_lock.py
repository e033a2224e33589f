"""Gates whose phasegate was killed: what they leave is neither used by the next one nor taken from under them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from contextlib import suppress
from datetime import datetime, timezone
from pathlib import Path

import pytest

from phasegate.config import Gate
from phasegate.gates.lock import locked
from phasegate.gates.process import Stopped
from phasegate.gates.runner import run_gates
from phasegate.gates.session import RUNNING_PYTHON
from phasegate.gates.store import EvidenceStore
from phasegate.git.door import Git
from phasegate.verdict import Verdict
from processes import wait_for_text

NOXFILE = """\
import json, os, pathlib, sys, time
import nox

@nox.session(venv_backend="uv")
def inside(session):
    code = "import json, sys; print(json.dumps(sys.prefix), file=open(sys.argv[1], 'w'))"
    session.run("python", "-c", code, session.posargs[0])

@nox.session(venv_backend="none")
def sleeper(session):
    code = "import os, pathlib, sys, time; pathlib.Path(sys.argv[1]).write_text(str(os.getpid())); time.sleep(60)"
    session.run(sys.executable, "-c", code, session.posargs[0])
"""
SCRIPT = """\
import sys
from pathlib import Path
from test_lock import judge
judge(Path(sys.argv[1]), *sys.argv[2:])
"""


def judge(folder: Path, session: str, *args: str) -> Verdict:
    [evidence] = run_gates(
        Git(folder / "repository"), "HEAD", "tree", "content", [Gate("gate", session, args)],
        store=EvidenceStore(folder / "evidence"), env_dir=folder / "environments", log_dir=folder / "logs",
        jobs=1, progress=print, clock=lambda: datetime.now(timezone.utc), fresh=True,
    )  # fmt: skip
    return evidence.verdict


@pytest.fixture
def bench(tmp_path: Path) -> Path:
    git = Git(tmp_path)
    git.run("init", "--quiet", "repository")
    (tmp_path / "repository" / "noxfile.py").write_text(NOXFILE, encoding="utf-8")
    git.run("-C", "repository", "add", "--all")
    git.run("-C", "repository", "commit", "--quiet", "-m", "write")
    return tmp_path


def lock_of(bench: Path, session: str) -> Path:
    return bench / "environments" / f"py{RUNNING_PYTHON}" / f"{session}.lock"


def test_an_environment_whose_making_was_cut_short_is_made_anew(bench: Path) -> None:
    prefix = bench / "prefix"
    assert judge(bench, "inside", str(prefix)) is Verdict.PASS
    environment = Path(json.loads(prefix.read_text(encoding="utf-8")))
    assert bench in environment.parents
    with suppress(KeyboardInterrupt), locked(lock_of(bench, "inside"), threading.Event()):
        for tool in (environment / ("Scripts" if sys.platform == "win32" else "bin")).iterdir():
            tool.unlink()
        raise KeyboardInterrupt
    assert judge(bench, "inside", str(prefix)) is Verdict.PASS
    assert Path(json.loads(prefix.read_text(encoding="utf-8"))) == environment


def test_an_environment_that_was_left_in_order_is_used_again(bench: Path) -> None:
    judge(bench, "inside", str(bench / "prefix"))
    [made] = lock_of(bench, "inside").with_suffix("").glob("*/pyvenv.cfg")
    mark = made.with_name("mark")
    mark.touch()
    judge(bench, "inside", str(bench / "prefix"))
    assert mark.exists()


@pytest.mark.skipif(sys.platform == "win32", reason="the lock does not outlive its process there")
def test_a_gate_that_goes_on_without_phasegate_keeps_its_environments_to_itself(bench: Path) -> None:
    pid = bench / "pid"
    script = bench / "script.py"
    script.write_text(SCRIPT, encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([*sys.path, str(Path(__file__).parent)])}
    with subprocess.Popen(
        [sys.executable, str(script), str(bench), "sleeper", str(pid)], env=environment
    ) as phasegate:
        try:
            gate = int(wait_for_text(pid))
        finally:
            phasegate.kill()
    called_off = threading.Event()
    called_off.set()
    try:
        with pytest.raises(Stopped), locked(lock_of(bench, "sleeper"), called_off):
            pytest.fail("two gates in one environment")
    finally:
        os.kill(gate, signal.SIGKILL)
    with locked(lock_of(bench, "sleeper"), threading.Event()) as lock:
        assert lock.was_abandoned
