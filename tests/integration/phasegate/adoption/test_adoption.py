"""What adoption decides, for every kind of repository; nothing is written by deciding."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Callable

import pytest

from phasegate.adoption import survey as surveying
from phasegate.adoption.adoption import Adoption, plan_adoption
from phasegate.adoption.writing import write_drafts
from phasegate.config_file import load_config
from phasegate.errors import ErrorCode, PhasegateError
from phasegate.git.repository import open_repository
from workshop import FILES, MANIFEST, Workshop, git, snapshot

MARKET = ".claude-plugin/marketplace.json"
BARE = {name: text for name, text in FILES.items() if name not in ("noxfile.py", "tasks.py")}
OWN_NOXFILE = """\
import nox

for name in ("tests", "lint"):
    nox.session(lambda session: session.log("a real check"), name=name, venv_backend="none")
"""


def adopted(workshop: Workshop) -> Adoption:
    return plan_adoption(open_repository(workshop.root))


def texts(adoption: Adoption) -> dict[str, str]:
    return {draft.path: draft.content.decode() for draft in adoption.drafts}


def sessions_of(folder: Path) -> set[str]:
    listed = subprocess.run(
        [sys.executable, "-m", "nox", "--noxfile", str(folder / "noxfile.py"), "--list", "--json"],
        capture_output=True,
        check=True,
    )
    return {row["name"] for row in json.loads(listed.stdout.splitlines()[-1])}


def test_a_repository_with_all_it_needs_lacks_nothing(workshop: Workshop) -> None:
    workshop.commit("chore: configure", {"phasegate.toml": 'source = "main"\n'})
    assert adopted(workshop).drafts == ()


def test_what_is_missing_is_drafted_and_then_nothing_is(tmp_path: Path) -> None:
    workshop = Workshop(tmp_path, BARE)
    before = snapshot(workshop.root)
    adoption = adopted(workshop)
    assert list(texts(adoption)) == ["phasegate.toml", "noxfile.py", "tasks.py"]
    assert snapshot(workshop.root) == before
    write_drafts(open_repository(workshop.root), adoption.drafts)
    assert load_config(workshop.root) == adoption.config
    assert sessions_of(workshop.root) == {"plugin", "rehearse"}
    assert adopted(workshop).drafts == ()


def test_from_a_folder_below_it_is_the_same(tmp_path: Path) -> None:
    workshop = Workshop(tmp_path, BARE)
    below = plan_adoption(open_repository(workshop.root / "demo"))
    assert below.drafts == adopted(workshop).drafts


@pytest.mark.parametrize(
    ("pyproject", "gap"),
    [
        ("[tool.x]\nkey = 1\n", b"\n"),
        ("[tool.x]\r\nkey = 1\r\n", b"\r\n"),
        ("[tool.x]\nkey = 1", b"\n\n"),
        ("", b""),
    ],
    ids=["line feeds", "Windows' line ends", "no end of line", "empty"],
)
def test_a_table_is_added_to_a_pyproject_with_its_own_line_ends(
    pyproject: str, gap: bytes, tmp_path: Path
) -> None:
    workshop = Workshop(tmp_path, {**BARE, "pyproject.toml": pyproject})
    adoption = adopted(workshop)
    [draft] = [draft for draft in adoption.drafts if draft.path == "pyproject.toml"]
    assert draft.content.startswith(gap + b"[tool.phasegate]")
    assert (b"\r\n" in draft.content) is ("\r\n" in pyproject)
    assert draft.content.count(b"\n") == draft.content.count(b"\r\n") or "\r\n" not in pyproject
    write_drafts(open_repository(workshop.root), adoption.drafts)
    assert (workshop.root / "pyproject.toml").read_bytes().startswith(pyproject.encode())
    assert load_config(workshop.root) == adoption.config


def test_a_pyproject_that_can_take_no_table_stays_as_it_is(tmp_path: Path) -> None:
    workshop = Workshop(tmp_path, {**BARE, "pyproject.toml": "tool = { other = { key = 1 } }\n"})
    assert next(iter(texts(adopted(workshop)))) == "phasegate.toml"


@pytest.mark.skipif(sys.platform == "win32", reason="links need a right there")
def test_a_pyproject_that_is_a_link_stays_as_it_is(tmp_path: Path) -> None:
    workshop = Workshop(tmp_path, BARE)
    theirs = tmp_path / "pyproject.toml"
    theirs.write_bytes(b"[project]\n")
    (workshop.root / "pyproject.toml").symlink_to(theirs)
    adoption = adopted(workshop)
    assert next(iter(texts(adoption))) == "phasegate.toml"
    write_drafts(open_repository(workshop.root), adoption.drafts)
    assert load_config(workshop.root) == adoption.config
    assert theirs.read_bytes() == b"[project]\n"


@pytest.mark.parametrize("name", ["phasegate.toml", "pyproject.toml"])
def test_a_configuration_that_is_there_counts(name: str, tmp_path: Path) -> None:
    prefix = "tool.phasegate." if name == "pyproject.toml" else ""
    text = f'[{prefix}phases.internal]\ngates = ["plugin"]\n[{prefix}phases.canary]\ngates = ["bench"]\n'
    workshop = Workshop(tmp_path, {**BARE, name: text})
    assert list(texts(adopted(workshop))) == ["noxfile.py", "tasks.py"]
    assert "phase canary needs session 'bench', which noxfile.py does not have" in what_blocks(workshop)
    assert not adopted(workshop).ready


def test_sessions_of_a_noxfile_that_is_there_become_gates_and_what_it_lacks_is_said(tmp_path: Path) -> None:
    adoption = adopted(Workshop(tmp_path, {**BARE, "noxfile.py": OWN_NOXFILE}))
    assert list(texts(adoption)) == ["phasegate.toml", "tasks.py"]
    assert {name: phase.gates for name, phase in adoption.config.phases.items()} == {
        "internal": ("plugin", "tests"),
        "canary": (),
        "public": (),
    }
    assert "def plugin(session: nox.Session)" in session_to_add(adoption)


def session_to_add(adoption: Adoption) -> str:
    """What a note asks the user to add to the noxfile, for session `plugin`."""
    [text] = [note.text for note in adoption.notes if "needs session 'plugin'" in note.text]
    return text.partition("; add:\n")[2]


@pytest.mark.once
@pytest.mark.parametrize("imports", ["import nox", "import sys, nox", "from nox import session"])
def test_the_session_to_add_runs_once_it_is_added(imports: str, tmp_path: Path) -> None:
    decorator = "session" if imports.startswith("from") else "nox.session"
    noxfile = f"{imports}\n\n@{decorator}\ndef lint(session): ...\n"
    workshop = Workshop(tmp_path, {**BARE, "noxfile.py": noxfile})
    adoption = adopted(workshop)
    assert not adoption.ready
    workshop.write({"noxfile.py": noxfile + session_to_add(adoption)})
    workshop.commit("chore: add it")
    again = adopted(workshop)
    assert again.ready, again.notes
    command = [sys.executable, "-m", "nox", "--session", "plugin"]
    done = subprocess.run(command, cwd=workshop.root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_files_of_the_repository_never_stand_in_for_nox_s_modules(tmp_path: Path) -> None:
    workshop = Workshop(tmp_path, {**BARE, "noxfile.py": OWN_NOXFILE, "colorlog.py": "raise SystemExit(1)\n"})
    assert adopted(workshop).config.phases["internal"].gates == ("plugin", "tests")


def test_a_noxfile_that_never_ends_is_not_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(surveying, "_LONGEST_S", 1.0)
    workshop = Workshop(tmp_path, {**BARE, "noxfile.py": "import time\ntime.sleep(100)\n"})
    with pytest.raises(PhasegateError) as caught:
        adopted(workshop)
    assert caught.value.code is ErrorCode.GATE_ERROR
    assert "not answered for 1 seconds" in caught.value.why


def test_a_tasks_file_of_somebody_else_s_stays(tmp_path: Path) -> None:
    adoption = adopted(Workshop(tmp_path, {**BARE, "tasks.py": "from invoke import task\n"}))
    assert "tasks.py" not in texts(adoption)
    assert any("python -m phasegate VERB" in note.text for note in adoption.notes)
    assert adoption.ready
    package = adopted(Workshop(tmp_path / "package", {**BARE, "tasks/__init__.py": "\n"}))
    assert "tasks.py" not in texts(package)


@pytest.mark.parametrize(
    ("files", "installs"),
    [
        ({"tests/test_it.py": ""}, ['session.install("pytest")']),
        (
            {"demo/it_test.py": "", "requirements-dev.txt": "pytest\n"},
            ['session.install("pytest")', 'session.install("-r", "requirements-dev.txt")'],
        ),
        (
            {
                "test_it.py": "",
                "pyproject.toml": '[build-system]\nrequires = []\n[project]\nname = "x"\n[dependency-groups]\ndev = []\n',
            },
            ['session.install("-e", ".")', '"pyproject.toml"), "dev")'],
        ),
    ],
    ids=["tests alone", "requirements", "a project with groups"],
)
def test_tests_that_are_there_become_a_gate(
    files: dict[str, str], installs: list[str], tmp_path: Path
) -> None:
    workshop = Workshop(tmp_path, {**BARE, **files})
    adoption = adopted(workshop)
    assert adoption.config.phases["internal"].gates == ("plugin", "tests")
    assert all(line in texts(adoption)["noxfile.py"] for line in installs)
    write_drafts(open_repository(workshop.root), adoption.drafts)
    assert sessions_of(workshop.root) == {"plugin", "tests", "rehearse"}


@pytest.mark.parametrize(
    ("files", "install"),
    [
        ({"mkdocs.yml": "site_name: x\n"}, 'session.install("mkdocs<2")'),
        ({"mkdocs.yaml": "theme:\n  name: material\n"}, 'session.install("mkdocs<2", "mkdocs-material")'),
        (
            {"mkdocs.yml": "", "docs/requirements.txt": "mkdocs\n"},
            'session.install("-r", "docs/requirements.txt")',
        ),
        (
            {"mkdocs.yml": "", "pyproject.toml": "[dependency-groups]\ndocs = []\n"},
            '"pyproject.toml"), "docs")',
        ),
    ],
    ids=["MkDocs", "a theme", "requirements", "a group"],
)
def test_documentation_that_is_there_becomes_a_phase(
    files: dict[str, str], install: str, tmp_path: Path
) -> None:
    workshop = Workshop(tmp_path, {**BARE, **files})
    adoption = adopted(workshop)
    assert adoption.config.phases["docs"].gates == ("docs",)
    assert adoption.config.gate("docs").artifact == "site"
    assert install in texts(adoption)["noxfile.py"]
    write_drafts(open_repository(workshop.root), adoption.drafts)
    assert sessions_of(workshop.root) == {"plugin", "docs", "rehearse"}


def test_a_marketplace_lists_the_plugins_that_there_are_and_no_fixtures(tmp_path: Path) -> None:
    files = {
        "plugins/one/.claude-plugin/plugin.json": MANIFEST.replace('"demo"', '"one"'),
        "two/.claude-plugin/plugin.json": '{"name": "two"}',
        "tests/three/.claude-plugin/plugin.json": '{"name": "three"}',
        ".hidden/.claude-plugin/plugin.json": '{"name": "four"}',
        "a/b/c/.claude-plugin/plugin.json": '{"name": "five"}',
    }
    workshop = Workshop(tmp_path, files)
    written = json.loads(texts(adopted(workshop))[MARKET])
    assert written == {
        "name": "checkout",
        "owner": {"name": "Test Author"},
        "plugins": [
            {"name": "one", "source": "./plugins/one", "description": "A demonstration"},
            {"name": "two", "source": "./two"},
        ],
    }
    assert "a/b/c/.claude-plugin/plugin.json is left out of the marketplace" in notes(workshop)
    assert "three" not in notes(workshop)
    assert "four" not in notes(workshop)


def test_a_plugin_at_the_root_is_the_only_one(tmp_path: Path) -> None:
    workshop = Workshop(
        tmp_path, {".claude-plugin/plugin.json": MANIFEST, "demo/.claude-plugin/plugin.json": MANIFEST}
    )
    adoption = adopted(workshop)
    assert json.loads(texts(adoption)[MARKET])["plugins"][0]["source"] == "./"
    assert "demo/.claude-plugin/plugin.json is left out of the marketplace" in notes(workshop)
    write_drafts(open_repository(workshop.root), adoption.drafts)
    examined = subprocess.run([sys.executable, "-m", "phasegate.plugin", "."], cwd=workshop.root, check=False)
    assert examined.returncode == 0


def publish_branch(workshop: Workshop, name: str) -> None:
    git(workshop.root, "push", "--quiet", "origin", f"HEAD:refs/heads/{name}")


def notes(workshop: Workshop) -> str:
    return "\n".join(note.text for note in adopted(workshop).notes)


def what_blocks(workshop: Workshop) -> str:
    return "\n".join(note.text for note in adopted(workshop).notes if note.blocks)


@pytest.mark.parametrize(
    ("there", "channel"), [("stable/1.x", "stable"), ("release", "release/stable")], ids=["below", "above"]
)
def test_a_branch_beside_which_git_can_have_no_channel_is_named(
    there: str, channel: str, tmp_path: Path
) -> None:
    config = f'source = "main"\nchannels = {{ stable = "{channel}" }}\n'
    workshop = Workshop(tmp_path, {**FILES, "phasegate.toml": config})
    assert adopted(workshop).ready
    publish_branch(workshop, there)
    assert f"git cannot have branch {there} beside {channel}" in what_blocks(workshop)


def test_a_default_branch_of_any_letters_is_the_source(tmp_path: Path) -> None:
    assert adopted(Workshop(tmp_path, BARE, source="trunk-🚀")).config.source == "trunk-🚀"


def test_branches_that_releases_will_move_are_named(tmp_path: Path) -> None:
    workshop = Workshop(tmp_path, BARE)
    assert "branch canary" not in notes(workshop)
    publish_branch(workshop, "canary")
    assert "branch canary is there already" in notes(workshop)


def test_who_installs_from_the_source_is_thought_of(tmp_path: Path) -> None:
    assert "follows main, the default branch and source" in notes(Workshop(tmp_path, BARE))


def test_main_as_the_public_branch_is_seen_from_what_it_holds(tmp_path: Path) -> None:
    workshop = Workshop(tmp_path, BARE, source="dev")
    publish_branch(workshop, "main")
    config = adopted(workshop).config
    assert (config.source, config.channels["stable"]) == ("dev", "main")
    assert "branch main is there already" in notes(workshop)


def test_main_with_work_of_its_own_is_a_question(tmp_path: Path) -> None:
    workshop = Workshop(tmp_path, BARE, source="dev")
    git(workshop.root, "checkout", "--quiet", "-b", "main")
    workshop.commit("feat: squashed", push=False)
    publish_branch(workshop, "main")
    config = adopted(workshop).config
    assert (config.source, config.channels["stable"]) == ("dev", "stable")
    assert "it is not clear whether people work on dev and install from main" in notes(workshop)


def test_several_forms_of_tags_are_a_question(tmp_path: Path) -> None:
    workshop = Workshop(tmp_path, BARE)
    for tag in ("a-1.0.0", "b-2.0.0"):
        git(workshop.root, "tag", tag)
    git(workshop.root, "push", "--quiet", "--tags")
    assert adopted(workshop).config.tag_format == "v{version}"
    assert "tags are named in several ways (a-{version}, b-{version})" in notes(workshop)


def test_a_version_that_is_released_already_is_pointed_at(tmp_path: Path) -> None:
    manifest = MANIFEST.replace("0.0.0", "1.2.3")
    workshop = Workshop(tmp_path, {**BARE, "demo/.claude-plugin/plugin.json": manifest})
    git(workshop.root, "tag", "1.2.3")
    git(workshop.root, "push", "--quiet", "--tags")
    assert adopted(workshop).config.tag_format == "{version}"
    assert "names 1.2.3, and tag 1.2.3 is that release: write 0.0.0 there" in notes(workshop)
    assert adopted(workshop).ready  # a release gets another version stamped


def remotes(workshop: Workshop, *names: str) -> None:
    git(workshop.root, "remote", "remove", "origin")
    for name in names:
        git(workshop.root, "remote", "add", name, str(workshop.remote))


@pytest.mark.parametrize(
    ("names", "remote", "said"),
    [
        (("upstream",), "upstream", ""),
        ((), "origin", "there is no remote yet"),
        (("mine", "theirs"), "origin", "set `remote` to one of mine, theirs"),
    ],
)
def test_the_remote_is_the_one_that_there_is(
    names: tuple[str, ...], remote: str, said: str, tmp_path: Path
) -> None:
    workshop = Workshop(tmp_path, BARE)
    remotes(workshop, *names)
    config = adopted(workshop).config
    assert (config.remote, config.source) == (remote, "main")
    assert said in what_blocks(workshop)


def no_plugin(workshop: Workshop) -> None:
    git(workshop.root, "rm", "--quiet", "-r", "demo", ".claude-plugin")


def broken_plugin(workshop: Workshop) -> None:
    git(workshop.root, "rm", "--quiet", MARKET)
    workshop.write({"demo/.claude-plugin/plugin.json": "{"})


def plugin_of_no_utf8(workshop: Workshop) -> None:
    no_plugin(workshop)
    folder = os.fsencode(workshop.root) + b"/caf\xe9/.claude-plugin"
    os.makedirs(folder)  # noqa: PTH103 - a path of bytes
    Path(os.fsdecode(folder), "plugin.json").write_text('{"name": "coffee"}', encoding="utf-8")


def broken_pyproject(workshop: Workshop) -> None:
    workshop.write({"pyproject.toml": "[tool\n"})


def broken_noxfile(workshop: Workshop) -> None:
    workshop.write({"noxfile.py": "import no_such_module\n"})


def unreachable(workshop: Workshop) -> None:
    git(workshop.root, "remote", "set-url", "origin", "https://ann:s3cret-token@127.0.0.1:9/repository.git")


@pytest.mark.once
@pytest.mark.parametrize(
    ("spoil", "code", "says"),
    [
        (no_plugin, ErrorCode.MANIFEST_INVALID, "no plugin here to release"),
        (broken_plugin, ErrorCode.MANIFEST_INVALID, "demo/.claude-plugin/plugin.json:1"),
        pytest.param(
            plugin_of_no_utf8,
            ErrorCode.MANIFEST_INVALID,
            'would be no UTF-8: "source": "./caf\\udce9"',
            marks=pytest.mark.skipif(sys.platform != "linux", reason="there is no such name"),
        ),
        (broken_pyproject, ErrorCode.CONFIG_INVALID, "pyproject.toml cannot be read"),
        (broken_noxfile, ErrorCode.GATE_ERROR, "no_such_module"),
        (unreachable, ErrorCode.REMOTE_UNREACHABLE, "did not answer"),
    ],
    ids=[
        "no plugin",
        "broken plugin",
        "no UTF-8",
        "broken pyproject",
        "broken noxfile",
        "unreachable remote",
    ],
)
def test_what_cannot_be_decided_is_one_clear_error(
    spoil: Callable[[Workshop], None], code: ErrorCode, says: str, tmp_path: Path
) -> None:
    workshop = Workshop(tmp_path, BARE)
    spoil(workshop)
    before = snapshot(workshop.root)
    with pytest.raises(PhasegateError) as caught:
        adopted(workshop)
    assert caught.value.code is code
    assert says in str(caught.value)
    assert "s3cret" not in str(caught.value)
    assert caught.value.hint
    assert snapshot(workshop.root) == before


def test_a_bare_repository_is_refused(workshop: Workshop) -> None:
    with pytest.raises(PhasegateError) as caught:
        plan_adoption(open_repository(workshop.remote))
    assert caught.value.code is ErrorCode.USAGE


def test_a_marketplace_with_mistakes_is_pointed_at(tmp_path: Path) -> None:
    workshop = Workshop(tmp_path, {**BARE, "demo/.claude-plugin/plugin.json": "{"})
    assert what_blocks(workshop).startswith("demo/.claude-plugin/plugin.json:1")


def test_a_marketplace_of_other_repositories_only_is_pointed_at(tmp_path: Path) -> None:
    market = {
        "name": "m",
        "owner": {"name": "o"},
        "plugins": [{"name": "x", "source": {"source": "github", "repo": "o/x"}}],
    }
    workshop = Workshop(tmp_path, {MARKET: json.dumps(market)})
    assert "plugins of other repositories only" in notes(workshop)
