"""Gates side by side, in real repositories with real nox sessions (without environments, so that they are fast)."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from phasegate.config import Gate
from phasegate.errors import ErrorCode, PhasegateError
from phasegate.gates.runner import run_gates
from phasegate.gates.session import RUNNING_PYTHON
from phasegate.gates.store import EvidenceStore
from phasegate.git.door import Git
from phasegate.redaction import Discretion
from phasegate.verdict import Verdict
from processes import is_alive, wait_for_text

if TYPE_CHECKING:
    from phasegate.gates.evidence import Evidence

NOW = datetime(2026, 11, 22, 10, 30, tzinfo=timezone.utc)

NOXFILE = """
import json, os, pathlib, sys, time
import nox

nox.options.default_venv_backend = "none"
PYTHON = sys.executable

@nox.session
def good(session):
    session.run(PYTHON, "-c", "print('all is well')", *session.posargs)

@nox.session
def bad(session):
    session.run(PYTHON, "-c", "import sys; print('line 7 is wrong'); sys.exit(3)")

@nox.session(venv_backend="uv")
def broken(session):
    session.install("./no-such-package")
    session.run(PYTHON, "-c", "print('never judged')")

@nox.session
def skipping(session):
    session.skip("nothing to do here")

@nox.session(python=["3.2"], venv_backend="virtualenv")
def missing_python(session):
    session.run("python", "-V")

@nox.session
def slow(session):
    session.run(PYTHON, "-c", "import time; time.sleep(float(%r))" % (session.posargs or ["0.1"])[0])

@nox.session
def says(session):
    verdict, status = session.posargs
    line = json.dumps({"check": "audit", "verdict": verdict, "reason": "as told"})
    write = "import os, sys; open(os.environ['PHASEGATE_VERDICTS'], 'a').write(sys.argv[1] + chr(10))"
    session.run(PYTHON, "-c", write, line)
    session.run(PYTHON, "-c", "import sys; sys.exit(%s)" % status)

@nox.session
def tells(session):
    secret, status = session.posargs
    key = "-----BEGIN PRIVATE" + " KEY-----%sAAAABBBB%s-----END PRIVATE" % (chr(10), chr(10)) + " KEY-----"
    line = json.dumps({"check": "c", "verdict": "PASS", "reason": "found " + secret})
    write = "import os, sys; open(os.environ['PHASEGATE_VERDICTS'], 'a').write(sys.argv[1] + chr(10)); sys.stderr.write(sys.argv[2])"
    session.run(PYTHON, "-c", write, line, key)
    session.run(PYTHON, "-c", "import sys; sys.exit(%s)" % status)

@nox.session
def leaves(session):
    code = "import subprocess, sys; subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(10)'], start_new_session=True)"
    session.run(PYTHON, "-c", code)

@nox.session
def site(session):
    make = "import pathlib; p = pathlib.Path('site'); p.mkdir(); (p / 'index.html').write_bytes(b'<p>hi</p>' + bytes([13, 10]))"
    session.run(PYTHON, "-c", make)

@nox.session
def reports(session):
    told = {name: os.environ.get(name) for name in session.posargs[1:]}
    pathlib.Path(session.posargs[0]).write_text(json.dumps(told))
"""


class Bench:
    """A small repository and the gates run in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.repository = folder / "repository"
        self.repository.mkdir()
        self.git = Git(self.repository)
        self.git.run("init", "--quiet")
        self.lines: list[str] = []
        self.commit = self.commit_file("noxfile.py", NOXFILE)

    def commit_file(self, name: str, text: str) -> str:
        (self.repository / name).write_text(text, encoding="utf-8")
        self.git.run("add", "--", name)
        self.git.run("commit", "--quiet", "-m", f"write {name}")
        self.commit = self.git.run("rev-parse", "HEAD")
        return self.commit

    @property
    def tree(self) -> str:
        return self.git.run("rev-parse", f"{self.commit}^{{tree}}")

    def run(self, *gates: Gate, **options: Any) -> tuple[Evidence, ...]:
        settings: dict[str, Any] = {
            "store": EvidenceStore(self.folder / "evidence"),
            "env_dir": self.folder / "environments",
            "log_dir": self.folder / "logs",
            "jobs": 2,
            "progress": self.lines.append,
            "clock": lambda: NOW,
            **options,
        }
        tree = settings.pop("tree", None) or self.tree
        return run_gates(self.git, self.commit, tree, tree, gates, **settings)

    def run_one(self, session: str, *args: str, artifact: str | None = None, **options: Any) -> Evidence:
        [evidence] = self.run(Gate(session, session, args, artifact), **options)
        return evidence


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def test_a_session_that_ends_well_is_a_pass_with_all_that_it_looked_at(bench: Bench) -> None:
    evidence = bench.run_one("good")
    assert evidence.verdict is Verdict.PASS
    assert (evidence.tree, evidence.content) == (bench.tree, bench.tree)
    assert (evidence.python, evidence.at) == (RUNNING_PYTHON, "2026-11-22T10:30:00+00:00")
    assert evidence.duration_s > 0
    assert "all is well" in (bench.folder / "logs" / "good.log").read_text(encoding="utf-8")


def test_a_session_that_ends_badly_is_a_fail_that_shows_the_end_of_its_output(bench: Bench) -> None:
    evidence = bench.run_one("bad")
    assert evidence.verdict is Verdict.FAIL
    assert str(bench.folder / "logs" / "bad.log") in evidence.reason
    assert any("line 7 is wrong" in line for line in evidence.details)
    assert len(evidence.details) <= 20


@pytest.mark.parametrize(
    ("session", "reason"),
    [
        ("broken", "environment of nox session 'broken' could not be made"),
        ("skipping", "nox skipped skipping"),
        ("missing_python", "missing_python-3.2"),
        ("nowhere", "no session 'nowhere'"),
    ],
)
def test_a_session_that_could_not_judge_is_an_error_and_never_a_pass(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, session: str, reason: str
) -> None:
    monkeypatch.delenv("CI", raising=False)
    evidence = bench.run_one(session)
    assert evidence.verdict is Verdict.ERROR
    assert reason in evidence.reason


def test_a_missing_interpreter_is_an_error_on_ci_too(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "1")
    assert bench.run_one("missing_python").verdict is Verdict.ERROR


def test_a_tree_without_a_noxfile_is_an_error_that_says_so(bench: Bench) -> None:
    bench.git.run("rm", "--quiet", "--cached", "noxfile.py")
    bench.commit_file("other.txt", "other")
    evidence = bench.run_one("good")
    assert (evidence.verdict, "no noxfile.py" in evidence.reason) == (Verdict.ERROR, True)


def test_a_noxfile_that_cannot_be_loaded_is_an_error(bench: Bench) -> None:
    bench.commit_file("noxfile.py", "raise RuntimeError('not today')\n")
    evidence = bench.run_one("good")
    assert evidence.verdict is Verdict.ERROR
    assert any("not today" in line for line in evidence.details)


@pytest.mark.parametrize("last_line", ["7", "null", "[7]", '{"a": 1}', "[" * 9999, "[{}]"])
def test_a_noxfile_that_talks_over_nox_is_an_error(bench: Bench, last_line: str) -> None:
    talk = f"import atexit\natexit.register(print, {last_line!r})\n"
    bench.commit_file("noxfile.py", NOXFILE + talk)
    assert bench.run_one("good").verdict is Verdict.ERROR


def test_a_commit_that_is_not_there_is_an_error_of_git(bench: Bench) -> None:
    bench.commit = "0" * 39 + "1"
    with pytest.raises(PhasegateError) as caught:
        bench.run_one("good", tree="t")
    assert caught.value.code is ErrorCode.GIT_FAILED


@pytest.mark.parametrize(
    ("said", "status", "verdict"),
    [
        ("INCONCLUSIVE", "34", Verdict.INCONCLUSIVE),
        ("nonsense", "0", Verdict.ERROR),
    ],
)
def test_a_step_may_say_more_than_its_exit_status(
    bench: Bench, said: str, status: str, verdict: Verdict
) -> None:
    assert bench.run_one("says", said, status).verdict is verdict


@pytest.mark.parametrize("status", ["0", "1"])
def test_no_secret_that_a_gate_tells_is_kept(bench: Bench, status: str) -> None:
    evidence = bench.run_one("tells", "s3cr3t-value", status, discreet=Discretion({"s3cr3t-value"}))
    assert evidence.verdict.exit_status == {"0": 0, "1": Verdict.FAIL.exit_status}[status]
    written = [path.read_text(encoding="utf-8") for path in bench.folder.rglob("*.[lj]*") if path.is_file()]
    for text in [*written, *bench.lines, evidence.reason, *evidence.details]:
        assert "s3cr3t-value" not in text
        assert "AAAABBBB" not in text
    assert "***" in (bench.folder / "logs" / "tells.log").read_text(encoding="utf-8")


def test_what_a_gate_leaves_running_does_not_hold_its_verdict(bench: Bench) -> None:
    assert bench.run_one("leaves").verdict is Verdict.PASS


def test_a_gate_is_not_pointed_elsewhere_by_the_variables_around_it(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = tmp_path / "told.json"
    monkeypatch.setenv("NOXSESSION", "bad")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "elsewhere"))
    evidence = bench.run_one("reports", str(told), "NOXSESSION", "PYTHONPATH", "SOURCE_DATE_EPOCH")
    assert evidence.verdict is Verdict.PASS, evidence.details
    epoch = bench.git.run("log", "-1", "--format=%ct")
    expected = {"NOXSESSION": None, "PYTHONPATH": None, "SOURCE_DATE_EPOCH": epoch}
    assert json.loads(told.read_text(encoding="utf-8")) == expected


def test_an_unchanged_tree_is_not_judged_twice_and_a_failed_one_is(bench: Bench) -> None:
    gates = [Gate("good", "good"), Gate("bad", "bad")]
    first = bench.run(*gates)
    bench.lines.clear()
    second = bench.run(*gates)
    assert second[0] == first[0]
    assert second[1].verdict is Verdict.FAIL
    assert [line for line in bench.lines if "started" in line] == ["gate bad: started"]


def test_fresh_judges_again_what_is_known(bench: Bench) -> None:
    bench.run_one("good")
    bench.lines.clear()
    bench.run_one("good", fresh=True)
    assert bench.lines[0] == "gate good: started"


def test_other_arguments_or_another_noxfile_are_judged_again(bench: Bench) -> None:
    bench.run_one("good")
    bench.lines.clear()
    bench.run_one("good", "more")
    assert "gate good: started" in bench.lines
    bench.lines.clear()
    bench.commit_file("noxfile.py", NOXFILE + "\n")
    bench.run_one("good")
    assert "gate good: started" in bench.lines


def test_two_names_for_one_session_share_their_evidence(bench: Bench) -> None:
    bench.run_one("good")
    [evidence] = bench.run(Gate("also-good", "good"))
    assert evidence.gate == "also-good"
    assert "gate also-good: started" not in bench.lines


def test_evidence_comes_in_the_order_of_the_gates(bench: Bench) -> None:
    evidence = bench.run(Gate("slow", "slow", ("0.5",)), Gate("good", "good"), Gate("again", "good", ("x",)))
    assert [one.gate for one in evidence] == ["slow", "good", "again"]


def test_gates_of_one_session_wait_for_each_other(bench: Bench) -> None:
    bench.run(Gate("one", "good", ("1",)), Gate("two", "good", ("2",)))
    events = [line.split(":")[0] for line in bench.lines]
    assert events == ["gate one", "gate one", "gate two", "gate two"]


def test_gates_of_two_sessions_run_side_by_side(bench: Bench) -> None:
    bench.run(Gate("slow", "slow", ("0.3",)), Gate("good", "good"))
    assert [line.endswith("started") for line in bench.lines[:2]] == [True, True]


def test_a_long_gate_is_named_while_it_runs(bench: Bench) -> None:
    bench.run_one("slow", "1.0", heartbeat_s=0.2)
    assert any(line.startswith("still running: slow (") for line in bench.lines)


def test_an_artifact_becomes_a_tree_with_the_very_bytes(bench: Bench) -> None:
    bench.git.run("config", "core.autocrlf", "true")
    bench.commit_file(".gitignore", "site/\n*.html\n")
    evidence = bench.run_one("site", artifact="site")
    assert evidence.verdict is Verdict.PASS
    assert bench.git.run_bytes("cat-file", "blob", f"{evidence.artifact}:index.html") == b"<p>hi</p>\r\n"


@pytest.mark.parametrize("artifact", ["elsewhere", "../repository"])
def test_an_artifact_that_is_missing_or_outside_is_an_error(bench: Bench, artifact: str) -> None:
    evidence = bench.run_one("site", artifact=artifact)
    assert (evidence.verdict, evidence.artifact) == (Verdict.ERROR, None)
    assert "left no files" in evidence.reason


def test_an_artifact_that_git_has_pruned_is_built_again(bench: Bench) -> None:
    first = bench.run_one("site", artifact="site")
    assert bench.run_one("site", artifact="site") == first
    bench.git.run("prune", "--expire=now")
    bench.lines.clear()
    assert bench.run_one("site", artifact="site").artifact == first.artifact
    assert bench.lines[0] == "gate site: started"


def snapshot(repository: Path) -> dict[str, bytes]:
    """Every file of a repository but the objects, which may grow."""
    files = [path for path in repository.rglob("*") if path.is_file()]
    return {
        path.relative_to(repository).as_posix(): path.read_bytes()
        for path in files
        if "objects" not in path.relative_to(repository).parts
    }


def test_a_dirty_checkout_stays_the_same_bytes_and_is_not_what_is_judged(bench: Bench) -> None:
    committed = bench.commit
    (bench.repository / "noxfile.py").write_text("broken on purpose(", encoding="utf-8")
    (bench.repository / "stray.txt").write_text("stray", encoding="utf-8")
    bench.git.run("update-index", "--add", "stray.txt")
    before = snapshot(bench.repository)
    evidence = bench.run(Gate("good", "good"), Gate("site", "site", artifact="site"))
    assert [one.verdict for one in evidence] == [Verdict.PASS, Verdict.PASS]
    assert snapshot(bench.repository) == before
    assert bench.git.run("rev-parse", "HEAD") == committed


def test_a_commit_that_no_ref_names_is_judged(bench: Bench) -> None:
    bench.commit = bench.git.run("commit-tree", "-m", "only an object", bench.tree)
    assert bench.run_one("good").verdict is Verdict.PASS


@pytest.mark.skipif(sys.platform == "win32", reason="a Ctrl-C cannot be sent to one process there")
def test_calling_it_off_ends_every_process_and_removes_the_worktree(bench: Bench, tmp_path: Path) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    pids = tmp_path / "pid"
    sleep = (
        f"import os, pathlib, time; pathlib.Path({str(pids)!r}).write_text(str(os.getpid())); time.sleep(60)"
    )
    bench.commit_file(
        "noxfile.py",
        "import nox, sys\n@nox.session(venv_backend='none')\n"
        f"def sleeper(session):\n    session.run(sys.executable, '-c', {sleep!r})\n",
    )
    script = tmp_path / "script.py"
    script.write_text(
        "import signal\nfrom datetime import datetime, timezone\nfrom pathlib import Path\n"
        "from phasegate.config import Gate\nfrom phasegate.gates.runner import run_gates\n"
        "from phasegate.gates.store import EvidenceStore\nfrom phasegate.git.door import Git\n"
        # A shell starts what runs in the background with SIGINT ignored, and so all that it starts.
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        f"f = Path({str(tmp_path)!r})\n"
        f"run_gates(Git(Path({str(bench.repository)!r})), {bench.commit!r}, 't', 'c', [Gate('s', 'sleeper')],\n"
        "    store=EvidenceStore(f / 'e'), env_dir=f / 'v', log_dir=f / 'l', jobs=1, progress=print,\n"
        "    clock=lambda: datetime.now(timezone.utc))\n",
        encoding="utf-8",
    )
    source = str(Path(run_gates.__code__.co_filename).parents[2])
    environment = {**os.environ, "PYTHONPATH": source, "TMPDIR": str(temporary)}
    with subprocess.Popen([sys.executable, str(script)], env=environment, stderr=subprocess.PIPE) as process:
        try:
            child = int(wait_for_text(pids))
            process.send_signal(signal.SIGINT)
            _, errors = process.communicate(timeout=30)
        finally:
            process.kill()
    assert b"KeyboardInterrupt" in errors
    assert not is_alive(child)
    assert list(temporary.iterdir()) == []
