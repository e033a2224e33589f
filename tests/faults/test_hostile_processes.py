"""Whole commands in a hostile environment, and on trees that no honest git writes."""

from __future__ import annotations

import json
import os
import sys
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import assume
from hypothesis import strategies as st

from faults.hostile import COMMANDS, PATHS, TEXTS, foreseen, mixed
from phasegate.config_file import parse_config
from phasegate.errors import ErrorCode
from phasegate.rollout.applying.judging import run_gates
from phasegate.rollout.applying.preparing import prepare_subject
from processes import executable
from verbs import invoke
from workshop import git

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable
    from pathlib import Path

    from workshop import Workshop

if sys.platform == "win32":
    pytest.skip("its environments and file names are other ones", allow_module_level=True)

pytestmark = pytest.mark.timeout(900)

VARIABLES = {
    "SOURCE_DATE_EPOCH": ["²", "-1", "9" * 400, "nan", "0x10", " "],
    "GIT_DIR": ["/nonexistent", "CANARY"],
    "GIT_WORK_TREE": ["/", ".."],
    "GIT_CONFIG_COUNT": ["many", "-1", "3"],
    "GIT_CONFIG_PARAMETERS": ["'core.x", "x"],
    "GIT_AUTHOR_DATE": ["never", "@-1 +9999"],
    "GIT_COMMITTER_NAME": ["<>", "\n", "", "\udcff", "a\nb <c@d> 1 +0000"],
    "GIT_COMMITTER_EMAIL": ["<>", "", "a b"],
    "GIT_NAMESPACE": ["a/../b", "x"],
    "GIT_OBJECT_DIRECTORY": ["/nonexistent"],
    "GIT_ALTERNATE_OBJECT_DIRECTORIES": ["/nonexistent"],
    "GIT_TRACE": ["1", "true"],
    "GIT_EXEC_PATH": ["/nonexistent"],
    "GIT_PROTOCOL": ["version=9"],
    "GIT_LITERAL_PATHSPECS": ["1", "maybe"],
    "GIT_DEFAULT_HASH": ["md5"],
    "GIT_PYTHON_GIT_EXECUTABLE": ["/nonexistent", ""],
    "GIT_PYTHON_REFRESH": ["bogus"],
    "GIT_PYTHON_TRACE": ["full", "bogus"],
    "HOME": ["", "/nonexistent"],
    "TMPDIR": ["/nonexistent", ""],
    "LC_ALL": ["xx_YY", "C"],
    "PYTHONIOENCODING": ["ascii", "latin-1"],
    "PYTHONUTF8": ["0"],
    "COLUMNS": ["-1", "x"],
    "TERM": ["", "\x1b[2J"],
    "A_TOKEN": [
        *COMMANDS,
        "",
        " " * 9,
        "x" * 99_999,
        "(?P<",
        "\\",
        "***",
        "\udcff\udcfe\udcfd\udcfc\udcfb\udcfa",
    ],
}
ENVIRONMENTS = st.dictionaries(st.sampled_from(sorted(VARIABLES)), st.integers(0, 99), min_size=1, max_size=3).map(
    lambda chosen: {name: VARIABLES[name][number % len(VARIABLES[name])] for name, number in chosen.items()}
)  # fmt: skip


def ended_well_or_typed(done: subprocess.CompletedProcess[str]) -> None:
    statuses = {code.exit_status for code in ErrorCode} - {ErrorCode.INTERNAL.exit_status}
    assert done.returncode in {0, *statuses}, done.stderr
    assert "Traceback" not in done.stdout + done.stderr


def test_any_environment(fuzz: Callable[..., None], workshop: Workshop, tmp_path: Path) -> None:
    before = workshop.remote_refs()

    def check(environment: dict[str, str]) -> bool:
        verbs = (("status",), ("deploy", "--phase", "internal", "--plan", "--json"))
        ended = [invoke(workshop.root, *arguments, **environment) for arguments in verbs]
        for done in ended:
            ended_well_or_typed(done)
        assert workshop.remote_refs() == before
        assert not list(tmp_path.rglob("CANARY*"))
        return not any(done.returncode for done in ended)

    fuzz(ENVIRONMENTS, check, "environments")


TELLING = """\
import json, os
import nox


@nox.session(venv_backend="none")
def tests(session):
    told = json.dumps({"check": "args", "verdict": "PASS", "reason": json.dumps(session.posargs)})
    with open(os.environ["PHASEGATE_VERDICTS"], "a") as lines:
        lines.write(told + "\\n")


@nox.session(venv_backend="none", default=False)
def never(session):
    open(r"CANARY", "w")
"""
OPTIONS = ("--noxfile=evil.py", "-fevil.py", "evil.py", "never", "-snever", "--session=never", "--envdir=CANARY", "--report=CANARY", "--force-python=x", "-knot tests")  # fmt: skip
WORDS = st.sampled_from(["tests", *OPTIONS, *COMMANDS, *PATHS]) | TEXTS.map(
    lambda text: text.encode("utf-8", "ignore").decode()
)
"""Words of a TOML file, which holds no half characters."""
GATES = st.fixed_dictionaries(
    {"session": mixed(*[st.just("tests")] * 3, WORDS), "args": st.lists(WORDS, max_size=4)},
    optional={"artifact": WORDS},
)


def test_any_gate_runs_its_session_alone(
    fuzz: Callable[..., None], workshop: Workshop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its arguments come to the session as they were written; nothing else of it is run or read."""
    canary = tmp_path / "CANARY"
    touch = executable(tmp_path / "programs" / "touch", f"#!/bin/sh\n: > '{canary}'\n")
    monkeypatch.setenv("PATH", str(touch.parent), prepend=os.pathsep)
    noxfile = TELLING.replace("CANARY", str(canary))
    workshop.commit("feat: tell", {"noxfile.py": noxfile, "evil.py": f"open({str(canary)!r}, 'w')\n"})

    def check(gate: dict[str, Any]) -> bool:
        config = foreseen(lambda: parse_config({"gates": {"drawn": gate}, "phases": {"internal": {"gates": ["drawn"]}}}))  # fmt: skip
        assume(config is not None and gate["session"] != "never")
        workshop.settings = {"gates": config.gates, "phases": config.phases}
        desk = workshop.desk
        (judged,) = run_gates(desk, prepare_subject(desk, only="drawn"), fresh=True)
        if gate["session"] == "tests" and "artifact" not in gate:
            assert (judged.verdict, judged.reason) == ("PASS", f"args: {json.dumps(gate['args'])}")
        assert not list(tmp_path.rglob("CANARY*"))
        return judged.verdict == "PASS"

    fuzz(GATES, check, "gates that run")


EVIL_HOOK = b"#!/bin/sh\ntouch CANARY\n"
EVIL_FILES: dict[str, list[tuple[str, bytes, bytes]]] = {
    "a git folder": [("40000", b".git", b"hooks/post-checkout")],
    "a git folder in capitals": [("40000", b".GIT", b"hooks/post-checkout")],
    "a git folder by its short name": [("40000", b"git~1", b"hooks/post-checkout")],
    "the folder above": [("100644", b"..", b"CANARY")],
    "the folder itself": [("100644", b".", b"CANARY")],
    "a slash": [("100644", b"../CANARY", b"x")],
    "a link and a folder of one name": [("120000", b"out", b".."), ("40000", b"out", b"CANARY")],
    "a link out for the documentation": [("120000", b"site", b"../..")],
    "a link out for the changelog": [("120000", b"CHANGELOG.md", b"../CANARY")],
    "a submodule's settings as a link": [("120000", b".gitmodules", b"../CANARY")],
    "a submodule": [("160000", b"sub", b""), ("100644", b".gitmodules", b'[submodule "sub"]\n\tpath = sub\n\turl = ext::touch CANARY\n')],
    "attributes": [("100644", b".gitattributes", b"* filter=evil diff=evil merge=evil export-subst\n")],
    "an option": [("100644", b"--output=CANARY", b"x"), ("100644", b"-n", b"x")],
    "bytes and line breaks": [("100644", b"caf\xe9\n", b"x"), ("100644", b"a\tb", b"x"), ("100644", b'"', b"x")],
    "a name beyond all bounds": [("100644", b"x" * 5_000, b"x")],
    "nox beside the tests": [("100644", b"nox.py", b"open('../CANARY', 'w')"), ("100644", b"phasegate.py", b"open('CANARY', 'w')")],
}  # fmt: skip


def write_tree(workshop: Workshop, entries: list[tuple[str, bytes, bytes]]) -> str:
    """The source's tree with `entries` in it, as raw as a forger would write it."""
    raw: dict[tuple[bytes, str], bytes] = {}
    for line in git(workshop.root, "ls-tree", "HEAD").splitlines():
        mode, _, rest = line.split(" ", 2)
        raw[rest.split("\t")[1].encode(), mode.lstrip("0")] = bytes.fromhex(rest.split("\t")[0])
    for mode, name, content in entries:
        raw.pop((name, "100644"), None)
        raw[name, mode] = bytes.fromhex(write_object(workshop, mode, content))
    listing = sorted(raw.items(), key=lambda item: item[0][0] + (b"/" if item[0][1] == "40000" else b""))
    return hash_object(
        workshop, "tree", b"".join(f"{mode} ".encode() + name + b"\0" + id_ for (name, mode), id_ in listing)
    )


def write_object(workshop: Workshop, mode: str, content: bytes) -> str:
    if mode == "160000":
        return git(workshop.root, "rev-parse", "HEAD")
    if mode != "40000":
        return hash_object(workshop, "blob", content)
    node = bytes.fromhex(hash_object(workshop, "blob", EVIL_HOOK))
    for depth, part in enumerate(reversed(content.split(b"/"))):
        mode_here = b"100755" if depth == 0 else b"40000"
        node = bytes.fromhex(hash_object(workshop, "tree", mode_here + b" " + part + b"\0" + node))
    return node.hex()


def hash_object(workshop: Workshop, kind: str, content: bytes) -> str:
    path = workshop.root.parent / "object"
    path.write_bytes(content)
    return git(workshop.root, "hash-object", "-t", kind, "-w", "--literally", str(path))


@pytest.mark.parametrize("evil", EVIL_FILES)
def test_a_tree_that_no_honest_git_writes(evil: str, workshop: Workshop, tmp_path: Path, whole: bool) -> None:
    """It is released as it is or refused in typed words; nothing of it runs or is written outside its place."""
    if not whole and evil not in list(EVIL_FILES)[:3]:
        pytest.skip("the quick selection has three; --whole has all")
    commit = git(
        workshop.root, "commit-tree", write_tree(workshop, EVIL_FILES[evil]), "-p", "HEAD", "-m", "feat: evil"
    )
    git(workshop.root, "push", "--quiet", "origin", f"{commit}:refs/heads/main")
    before = {path for path in tmp_path.iterdir() if path.name != "object"}
    work = tmp_path / "work"
    work.mkdir()
    for arguments in (
        ("deploy", "--phase", "internal", "--yes"),
        ("gates", "--only", "docs"),
        ("deploy", "--phase", "docs", "--yes", "--override", "to see"),
        ("rollback", "--full", "--yes"),
    ):
        ended_well_or_typed(invoke(workshop.root, *arguments, TMPDIR=str(work), PHASEGATE_TRACEBACK="1"))
    assert not [path for path in tmp_path.rglob("CANARY*") if workshop.remote not in path.parents]
    assert {path for path in tmp_path.iterdir() if path.name not in ("object", "work")} == before
    assert {path.name for path in work.iterdir()} <= {"index.html"}, (
        "the documentation's own session writes through its link"
    )
    if "refs/heads/gh-pages" in workshop.remote_refs():
        site = git(workshop.remote, "ls-tree", "-r", "--name-only", "refs/heads/gh-pages").splitlines()
        assert set(site) <= {"index.html", "status.html", "status.json"}
