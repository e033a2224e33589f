"""A folder is a sandbox, becomes one, or is left as it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from phasegate.errors import ErrorCode, PhasegateError
from phasegate.rollout.proving.sandbox import open_sandbox
from workshop import git

if TYPE_CHECKING:
    from pathlib import Path

    from phasegate.git.repository import Repository
    from workshop import Workshop

MARKER = "phasegate-sandbox.json"


def open_in(folder: Path, workshop: Workshop) -> Repository:
    desk = workshop.desk
    return open_sandbox(folder, desk.repository, desk.config)


def test_a_sandbox_is_made_once_and_found_again(workshop: Workshop, tmp_path: Path) -> None:
    first = open_in(tmp_path / "sandbox", workshop)
    (first.root / "mark.txt").write_text("mine", encoding="utf-8")
    assert open_in(tmp_path / "sandbox", workshop).root == first.root
    assert (first.root / "mark.txt").exists()


@pytest.mark.parametrize("marker", ["", '{"schema": 1, "ready": false}'])
def test_one_that_was_never_finished_is_made_anew(workshop: Workshop, tmp_path: Path, marker: str) -> None:
    folder = tmp_path / "sandbox"
    folder.mkdir()
    (folder / MARKER).write_text(marker, encoding="utf-8")
    assert open_in(folder, workshop).root.is_dir()


@pytest.mark.parametrize("marker", ["{", "7", "[]", "{}", '{"ready": ' + "[" * 9999, "\ud83d", None])
def test_a_folder_of_something_else_is_left_as_it_is(
    workshop: Workshop, tmp_path: Path, marker: str | None
) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "thesis.txt").write_text("precious", encoding="utf-8")
    if marker is not None:
        (folder / MARKER).write_text(marker, encoding="utf-8", errors="surrogatepass")
    with pytest.raises(PhasegateError) as caught:
        open_in(folder, workshop)
    assert caught.value.code is ErrorCode.SANDBOX_INVALID
    assert (folder / "thesis.txt").read_text(encoding="utf-8") == "precious"


def deploy_in(folder: Path, workshop: Workshop) -> str:
    """A release in the sandbox of `workshop`, and its version."""
    stage = workshop.seen_from(open_in(folder, workshop).root)
    stage.remote = next(folder.glob("*-sandbox.git"))
    stage.deploy("internal")
    return stage.version_on("internal")


def test_tags_of_releases_that_were_fetched_do_not_stand_in_the_way(
    released: Workshop, tmp_path: Path
) -> None:
    git(released.root, "fetch", "--quiet", "--tags")
    assert git(released.root, "tag", "--list", "v1.0.0") == "v1.0.0"
    assert deploy_in(tmp_path / "sandbox", released) == "1.0.0-rc.1"


def test_tags_in_the_history_of_what_is_checked_out_count(workshop: Workshop, tmp_path: Path) -> None:
    git(workshop.root, "tag", "v2.3.0")
    git(workshop.root, "tag", "--annotate", "--message", "annotated", "v2.4.0")
    workshop.commit("fix: mend it")
    assert deploy_in(tmp_path / "sandbox", workshop) == "2.4.1-rc.1"


def test_a_shallow_clone_has_a_sandbox_too_although_its_remote_is_shallow(
    released: Workshop, tmp_path: Path
) -> None:
    git(tmp_path, "clone", "--quiet", "--depth=1", released.remote.as_uri(), "shallow")
    shallow = released.seen_from(tmp_path / "shallow")
    assert deploy_in(tmp_path / "sandbox", shallow) == "1.0.0-rc.1"
    assert (tmp_path / "sandbox" / "checkout" / ".git" / "shallow").exists()
