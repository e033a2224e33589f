"""Nothing is overwritten, whoever else writes at the same time; a file is whole or not there."""

from __future__ import annotations

import errno
import os
import stat
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from phasegate.adoption.adoption import Draft
from phasegate.adoption.writing import write_drafts
from phasegate.errors import ErrorCode, PhasegateError
from phasegate.git.door import Git
from phasegate.git.repository import Repository

if TYPE_CHECKING:
    from collections.abc import Callable

NEW = Draft("tasks.py", b"new\n")
TABLE = Draft("pyproject.toml", b"\n[tool.phasegate]\n", after=b"[project]\n")


def write(root: Path, *drafts: Draft) -> None:
    write_drafts(Repository(Git(root), root, root.with_name(f"{root.name}-state"), {}), drafts)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*"))


def refused(root: Path, *drafts: Draft) -> PhasegateError:
    with pytest.raises(PhasegateError) as caught:
        write(root, *drafts)
    assert caught.value.code is ErrorCode.FILE_UNWRITTEN
    return caught.value


def test_new_files_and_additions_are_written_and_nothing_else_is_left(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_bytes(b"[project]\n")
    write(tmp_path, NEW, Draft(".claude-plugin/marketplace.json", b"{}"), TABLE)
    assert (tmp_path / "tasks.py").read_bytes() == b"new\n"
    assert (tmp_path / "pyproject.toml").read_bytes() == b"[project]\n\n[tool.phasegate]\n"
    assert names(tmp_path) == [".claude-plugin", "marketplace.json", "pyproject.toml", "tasks.py"]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such modes")
def test_a_new_file_has_the_mode_that_the_user_s_mask_gives(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        write(tmp_path, NEW)
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "tasks.py").stat().st_mode) == 0o640


def test_a_file_that_appeared_meanwhile_stays(tmp_path: Path) -> None:
    (tmp_path / "tasks.py").write_bytes(b"theirs\n")
    assert "tasks.py was not written" in refused(tmp_path, NEW).what
    assert (tmp_path / "tasks.py").read_bytes() == b"theirs\n"
    assert names(tmp_path) == ["tasks.py"]


@pytest.mark.skipif(sys.platform == "win32", reason="links need a right there")
def test_a_link_to_nowhere_is_a_file_that_is_there(tmp_path: Path) -> None:
    (tmp_path / "tasks.py").symlink_to("nowhere")
    refused(tmp_path, NEW)
    assert names(tmp_path) == ["tasks.py"]


@pytest.mark.skipif(sys.platform == "win32", reason="links need a right there")
def test_a_folder_that_leads_out_of_the_repository_is_not_followed(tmp_path: Path) -> None:
    root, outside = tmp_path / "root", tmp_path / "outside"
    root.mkdir()
    outside.mkdir()
    (root / ".claude-plugin").symlink_to(outside)
    refused(root, Draft(".claude-plugin/marketplace.json", b"{}"))
    assert names(outside) == []


@pytest.mark.skipif(sys.platform == "win32", reason="links need a right there")
def test_a_link_is_not_added_to(tmp_path: Path) -> None:
    root, theirs = tmp_path / "root", tmp_path / "pyproject.toml"
    root.mkdir()
    theirs.write_bytes(b"[project]\n")
    (root / "pyproject.toml").symlink_to(theirs)
    refused(root, TABLE)
    assert theirs.read_bytes() == b"[project]\n"


def a_file(path: Path) -> None:
    path.write_bytes(b"theirs\n")


def a_link_to_nowhere(path: Path) -> None:
    path.symlink_to("nowhere")


@pytest.mark.skipif(sys.platform == "win32", reason="links need a right there")
@pytest.mark.parametrize("put", [a_file, a_link_to_nowhere])
def test_what_is_in_the_way_of_a_folder_is_named(put: Callable[[Path], None], tmp_path: Path) -> None:
    put(tmp_path / ".claude-plugin")
    error = refused(tmp_path, Draft(".claude-plugin/marketplace.json", b"{}"))
    assert error.why == ".claude-plugin is in the way: it is no folder"
    assert error.hint.startswith("Mend that")
    assert names(tmp_path) == [".claude-plugin"]


@pytest.mark.parametrize("put", [Path.mkdir, a_link_to_nowhere])
@pytest.mark.skipif(sys.platform == "win32", reason="links need a right there")
def test_what_is_in_the_way_of_a_file_is_named(put: Callable[[Path], None], tmp_path: Path) -> None:
    put(tmp_path / "phasegate.toml")
    error = refused(tmp_path, Draft("phasegate.toml", b""))
    assert error.why == "phasegate.toml is in the way: it is no file"


KILLED_AT_EVERY_STEP = """
import errno, os, sys
from pathlib import Path
from phasegate.adoption.adoption import Draft
from phasegate.adoption.writing import write_drafts
from phasegate.git.door import Git
from phasegate.git.repository import Repository

class Killed(BaseException):
    pass

def step(event, arguments):
    global left
    if event == "os.link" and not links:
        raise OSError(errno.EPERM, "no links here")
    if left is not None and (event == "open" or event.startswith(("os.", "shutil."))):
        left -= 1
        if left < 0:  # the dead do nothing more, not even clean up
            raise Killed

left = None
sys.addaudithook(step)
for links in (True, False):
    for steps in range(1000):
        root = Path(sys.argv[1], f"{links}-{steps}")
        root.mkdir()
        repository = Repository(Git(root), root, root.with_name(f"{root.name}-state"), {})
        left = steps
        try:
            write_drafts(repository, [Draft("tasks.py", b"whole")])
        except Killed:
            pass
        survived, left = left >= 0, None
        if survived:
            break
        print("tasks.py", (root / "tasks.py").read_bytes() if (root / "tasks.py").exists() else "absent")
    assert (root / "tasks.py").read_bytes() == b"whole"
"""


def test_a_new_file_is_whole_or_not_there_at_whichever_step_it_is_killed(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", KILLED_AT_EVERY_STEP, str(tmp_path)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert set(done.stdout.splitlines()) == {"tasks.py absent", "tasks.py b'whole'"}


def test_without_links_it_is_exclusive_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_links(source: Path, target: Path) -> None:
        raise OSError(errno.EPERM, "no links here")

    monkeypatch.setattr(os, "link", no_links)
    write(tmp_path, NEW)
    assert (tmp_path / "tasks.py").read_bytes() == b"new\n"
    refused(tmp_path, Draft("tasks.py", b"other\n"))
    assert (tmp_path / "tasks.py").read_bytes() == b"new\n"
    assert names(tmp_path) == ["tasks.py"]


@pytest.mark.parametrize("now", [b"[project]\nname = 'x'\n", b"", None])
def test_a_file_that_changed_meanwhile_is_not_added_to(tmp_path: Path, now: bytes | None) -> None:
    path = tmp_path / "pyproject.toml"
    if now is not None:
        path.write_bytes(now)
    refused(tmp_path, TABLE)
    assert (path.read_bytes() if path.exists() else None) == now


@pytest.mark.skipif(sys.platform == "win32", reason="there is no limit of file size")
def test_a_disk_that_fills_up_leaves_what_was_there(tmp_path: Path) -> None:
    import resource
    import signal

    path = tmp_path / "pyproject.toml"
    path.write_bytes(b"[project]\n")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20, limits[1]))
    try:
        error = refused(tmp_path, TABLE)
        new = refused(tmp_path, Draft("tasks.py", b"x" * 100))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, before)
    assert "the disk is full" in error.why
    assert "too large" in new.why
    assert path.read_bytes() == b"[project]\n"
    assert names(tmp_path) == ["pyproject.toml"]


def test_what_was_written_before_the_one_that_failed_stays(tmp_path: Path) -> None:
    (tmp_path / "tasks.py").write_bytes(b"theirs\n")
    refused(tmp_path, Draft("noxfile.py", b"mine\n"), NEW)
    assert names(tmp_path) == ["noxfile.py", "tasks.py"]
