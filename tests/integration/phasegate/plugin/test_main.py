from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Callable

import pytest

import phasegate.errors
from phasegate.git.door import Git
from phasegate.plugin.__main__ import main

MANIFEST = {"name": "p", "version": "1.0.0", "description": "Does things."}
Repository = Callable[..., Git]


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """Makes a repository with a plugin at its root, tagged v1.0.0."""

    def make(**changes: object) -> Git:
        git = Git(tmp_path)
        git.run("init", "--quiet")
        commit(git, **changes)
        git.run("-c", "user.name=N", "-c", "user.email=n@e.org", "tag", "--annotate", "--message=x", "v1.0.0")
        return git

    return make


def commit(git: Git, **changes: object) -> None:
    folder = git.folder / ".claude-plugin"
    folder.mkdir(exist_ok=True)
    (folder / "plugin.json").write_text(json.dumps({**MANIFEST, **changes}))
    git.run("add", "--all")
    git.run("-c", "user.name=N", "-c", "user.email=n@e.org", "commit", "--quiet", "--message=x")


def test_the_process_ends_with_the_status_of_its_verdict(repository: Repository, tmp_path: Path) -> None:
    repository(name="No Name")
    source = str(Path(phasegate.errors.__file__).parents[1])
    done = subprocess.run(
        [sys.executable, "-m", "phasegate.plugin", str(tmp_path)],
        env={**os.environ, "PYTHONPATH": source},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 33, done.stderr
    assert "error   .claude-plugin/plugin.json:1: name: must be lower-case words" in done.stdout
    assert "plugin.json says who the plugin is [manifest-values]" in done.stdout
    assert done.stdout.endswith("FAIL: 1 manifest examined, 1 findings\n")


def test_a_good_plugin_passes(repository: Repository, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(repository().folder)]) == 0
    assert capsys.readouterr().out == "PASS: 1 manifest examined, 0 findings\n"


def test_findings_come_as_json(repository: Repository, capsys: pytest.CaptureFixture[str]) -> None:
    git = repository(color="red")
    assert main([str(git.folder), "--json"]) == 33
    assert json.loads(capsys.readouterr().out) == {
        "schema": 1,
        "verdict": "FAIL",
        "examined": [".claude-plugin/plugin.json"],
        "findings": [
            {
                "rule": "manifest-keys",
                "severity": "error",
                "path": ".claude-plugin/plugin.json",
                "line": 1,
                "message": "color: unknown key",
            }
        ],
    }


def test_a_version_that_a_tag_names_is_refused_on_other_bytes(repository: Repository) -> None:
    git = repository()
    assert main([str(git.folder)]) == 0
    (git.folder / "new.txt").write_text("x")
    assert main([str(git.folder)]) == 33
    commit(git)
    assert main([str(git.folder)]) == 33
    commit(git, version="1.0.1")
    assert main([str(git.folder)]) == 0


def test_a_folder_outside_git_is_checked_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / ".claude-plugin").mkdir()
    (tmp_path / ".claude-plugin" / "plugin.json").write_text(json.dumps(MANIFEST))
    assert main([str(tmp_path)]) == 0
    assert capsys.readouterr().out.startswith("PASS")


@pytest.mark.parametrize("place", [".git/scratch", "unpacked"])
def test_a_folder_inside_a_repository_is_taken_for_itself(
    repository: Repository, tmp_path: Path, place: str, capsys: pytest.CaptureFixture[str]
) -> None:
    repository()
    folder = tmp_path / place / ".claude-plugin"
    folder.mkdir(parents=True)
    (folder / "plugin.json").write_text(json.dumps(MANIFEST))
    assert main([str(tmp_path / place)]) == 0
    assert "PASS: 1 manifest examined" in capsys.readouterr().out


def test_nothing_examined_is_inconclusive(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path)]) == 34
    assert capsys.readouterr().out == "INCONCLUSIVE: 0 manifests examined, 0 findings\n"


def test_a_folder_that_does_not_exist_and_a_bad_config_are_clear_errors(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(tmp_path / "none")]) == 2
    assert "next: Name the repository's folder." in capsys.readouterr().err
    (tmp_path / "phasegate.toml").write_text("plugin = 1")
    assert main([str(tmp_path)]) == 10
    assert "did you mean 'plugins'?" in capsys.readouterr().err


def test_texts_that_no_terminal_takes_are_findings_and_no_crash(repository: Repository) -> None:
    git = repository(**{"version": "1.0.0\0--x", "\x1b[2Jkey": 1, "caf\udce9": 1})
    source = str(Path(phasegate.errors.__file__).parents[1])
    done = subprocess.run(
        [sys.executable, "-m", "phasegate.plugin", str(git.folder)],
        env={**os.environ, "PYTHONPATH": source, "PYTHONIOENCODING": "ascii"},
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stderr) == (33, ""), done
    assert "\\x1b[2Jkey: unknown key" in done.stdout
    assert "caf\\udce9: unknown key" in done.stdout
