"""Three repositories adopt phasegate by its own commands, and go through all phases and rollbacks with their gates."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest

from phasegate.config_file import load_config
from phasegate.errors import ErrorCode
from verbs import ask, invoke, phasegate
from workshop import Workshop, git

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [pytest.mark.once, pytest.mark.timeout(600)]

FLAGS = '{"schema": 1, "flags": {"fast": {"enabled": true}}}\n'


def plugin_files(folder: str, name: str, version: str = "0.0.0") -> dict[str, str]:
    """A plugin with a command in `folder` (with a slash at its end, or empty)."""
    manifest = {"name": name, "version": version, "description": f"What {name} does"}
    return {
        f"{folder}.claude-plugin/plugin.json": json.dumps(manifest, indent=2) + "\n",
        f"{folder}commands/{name}.md": "---\ndescription: Say hello\n---\nSay hello.\n",
    }


def with_a_flag(folder: str, name: str, version: str = "0.0.0") -> dict[str, str]:
    """The same with a feature flag."""
    return {**plugin_files(folder, name, version), f"{folder}flags.json": FLAGS}


def adopt(workshop: Workshop) -> dict[str, Any]:
    """`init` as a user runs it first: look, write, commit, push; what it wrote, and the next run says so.

    No time to soak is the one thing that is decided otherwise, so that no release needs an override.
    """
    shown = json.loads(phasegate(workshop.root, "init", "--plan", "--json").stdout)
    assert git(workshop.root, "status", "--porcelain") == ""
    done = phasegate(workshop.root, "init", "--yes")
    assert done.returncode == 0, done.stderr
    [config] = [workshop.root / file["path"] for file in shown["files"] if file["path"].endswith(".toml")]
    config.write_bytes(config.read_bytes().replace(b"phases.canary]", b'phases.canary]\nsoak = "0s"'))
    workshop.commit("chore: adopt phasegate", {"README.md": "Adopted.\n"})
    again = invoke(workshop.root, "init")
    assert (again.returncode, "Nothing to write" in again.stdout) == (0, True), again.stderr
    assert "blocks releases" not in again.stdout
    return dict(shown)


def run(workshop: Workshop, *arguments: str) -> None:
    done = invoke(workshop.root, *arguments, "--yes")
    assert done.returncode == 0, done.stderr + done.stdout


def release(workshop: Workshop, *phases: str) -> None:
    for phase in phases or tuple(load_config(workshop.root).phases):
        run(workshop, "deploy", "--phase", phase)
    git(workshop.root, "fetch", "--quiet", "--tags")  # as people do; the next rehearsal must not mind


def versions(workshop: Workshop) -> dict[str, str]:
    return {name: channel["version"] for name, channel in ask(workshop.root, "status")["channels"].items()}


def assert_sound(workshop: Workshop) -> None:
    done = invoke(workshop.root, "verify")
    assert done.returncode == 0, done.stdout + done.stderr
    assert git(workshop.remote, "fsck", "--strict") == ""
    assert git(workshop.root, "status", "--porcelain") == ""


def test_nothing_is_written_unless_it_is_confirmed(tmp_path: Path) -> None:
    workshop = Workshop(tmp_path, plugin_files("", "solo"))
    refused = phasegate(workshop.root, "init")
    assert refused.returncode == ErrorCode.CONFIRMATION_REQUIRED.exit_status
    shown = phasegate(workshop.root, "--dry", "init")
    assert (shown.returncode, "tasks.py: new file" in shown.stdout) == (0, True)
    assert git(workshop.root, "status", "--porcelain") == ""


def test_what_keeps_releases_back_is_said_as_such(tmp_path: Path) -> None:
    noxfile = "import nox\n\n\n@nox.session\ndef lint(session): ...\n"
    workshop = Workshop(tmp_path, {**plugin_files("", "solo"), "noxfile.py": noxfile})
    phasegate(workshop.root, "init", "--yes")
    again = phasegate(workshop.root, "init")
    assert again.stdout.startswith("Nothing to write")
    assert "blocks releases: phase internal needs session 'plugin'" in again.stdout
    assert json.loads(phasegate(workshop.root, "init", "--json").stdout)["ready"] is False


def test_of_several_at_once_each_file_is_written_by_one(tmp_path: Path) -> None:
    before = "[tool.other]\nkey = 1\n"
    workshop = Workshop(tmp_path, {**plugin_files("", "solo"), "pyproject.toml": before})
    with ThreadPoolExecutor(6) as pool:
        done = list(pool.map(lambda _: phasegate(workshop.root, "init", "--yes"), range(6)))
    ends = {process.returncode for process in done}
    assert 0 in ends
    assert ends <= {0, ErrorCode.FILE_UNWRITTEN.exit_status}
    assert (workshop.root / "pyproject.toml").read_text(encoding="utf-8").count("[tool.phasegate]") == 1
    assert "Nothing to write" in invoke(workshop.root, "init").stdout
    names = git(workshop.root, "status", "--porcelain", "--untracked-files=all").split()[1::2]
    assert names == ["pyproject.toml", ".claude-plugin/marketplace.json", "noxfile.py", "tasks.py"]


def test_two_plugins_without_a_pyproject_or_a_marketplace(tmp_path: Path) -> None:
    files = {**with_a_flag("plugins/alpha/", "alpha"), **with_a_flag("plugins/beta/", "beta", "0.3.0")}
    workshop = Workshop(tmp_path, files)
    shown = adopt(workshop)
    written = [file["path"] for file in shown["files"]]
    assert written == [".claude-plugin/marketplace.json", "phasegate.toml", "noxfile.py", "tasks.py"]
    release(workshop)
    assert versions(workshop) == {"internal": "1.0.0-rc.1", "canary": "1.0.0-rc.1", "stable": "1.0.0"}
    first = workshop.tree_on("stable")
    workshop.commit("feat: more", {"plugins/beta/more.txt": "more\n"})
    release(workshop, "internal", "canary")
    assert "plugins/beta/more.txt" in differing(workshop, first, "canary")
    run(workshop, "rollback", "--full", "--reason", "it breaks")
    assert differing(workshop, first, "canary") == MANIFESTS
    run(workshop, "rollback", "--flag")
    assert '"enabled": false' in workshop.published("refs/heads/stable", "plugins/beta/flags.json")
    workshop.commit("feat: even more", {"plugins/alpha/more.txt": "more\n"})
    release(workshop, "internal")
    run(workshop, "rollback", "--quick", "--reason", "it breaks too")
    assert differing(workshop, first, "internal") == [
        *MANIFESTS[:1],
        "plugins/alpha/flags.json",
        *MANIFESTS[1:],
        "plugins/beta/flags.json",
    ]
    assert versions(workshop) == {"internal": "1.1.0-rc.5", "canary": "1.1.0-rc.3", "stable": "1.0.1"}
    assert_sound(workshop)


MANIFESTS = ["plugins/alpha/.claude-plugin/plugin.json", "plugins/beta/.claude-plugin/plugin.json"]


def differing(workshop: Workshop, tree: str, branch: str) -> list[str]:
    return git(workshop.remote, "diff", "--name-only", tree, f"refs/heads/{branch}").splitlines()


def test_a_plugin_at_the_root_with_its_own_tags_and_documentation(tmp_path: Path) -> None:
    needs_an_index("mkdocs<2")
    pyproject = "[tool.other]\r\nkey = 'value'"
    market = {"name": "market", "owner": {"name": "Owner"}, "plugins": [{"name": "solo", "source": "./"}]}
    files = {
        **with_a_flag("", "solo", "1.3.0"),
        ".claude-plugin/marketplace.json": json.dumps(market),
        "pyproject.toml": pyproject,
        "mkdocs.yml": "site_name: Solo\n",
        "docs/index.md": "# Solo\n",
        "tests/test_solo.py": "def test_solo() -> None:\n    assert True\n",
        "CHANGELOG.md": "# Changelog\n\n## 1.3.0 (2020-01-01)\n\n- Long ago.\n",
    }
    workshop = Workshop(tmp_path, files)
    for version in ("1.2.0", "1.3.0"):
        workshop.commit(f"feat: as in {version}")
        git(workshop.root, "tag", f"release/{version}")
    git(workshop.root, "push", "--quiet", "--tags")
    shown = adopt(workshop)
    assert [file["path"] for file in shown["files"]] == ["pyproject.toml", "noxfile.py", "tasks.py"]
    assert (
        (workshop.root / "pyproject.toml")
        .read_bytes()
        .startswith(pyproject.encode() + b"\r\n\r\n[tool.phasegate]\r\n")
    )
    workshop.commit("feat: go on", {"commands/more.md": "---\ndescription: More\n---\nMore.\n"})
    release(workshop)
    assert versions(workshop)["stable"] == "1.4.0"
    assert "refs/tags/release/1.4.0" in workshop.remote_refs()
    assert "## 1.4.0" in workshop.published("refs/heads/stable", "CHANGELOG.md")
    assert "as in" not in workshop.published("refs/heads/stable", "CHANGELOG.md")
    site = workshop.published("refs/heads/gh-pages", "index.html")
    workshop.commit("fix: mend it", {"docs/index.md": "# Solo, mended\n"})
    release(workshop, "internal", "canary", "docs")
    assert workshop.published("refs/heads/gh-pages", "index.html") != site
    run(workshop, "rollback", "--docs")
    assert workshop.published("refs/heads/gh-pages", "index.html") == site
    run(workshop, "rollback", "--flag")
    run(workshop, "rollback", "--full")
    assert "mended" not in workshop.published("refs/heads/canary", "docs/index.md")
    workshop.commit("feat: even more", {"commands/most.md": "---\ndescription: Most\n---\nMost.\n"})
    release(workshop, "internal")
    run(workshop, "rollback", "--quick")
    assert versions(workshop) == {"internal": "1.5.0-rc.2", "canary": "1.4.1-rc.3", "stable": "1.4.1"}
    assert_sound(workshop)


def needs_an_index(requirement: str) -> None:
    command = [sys.executable, "-m", "uv", "pip", "compile", "--quiet", "--no-cache", "-"]
    asked = subprocess.run(command, input=requirement.encode(), capture_output=True, check=False)
    said = asked.stderr.decode(errors="replace").strip()
    if asked.returncode != 0:
        assert re.search("error sending request|timed out|network was disabled", said), said
        assert "CI" not in os.environ, said
        pytest.skip(f"no package index answers: {said}")


def test_without_flags_dev_as_source_and_main_as_the_channel_that_the_public_follows_already(
    tmp_path: Path,
) -> None:
    market = {
        "name": "market",
        "owner": {"name": "Owner"},
        "plugins": [{"name": "duo", "source": "./duo", "version": "0.9.0"}],
    }
    files = {
        **plugin_files("duo/", "duo", "0.9.0"),
        ".claude-plugin/marketplace.json": json.dumps(market, indent=2),
    }
    workshop = Workshop(tmp_path, files, source="dev")
    publish_by_hand(workshop, "v0.9.0")
    by_hand, old_tip = (
        git(workshop.remote, "rev-parse", "main^{tree}"),
        workshop.remote_refs()["refs/heads/main"],
    )
    adopt(workshop)
    config = load_config(workshop.root)
    assert (config.source, config.channels["stable"]) == ("dev", "main")
    workshop.commit("fix: mend it", {"duo/mended.txt": "mended\n"})
    release(workshop)
    assert "as it was" not in workshop.published("refs/phasegate/ledger", "state.json")
    dev = workshop.remote_refs()["refs/heads/dev"]
    assert versions(workshop) == {"internal": "1.0.0-rc.1", "canary": "1.0.0-rc.1", "stable": "1.0.0"}
    assert (
        git(workshop.remote, "rev-list", "--first-parent", "--max-count=2", "main").splitlines()[1] == old_tip
    )
    run(workshop, "rollback", "--quick")
    assert versions(workshop)["stable"] == "1.0.1"
    assert differing(workshop, by_hand, "main") == [
        ".claude-plugin/marketplace.json",
        "duo/.claude-plugin/plugin.json",
    ]
    workshop.commit("feat: more", {"duo/more.txt": "more\n"})
    release(workshop, "internal", "canary")
    run(workshop, "rollback", "--full")
    assert differing(workshop, by_hand, "main") == [
        ".claude-plugin/marketplace.json",
        "duo/.claude-plugin/plugin.json",
    ]
    assert workshop.remote_refs()["refs/heads/dev"] != dev
    assert_sound(workshop)


def publish_by_hand(workshop: Workshop, tag: str) -> None:
    """As the merge of a pull request does: main gets a merge commit that dev does not have, with the tag on it."""
    git(workshop.root, "branch", "main")
    workshop.commit("feat: as it was released")
    git(workshop.root, "checkout", "--quiet", "main")
    git(workshop.root, "merge", "--quiet", "--no-ff", "--message", "Merge dev", "dev")
    git(workshop.root, "tag", tag)
    git(workshop.root, "push", "--quiet", "origin", "main", tag)
    git(workshop.root, "checkout", "--quiet", "dev")
