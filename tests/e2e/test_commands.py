"""The operator's verbs as whole processes: real gates, real remote, real exit statuses."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from phasegate.errors import ErrorCode
from verbs import ask, invoke, phasegate
from workshop import FILES, FLAGS, Workshop, git, snapshot

if TYPE_CHECKING:
    from pathlib import Path


def test_a_release_goes_out_and_comes_back_by_the_command_line_alone(workshop: Workshop) -> None:
    root = workshop.root
    for phase in ("internal", "canary", "docs", "public"):
        done = invoke(root, "deploy", "--phase", phase, "--yes", "--override", "no time to soak")
        assert done.returncode == 0, done.stderr
    assert workshop.version_on("stable") == "1.0.0"
    workshop.commit("feat: break it", {"demo/broken.py": "boom\n"})
    for phase in ("internal", "canary", "public"):
        assert invoke(root, "deploy", "--phase", phase, "--yes", "--override", "hurry").returncode == 0
    done = invoke(root, "rollback", "--quick", "--reason", "it breaks", "--yes")
    assert done.returncode == 0, done.stderr
    assert workshop.version_on("stable") == "1.1.1"
    assert "went back to 1.0.0" in done.stderr
    assert invoke(root, "verify").returncode == 0
    assert "Roll back" in invoke(root, "history").stdout


def test_status_says_what_scripts_need(workshop: Workshop) -> None:
    invoke(workshop.root, "deploy", "--phase", "internal", "--yes")
    invoke(workshop.root, "deploy", "--phase", "canary", "--yes")
    status = ask(workshop.root, "status")
    assert set(status) >= {"schema", "channels", "rollout", "flags", "ledger", "effects"}
    assert set(status["channels"]["canary"]) >= {"ref", "commit", "tree", "version", "withdrawn"}
    assert status["rollout"]["phase"] == "canary"
    assert [hold["kind"] for hold in status["rollout"]["holds"]] == ["soak"]
    assert set(status["rollout"]["holds"][0]) == {"kind", "until", "reason"}
    assert status["ledger"] == {
        "ref": "refs/phasegate/ledger",
        "head": workshop.remote_refs()["refs/phasegate/ledger"],
        "length": 4,
    }
    assert status["effects"] == {"open": []}
    assert status["flags"]["canary"] == {"fast": True}


def test_status_of_a_repository_that_has_published_nothing_is_no_error(workshop: Workshop) -> None:
    assert ask(workshop.root, "status")["rollout"] is None
    assert "Nothing has been published yet." in invoke(workshop.root, "status").stdout


def test_next_version_prints_the_version_alone_or_nothing_with_a_status(workshop: Workshop) -> None:
    due = invoke(workshop.root, "next-version")
    assert (due.returncode, due.stdout) == (0, "1.0.0\n")
    git(workshop.root, "tag", "v1.0.0")
    git(workshop.root, "push", "--quiet", "origin", "v1.0.0")
    none = invoke(workshop.root, "next-version")
    assert (none.returncode, none.stdout) == (ErrorCode.NO_RELEASE_DUE.exit_status, "")


def test_nothing_happens_without_a_confirmation(workshop: Workshop) -> None:
    before = workshop.remote_refs()
    done = invoke(workshop.root, "deploy", "--phase", "internal")
    assert done.returncode == ErrorCode.CONFIRMATION_REQUIRED.exit_status
    assert "--yes" in done.stderr
    assert workshop.remote_refs() == before


@pytest.mark.once
def test_the_checklist_shows_every_group_and_passes_when_each_has_a_gate_that_passes(
    workshop: Workshop,
) -> None:
    bare = invoke(workshop.root, "checklist")
    assert bare.returncode == ErrorCode.GATE_INCONCLUSIVE.exit_status, bare.stderr
    assert "code: PASS" in bare.stdout
    assert "security: INCONCLUSIVE" in bare.stdout
    assert "documentation, performance, security, compatibility" in bare.stderr
    groups = ("code", "documentation", "performance", "security", "compatibility")
    tables = "".join(f'[gates.{group}-gate]\nsession = "tests"\ngroup = "{group}"\n' for group in groups)
    names = ", ".join(f'"{group}-gate"' for group in groups)
    workshop.commit(
        "feat: be thorough", {"phasegate.toml": f"[phases.internal]\ngates = [{names}]\n{tables}"}
    )
    listed = ask(workshop.root, "checklist")
    assert [(part["group"], part["verdict"]) for part in listed["groups"]] == [(g, "PASS") for g in groups]
    assert all(item["at"] and item["reason"] for part in listed["groups"] for item in part["items"])


@pytest.mark.parametrize("asked", [("--plan", ()), ("", ("--dry",))], ids=["--plan", "invoke --dry"])
def test_a_dry_run_prints_the_plan_and_moves_nothing(
    workshop: Workshop, asked: tuple[str, tuple[str, ...]]
) -> None:
    option, core = asked
    before = workshop.remote_refs()
    done = invoke(workshop.root, "deploy", "--phase", "internal", *filter(None, [option]), core=core)
    assert done.returncode == 0, done.stderr
    assert "refs/heads/internal: absent →" in done.stdout
    assert workshop.remote_refs() == before


def test_the_plan_that_was_looked_at_is_executed_or_refused(workshop: Workshop) -> None:
    shown = ask(workshop.root, "deploy", "--phase", "internal", "--plan")
    workshop.commit("feat: in between")
    refused = invoke(workshop.root, "deploy", "--phase", "internal", "--yes", "--expect", shown["hash"])
    assert refused.returncode == ErrorCode.PLAN_CHANGED.exit_status
    shown = ask(workshop.root, "deploy", "--phase", "internal", "--plan")
    done = invoke(workshop.root, "deploy", "--phase", "internal", "--yes", "--expect", shown["hash"])
    assert done.returncode == 0, done.stderr


@pytest.mark.once
def test_a_plan_has_the_object_ids_that_are_published(workshop: Workshop) -> None:
    clock = {"SOURCE_DATE_EPOCH": "1800000000"}
    shown = json.loads(
        invoke(workshop.root, "deploy", "--phase", "internal", "--plan", "--json", **clock).stdout
    )
    invoke(workshop.root, "deploy", "--phase", "internal", "--yes", **clock)
    assert workshop.remote_refs()["refs/heads/internal"] == shown["objects"]["@refs/heads/internal"]
    assert workshop.remote_refs()["refs/tags/v1.0.0-rc.1"] == shown["objects"]["@refs/tags/v1.0.0-rc.1"]


def test_an_error_is_json_where_json_was_asked_for(workshop: Workshop) -> None:
    done = invoke(workshop.root, "deploy", "--phase", "beta", "--yes", "--json")
    error = json.loads(done.stdout)["error"]
    assert (error["code"], error["exit_status"]) == ("phase-unknown", done.returncode)
    assert "Traceback" not in done.stderr


def test_a_gate_that_fails_on_the_bytes_is_not_overridden(workshop: Workshop) -> None:
    noxfile = (workshop.root / "noxfile.py").read_text(encoding="utf-8")
    failing = 'def tests(session):\n    session.error("the tests are red")\n'
    workshop.commit(
        "feat: break the tests", {"noxfile.py": f"{noxfile}\n\n@nox.session(venv_backend='none')\n{failing}"}
    )
    before = workshop.remote_refs()
    done = invoke(workshop.root, "deploy", "--phase", "internal", "--yes", "--override", "please")
    assert done.returncode == ErrorCode.GATE_FAILED.exit_status
    assert "tests: FAIL" in done.stderr
    assert workshop.remote_refs() == before


@pytest.mark.once
def test_a_gate_that_could_not_judge_is_passed_only_by_an_override_that_is_recorded(
    workshop: Workshop,
) -> None:
    noxfile = (workshop.root / "noxfile.py").read_text(encoding="utf-8")
    line = '{"check": "audit", "verdict": "INCONCLUSIVE", "reason": "no service"}'
    unsure = (
        "\n\n@nox.session(venv_backend='none')\ndef tests(session):\n"
        f"    with open(os.environ['PHASEGATE_VERDICTS'], 'a') as lines:\n        lines.write('{line}\\n')\n"
    )
    workshop.commit("feat: be unsure", {"noxfile.py": noxfile + unsure})
    held = invoke(workshop.root, "deploy", "--phase", "internal", "--yes")
    assert held.returncode == ErrorCode.GATE_INCONCLUSIVE.exit_status
    done = invoke(workshop.root, "deploy", "--phase", "internal", "--yes", "--override", "audited by hand")
    assert done.returncode == 0, done.stderr
    judgement = workshop.observe().state.judgements["tests"]
    assert (judgement.verdict, judgement.overridden) == ("INCONCLUSIVE", "audited by hand")


@pytest.mark.once
def test_an_unchanged_tree_is_not_judged_twice(workshop: Workshop) -> None:
    assert invoke(workshop.root, "gates", "--only", "tests").returncode == 0
    again = invoke(workshop.root, "gates", "--only", "tests")
    assert "PASS, judged" in again.stderr
    assert "started" in invoke(workshop.root, "gates", "--only", "tests", "--fresh").stderr


@pytest.mark.once
def test_an_effect_that_fails_is_reported_and_resumed(workshop: Workshop) -> None:
    blocked = workshop.root / ".git" / "phasegate" / "notices.md"
    blocked.mkdir(parents=True)
    done = invoke(workshop.root, "deploy", "--phase", "internal", "--yes")
    assert done.returncode == ErrorCode.EFFECTS_OPEN.exit_status
    assert workshop.version_on("internal") == "1.0.0-rc.1"
    assert ask(workshop.root, "status")["effects"]["open"] == ["1/notice:file"]
    blocked.rmdir()
    assert ask(workshop.root, "resume", "--yes") == {"schema": 1, "performed": ["1/notice:file"], "open": []}
    assert "1.0.0-rc.1 entered phase internal" in blocked.read_text(encoding="utf-8")
    assert "Nothing is open." in invoke(workshop.root, "resume").stdout


@pytest.mark.once
def test_verify_finds_a_channel_that_someone_else_moved(workshop: Workshop) -> None:
    assert invoke(workshop.root, "verify").returncode == ErrorCode.GATE_INCONCLUSIVE.exit_status
    invoke(workshop.root, "deploy", "--phase", "internal", "--yes")
    assert invoke(workshop.root, "verify").returncode == 0
    git(workshop.root, "push", "--quiet", "--force", "origin", "HEAD:refs/heads/internal")
    done = invoke(workshop.root, "verify")
    assert done.returncode == ErrorCode.VERIFICATION_FAILED.exit_status
    assert "FAIL" in done.stdout


@pytest.mark.once
def test_a_notice_is_shown_and_sent(workshop: Workshop) -> None:
    workshop.release()
    workshop.commit("feat: more", {"demo/more.py": "more"})
    workshop.release()
    for kind in ("announcement", "phase", "release", "summary"):
        shown = invoke(workshop.root, "notify", "--kind", kind, "--plan")
        assert shown.returncode == 0, shown.stderr
    done = invoke(workshop.root, "notify", "--kind", "summary", "--yes")
    assert done.returncode == 0, done.stderr
    notices = workshop.notices
    assert "the last 24 hours" in notices


def test_a_notice_of_what_did_not_happen_is_refused(workshop: Workshop) -> None:
    workshop.deploy("internal")
    for kind in ("release", "rollback", "gossip"):
        assert (
            invoke(workshop.root, "notify", "--kind", kind, "--yes").returncode == ErrorCode.USAGE.exit_status
        )


def test_a_rollback_is_of_exactly_one_kind(workshop: Workshop) -> None:
    for options in ((), ("--quick", "--full"), ("--full", "--channel", "canary")):
        assert invoke(workshop.root, "rollback", *options, "--yes").returncode == ErrorCode.USAGE.exit_status


@pytest.mark.once
def test_a_sandbox_goes_through_the_phases_and_is_continued(workshop: Workshop, tmp_path: Path) -> None:
    before = workshop.remote_refs()
    folder = str(tmp_path / "sandbox")
    done = invoke(workshop.root, "deploy", "--phase", "canary", "--sandbox", folder, "--yes")
    assert done.returncode == 0, done.stderr
    assert folder in done.stderr
    status = ask(workshop.root, "status", "--sandbox", folder)
    assert status["channels"]["canary"]["version"] == "1.0.0-rc.1"
    done = invoke(workshop.root, "deploy", "--phase", "public", "--sandbox", folder, "--yes")
    assert done.returncode == 0, done.stderr
    assert ask(workshop.root, "status", "--sandbox", folder)["channels"]["stable"]["version"] == "1.0.0"
    assert workshop.remote_refs() == before


def test_a_sandbox_keeps_soak_times_only_where_it_is_asked_to(workshop: Workshop, tmp_path: Path) -> None:
    arguments = ("deploy", "--phase", "public", "--sandbox", str(tmp_path / "sandbox"), "--soak", "--yes")
    done = invoke(workshop.root, *arguments)
    assert done.returncode == ErrorCode.ROLLOUT_HELD.exit_status
    assert "soaks in phase canary" in done.stderr


def test_a_sandbox_is_not_made_in_a_folder_of_something_else(workshop: Workshop, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("precious", encoding="utf-8")
    done = invoke(
        workshop.root, "deploy", "--phase", "internal", "--sandbox", str(tmp_path / "mine"), "--yes"
    )
    assert done.returncode == ErrorCode.SANDBOX_INVALID.exit_status
    assert (tmp_path / "mine" / "thesis.txt").read_text(encoding="utf-8") == "precious"


def test_outside_a_repository_there_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "tasks.py").write_text("from phasegate.tasks.collection import namespace\n", encoding="utf-8")
    done = invoke(tmp_path, "status", GIT_CEILING_DIRECTORIES=str(tmp_path.parent))
    assert done.returncode == ErrorCode.NOT_A_REPOSITORY.exit_status


def test_the_version_is_said(tmp_path: Path) -> None:
    from importlib.metadata import version

    assert phasegate(tmp_path, "--version").stdout == f"phasegate {version('phasegate')}\n"


@pytest.mark.parametrize("command", ["bogus", "status --bogus", "deploy --phase", "history --limit few"])
def test_a_command_line_that_makes_no_sense_is_called_so(command: str, tmp_path: Path) -> None:
    done = phasegate(tmp_path, *command.split())
    assert done.returncode == ErrorCode.USAGE.exit_status
    assert "Traceback" not in done.stderr
    assert done.stderr


@pytest.mark.once  # not swift, and `.ci/run` has the session `rehearse`
def test_the_rehearsal_passes_and_prints_what_each_step_took(workshop: Workshop) -> None:
    done = invoke(workshop.root, "rehearse")
    assert done.returncode == 0, done.stderr
    assert "gates count as passed" in done.stderr
    rows = [line for line in done.stdout.splitlines() if line.startswith("PASS")]
    assert len(rows) == 31
    for kind in ("--quick", "--full", "--flag", "--docs"):
        assert any(f"rollback {kind}" in row for row in rows)


@pytest.mark.once  # not swift, and `.ci/run` has the session `rehearse`
def test_the_rehearsal_skips_the_rollbacks_that_would_have_nothing_to_take_back(tmp_path: Path) -> None:
    settings = {"phasegate.toml": "docs_branch = false\n", "demo/flags.json": FLAGS.replace("true", "false")}
    workshop = Workshop(tmp_path, {**FILES, **settings})
    done = invoke(workshop.root, "rehearse", "--json")
    assert done.returncode == 0, done.stderr
    steps = json.loads(done.stdout)["steps"]
    skipped = {step["name"]: step["reason"] for step in steps if step["verdict"] == "SKIP"}
    assert skipped == {
        "rollout 4: rollback --flag": "no plugin has a feature flag that is on",
        "rollout 5: rollback --docs": "there is no docs branch",
    }
    assert all(step["verdict"] == "PASS" for step in steps if step["name"] not in skipped)
    assert steps[-1]["name"] == "rollout 7: deploy public after a rollback"


def test_the_rehearsal_fails_where_the_plugin_cannot_be_released(workshop: Workshop) -> None:
    workshop.commit("feat: break the manifest", {"demo/.claude-plugin/plugin.json": "{"})
    done = invoke(workshop.root, "rehearse", "--json")
    assert done.returncode == ErrorCode.REHEARSAL_FAILED.exit_status
    assert json.loads(done.stdout)["steps"][0]["verdict"] == "FAIL"


def test_a_result_in_json_is_one_document_also_where_the_status_says_no(workshop: Workshop) -> None:
    assert ask(workshop.root, "verify") == {"schema": 1, "verdict": "INCONCLUSIVE", "checks": []}
    workshop.release()
    assert ask(workshop.root, "next-version") == {"schema": 1, "version": None}


def test_a_bare_clone_goes_by_the_configuration_of_its_head(workshop: Workshop, tmp_path: Path) -> None:
    workshop.commit("feat: be strict", {"phasegate.toml": '[phases.internal]\ngates = ["strict"]\n'})
    git(tmp_path, "clone", "--quiet", "--bare", str(workshop.remote), "bare.git")
    done = phasegate(tmp_path / "bare.git", "deploy", "--phase", "internal", "--plan")
    assert "gate strict" in done.stdout, done.stderr


def test_a_terminal_of_an_old_code_page_does_not_end_a_rollback(workshop: Workshop) -> None:
    workshop.release()
    done = invoke(workshop.root, "rollback", "--flag", "--yes", PYTHONIOENCODING="cp1252", PYTHONUTF8="0")
    assert done.returncode == 0, done.stderr


def test_a_sandbox_prints_one_json_document(workshop: Workshop, tmp_path: Path) -> None:
    done = ask(workshop.root, "deploy", "--phase", "canary", "--sandbox", str(tmp_path / "sandbox"), "--yes")
    assert done["title"] == "Deploy 1.0.0-rc.1 to canary"


def test_without_git_there_is_a_clear_error(workshop: Workshop, tmp_path: Path) -> None:
    done = invoke(
        workshop.root, "status", PATH=str(tmp_path), GIT_PYTHON_GIT_EXECUTABLE=str(tmp_path / "git")
    )
    assert done.returncode == ErrorCode.GIT_FAILED.exit_status
    assert "git does not run here" in done.stderr


@pytest.mark.once
def test_a_dirty_detached_checkout_is_the_same_bytes_after_gates_deploys_and_a_sandbox(
    workshop: Workshop, tmp_path: Path
) -> None:
    workshop.write({"CHANGELOG.md": "changed", "untracked.txt": "mine"})
    git(workshop.root, "add", "CHANGELOG.md")
    git(workshop.root, "checkout", "--quiet", "--detach")
    before = snapshot(workshop.root)
    for verb in (
        ("gates", "--only", "tests"),
        ("deploy", "--phase", "internal", "--yes"),
        ("deploy", "--phase", "canary", "--yes", "--sandbox", str(tmp_path / "sandbox")),
        ("rollback", "--flag", "--yes"),
    ):
        assert invoke(workshop.root, *verb).returncode == 0
    assert snapshot(workshop.root) == before
