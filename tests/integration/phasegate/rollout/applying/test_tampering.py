"""Someone else at the remote: what phasegate refuses, and how it goes forward from there."""

from __future__ import annotations

import pytest

from phasegate.errors import ErrorCode, PhasegateError
from phasegate.rollout.applying.effecting import perform_effects
from phasegate.rollout.proving.verify import overall, verify
from phasegate.verdict import Verdict
from workshop import Workshop, git

pytestmark = pytest.mark.once  # the same on every Python, and not swift

CHANNEL_FILES = {"CHANGELOG.md", "demo/.claude-plugin/plugin.json"}


@pytest.fixture
def workshop(finished: Workshop) -> Workshop:
    return finished


def healthy(workshop: Workshop) -> bool:
    desk = workshop.desk
    return overall(verify(desk.repository, workshop.observe(), desk.config)) is Verdict.PASS


def push_evil(workshop: Workshop, branch: str) -> str:
    """A forced push of bytes that nobody judged; the commit's id."""
    git(workshop.root, "checkout", "--quiet", "--detach")
    evil = workshop.commit("feat: evil", {"demo/evil.py": "evil\n"}, push=False)
    git(workshop.root, "push", "--quiet", "--force", "origin", f"HEAD:refs/heads/{branch}")
    return evil


@pytest.mark.parametrize(
    "request_", [{"kind": "quick"}, {"kind": "quick", "channel": "stable"}, {"kind": "full"}]
)
def test_foreign_bytes_on_a_channel_are_replaced_going_forward(
    workshop: Workshop, request_: dict[str, str]
) -> None:
    workshop.rollback("quick")
    evil = push_evil(workshop, "stable")
    workshop.rollback(**request_)
    git(workshop.remote, "merge-base", "--is-ancestor", evil, "refs/heads/stable")
    differing = git(workshop.remote, "diff", "--name-only", "refs/tags/v1.0.0", "refs/heads/stable")
    assert set(differing.splitlines()) == CHANNEL_FILES
    assert workshop.version_on("stable") == "1.1.2"
    assert healthy(workshop)


def test_a_deleted_channel_comes_back_going_forward(workshop: Workshop) -> None:
    git(workshop.remote, "update-ref", "-d", "refs/heads/canary")
    workshop.rollback("quick", channel="canary", to="1.1.0")
    assert healthy(workshop)


def test_a_deploy_does_not_call_a_moved_channel_published(workshop: Workshop) -> None:
    push_evil(workshop, "stable")
    with pytest.raises(PhasegateError) as caught:
        workshop.deploy("public")
    assert caught.value.code is ErrorCode.CHANNEL_MOVED


def test_a_status_page_is_not_put_on_a_docs_branch_that_someone_else_moved(workshop: Workshop) -> None:
    push_evil(workshop, "gh-pages")
    git(workshop.root, "checkout", "--quiet", "main")
    workshop.commit("fix: on", {"demo/on.py": "on\n"})
    with pytest.raises(PhasegateError) as caught:
        workshop.deploy("internal")
    assert caught.value.code is ErrorCode.EFFECTS_OPEN
    assert not healthy(workshop)
    workshop.rollback("docs")
    assert healthy(workshop)


@pytest.mark.parametrize("to", ["", "refs/phasegate/ledger~2"], ids=["deleted", "rewound"])
def test_a_ledger_that_was_taken_away_is_refused_and_can_be_brought_back(workshop: Workshop, to: str) -> None:
    head = workshop.remote_refs()["refs/phasegate/ledger"]
    workshop.observe()
    git(
        workshop.remote,
        "update-ref",
        *(["refs/phasegate/ledger", to] if to else ["-d", "refs/phasegate/ledger"]),
    )
    for _ in range(2):
        with pytest.raises(PhasegateError) as caught:
            workshop.observe()
        assert caught.value.code is ErrorCode.LEDGER_CORRUPT
    command = caught.value.hint.split("`")[1].split()
    git(workshop.root, *command[1:])
    assert workshop.remote_refs()["refs/phasegate/ledger"] == head
    assert healthy(workshop)


def test_a_hotfix_of_an_older_line_does_not_lower_a_channel_s_version(workshop: Workshop) -> None:
    released = git(workshop.root, "rev-parse", "HEAD")
    workshop.commit("feat: in flight", {"demo/flight.py": "x\n"})
    workshop.deploy("internal")
    assert workshop.version_on("internal") == "1.2.0-rc.1"
    git(workshop.root, "checkout", "--quiet", released)
    hotfix = workshop.commit("fix: at once", {"demo/fix.py": "x\n"}, push=False)
    workshop.deploy("internal", source=hotfix)
    assert workshop.version_on("internal") == "1.2.0-rc.2"


def test_skipping_a_phase_does_not_skip_its_gates(workshop: Workshop) -> None:
    workshop.commit("fix: on", {"demo/on.py": "on\n"})
    workshop.deploy("internal")
    assert workshop.plan_deploy("public").gates == ("security", "docs", "rehearse")


def test_a_docs_rollback_reopens_the_docs_phase(workshop: Workshop) -> None:
    workshop.commit("feat: on", {"demo/on.py": "on\n"})
    workshop.release("internal", "canary", "docs")
    workshop.rollback("docs")
    assert [hold.kind for hold in workshop.plan_deploy("public").holds] == ["order"]
    assert workshop.deploy("docs").operation is not None


def test_a_rollback_that_takes_the_rollout_s_version_ends_the_rollout(workshop: Workshop) -> None:
    workshop.commit("fix: on", {"demo/on.py": "on\n"})
    workshop.deploy("internal")
    workshop.rollback("flag", channel="stable")
    assert workshop.version_on("stable") == "1.1.1"
    assert workshop.observe().state.rollout is None
    workshop.release()
    assert workshop.version_on("stable") == "1.1.2"


def test_a_repeated_deploy_performs_the_effects_that_were_left_open(workshop: Workshop) -> None:
    workshop.commit("fix: on", {"demo/on.py": "on\n"})
    blocked = workshop.root / ".git" / "phasegate" / "notices.md"
    blocked.unlink()
    blocked.mkdir()
    with pytest.raises(PhasegateError):
        workshop.deploy("internal")
    blocked.rmdir()
    assert workshop.deploy("internal").operation is None
    assert workshop.observe().state.effects == ()
    assert perform_effects(workshop.desk, workshop.observe()).effects == ()


def test_a_rollback_says_what_the_public_keeps(workshop: Workshop) -> None:
    workshop.commit("fix: on", {"demo/on.py": "on\n"})
    workshop.deploy("internal")
    assert workshop.plan_rollback("quick").title.endswith("; stable keeps 1.1.0")


def test_what_somebody_has_for_a_password_stays_a_word_of_the_changelog(workshop: Workshop) -> None:
    workshop.secrets = {"POSTGRES_PASSWORD": "postgres"}
    workshop.rollback("quick", "postgres broke")
    workshop.commit("feat: support postgres", {"demo/more.py": "more\n"})
    workshop.deploy("internal")
    assert "support postgres" in git(workshop.remote, "show", "internal:CHANGELOG.md")
    assert "*** broke" in git(workshop.remote, "log", "-p", "-m", "refs/phasegate/ledger")


def test_no_secret_of_the_environment_gets_into_the_ledger(
    workshop: Workshop,
) -> None:
    workshop.secrets = {"API_TOKEN": "supersecrettoken99"}
    workshop.rollback("quick", "leaked supersecrettoken99 and https://u:pw@host.test/x")
    message = "fix(supersecrettoken99): say supersecrettoken99\n\nBREAKING CHANGE: supersecrettoken99"
    workshop.commit(message, {"demo/more.py": "more\n"})
    workshop.deploy("internal")
    workshop.deploy("canary", override="hurry, supersecrettoken99")
    workshop.deploy("public", override="hurry, supersecrettoken99")
    everything = git(workshop.remote, "log", "-p", "-m", "--all", "refs/phasegate/ledger", "--not", "main")
    assert "leaked ***" in everything
    assert "hurry, ***" in everything
    assert "**\\*\\*\\*:** say \\*\\*\\*" in everything
    assert "supersecrettoken99" not in everything
    assert "u:pw" not in everything
