"""Repositories of several forms, as the real client installs them."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Callable

import pytest

from client.people import failures, installed_folder, tree_in, tree_in_ledger
from phasegate.rollout.proving.delivery import Follower
from workshop import FILES, MANIFEST, MARKETPLACE, Workshop, git

if TYPE_CHECKING:
    from pathlib import Path

Join = Callable[[Workshop, str], Follower]

pytestmark = pytest.mark.timeout(900)


def with_entries(*entries: dict[str, object]) -> str:
    return json.dumps({**MARKETPLACE, "plugins": entries})


def test_each_plugin_of_a_marketplace_is_received(tmp_path: Path, follower: Join) -> None:
    files = {
        **FILES,
        ".claude-plugin/marketplace.json": with_entries(
            {"name": "demo", "source": "./demo"}, {"name": "second", "source": "./plugins/second"}
        ),
        "plugins/second/.claude-plugin/plugin.json": MANIFEST.replace("demo", "second"),
        "plugins/second/commands/deep/bye.md": "---\ndescription: Say bye\n---\nSay bye.\n",
    }
    workshop = Workshop(tmp_path / "two", files)
    workshop.release()
    user = follower(workshop, "stable")
    for text in ("more", "yet more"):
        checks = user.check(workshop.observe())
        assert failures(checks) == ""
        assert [c.subject.rpartition(" ")[2] for c in checks] == ["demo@market"] * 2 + ["second@market"] * 2
        assert checks[3].reason == "loads with second:deep:bye"
        workshop.commit("feat: more", {"plugins/second/more.txt": text})
        workshop.release()


def test_commands_that_the_manifest_gives_names_to_are_received_under_these(
    workshop: Workshop, follower: Join
) -> None:
    hidden = "---\ndescription: Not for users\nuser-invocable: false\n---\nDo it.\n"
    named = {
        "about": {"source": "./commands/hello.md"},
        "deep/er": {"content": "Say it.", "description": "Say it"},
        "unseen": {"source": "./hidden.md"},
    }
    workshop.commit(
        "feat: names",
        {
            "demo/.claude-plugin/plugin.json": json.dumps({**json.loads(MANIFEST), "commands": named}),
            "demo/hidden.md": hidden,
        },
    )
    workshop.release()
    checks = follower(workshop, "stable").check(workshop.observe())
    assert failures(checks) == ""
    assert checks[1].reason == "loads with demo:about, demo:deep/er"


def test_a_plugin_at_the_root_is_received_as_the_whole_tree(tmp_path: Path, follower: Join) -> None:
    files = {name.replace("demo/", ""): text for name, text in FILES.items()}
    files[".claude-plugin/marketplace.json"] = with_entries({"name": "demo", "source": "./"})
    workshop = Workshop(tmp_path / "root", files)
    workshop.release()
    user = follower(workshop, "stable")
    assert failures(user.check(workshop.observe())) == ""
    folder = installed_folder(tmp_path / "user-0")
    assert tree_in(folder, tmp_path) == tree_in_ledger(workshop, "stable", "")
    assert (folder / "noxfile.py").is_file()
    workshop.commit("feat: break it", {"broken.py": "boom\n"})
    workshop.release()
    assert failures(user.check(workshop.observe())) == ""
    workshop.rollback("quick")
    assert failures(user.check(workshop.observe())) == ""
    assert not (installed_folder(tmp_path / "user-0") / "broken.py").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="modes and links that Windows has not")
def test_modes_links_and_line_ends_arrive_as_a_checkout_has_them_for_a_user_and_not_for_the_operator(
    workshop: Workshop, follower: Join, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    workshop.write({
        ".gitattributes": "demo/lines.txt text eol=crlf\n",
        "demo/lines.txt": "one\ntwo\n",
        "demo/.gitignore": "*\n",
        "demo/a name with ümlauts": "x",
        "demo/run.sh": "#!/bin/sh\n",
    })  # fmt: skip
    (workshop.root / "demo" / "run.sh").chmod(0o755)
    (workshop.root / "demo" / "short").symlink_to("commands")
    (workshop.root / "demo" / "round").symlink_to("../demo/commands/hello.md")
    git(workshop.root, "add", "--all", "--force")
    workshop.commit("feat: odd files")
    workshop.release()
    (tmp_path / "operator").write_text("[core]\n\tautocrlf = true\n", encoding="utf-8")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "operator"))
    assert failures(follower(workshop, "stable").check(workshop.observe())) == ""
    folder = installed_folder(tmp_path / "user-0")
    assert (folder / "lines.txt").read_bytes() == b"one\r\ntwo\r\n"
    assert (folder / "run.sh").stat().st_mode & 0o111
    assert str((folder / "round").readlink()) == "commands/hello.md"


@pytest.mark.skipif(sys.platform == "win32", reason="links that Windows has not")
def test_the_link_that_the_plugin_gate_refuses_is_one_that_no_client_installs(
    workshop: Workshop, follower: Join
) -> None:
    (workshop.root / "demo" / "commands" / "here").symlink_to(".")
    workshop.commit("feat: a link to its own folder")
    workshop.release()
    said = failures(follower(workshop, "stable").check(workshop.observe()))
    assert "`claude plugin install -- demo@market` did not do what it was asked" in said


def test_what_the_client_keeps_of_its_own_is_known(
    released: Workshop, follower: Join, tmp_path: Path
) -> None:
    follower(released, "stable").check(released.observe())
    folder = installed_folder(tmp_path / "user-0")
    assert {path.name for path in folder.iterdir()} - {".in_use"} == {
        ".claude-plugin",
        "commands",
        "flags.json",
    }
    assert list(folder.glob(".in_use")) != []
