from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Callable

import pytest

from phasegate.errors import ErrorCode, PhasegateError
from phasegate.git.remote import (
    OBSERVED,
    PushOutcome,
    RefMove,
    RemoteRef,
    default_branch,
    fetch_refs,
    push_atomically,
)
from phasegate.git.repository import Repository, open_repository
from processes import executable
from workshop import git

if TYPE_CHECKING:
    from pathlib import Path

MAIN, STABLE = "refs/heads/main", "refs/heads/stable"


@dataclass(frozen=True)
class Place:
    """A checkout, its bare remote, and a colleague's checkout of the same remote."""

    here: Path
    remote: Path
    colleague: Path

    @property
    def repository(self) -> Repository:
        return open_repository(self.here)

    def remote_refs(self) -> dict[str, str]:
        rows = git(self.remote, "for-each-ref", "--format=%(refname) %(objectname)").splitlines()
        return dict(row.split(" ") for row in rows)


def commit(folder: Path, message: str) -> str:
    git(folder, "commit", "--quiet", "--allow-empty", "-m", message)
    return git(folder, "rev-parse", "HEAD")


@pytest.fixture
def place(tmp_path: Path) -> Place:
    place = Place(tmp_path / "here", tmp_path / "remote.git", tmp_path / "colleague")
    git(tmp_path, "init", "--quiet", "--bare", "remote.git")
    git(tmp_path, "clone", "--quiet", "remote.git", "colleague")
    commit(place.colleague, "one")
    git(place.colleague, "push", "--quiet", "origin", "HEAD:main")
    git(tmp_path, "clone", "--quiet", "remote.git", "here")
    return place


def refs(folder: Path, prefix: str = "refs") -> dict[str, str]:
    rows = git(folder, "for-each-ref", "--format=%(refname) %(objectname)", prefix).splitlines()
    return dict(row.split(" ") for row in rows)


def test_the_remote_s_refs_come_with_their_objects(place: Place) -> None:
    tip = commit(place.colleague, "two")
    git(
        place.colleague, "push", "--quiet", "origin", "HEAD:main", "HEAD:stable", "HEAD:refs/phasegate/ledger"
    )
    seen = fetch_refs(place.repository, "origin", [f"{MAIN}*", f"{STABLE}*", "refs/phasegate/ledger*"])
    assert seen == dict.fromkeys([MAIN, STABLE, "refs/phasegate/ledger"], RemoteRef(tip, tip))
    assert git(place.here, "cat-file", "-t", tip) == "commit"


def test_a_ref_that_the_remote_does_not_have_is_absent_and_no_error(place: Place) -> None:
    assert list(fetch_refs(place.repository, "origin", [f"{MAIN}*", f"{STABLE}*", "refs/tags/v*"])) == [MAIN]


def test_a_tag_comes_with_its_own_object_and_the_commit_behind_it(place: Place) -> None:
    tip = git(place.colleague, "rev-parse", "HEAD")
    git(place.colleague, "tag", "--annotate", "-m", "one", "v1.0.0")
    git(place.colleague, "tag", "v2.0.0")
    git(place.colleague, "tag", "other")
    git(place.colleague, "push", "--quiet", "origin", "--tags")
    seen = fetch_refs(place.repository, "origin", ["refs/tags/v*"])
    tag = git(place.colleague, "rev-parse", "refs/tags/v1.0.0")
    assert seen == {"refs/tags/v1.0.0": RemoteRef(tag, tip), "refs/tags/v2.0.0": RemoteRef(tip, tip)}
    assert tag != tip


def test_many_tags_are_packed_and_all_seen(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("phasegate.git.remote._MANY_LOOSE_REFS", 2)
    names = [f"v{n}.0.0" for n in range(1, 5)]
    for name in names[:2]:
        git(place.colleague, "tag", name)
    git(place.colleague, "push", "--quiet", "origin", "--tags")
    fetch_refs(place.repository, "origin", ["refs/tags/v*"])
    loose = place.here / ".git" / f"{OBSERVED}tags"
    assert len(list(loose.iterdir())) == 2
    for name in names[2:]:
        git(place.colleague, "tag", name)
    git(place.colleague, "push", "--quiet", "origin", "--tags")
    assert set(fetch_refs(place.repository, "origin", ["refs/tags/v*"])) == {f"refs/tags/{n}" for n in names}
    assert not loose.exists() or not list(loose.iterdir())


def test_what_the_remote_has_lost_is_forgotten(place: Place) -> None:
    git(place.colleague, "push", "--quiet", "origin", "HEAD:stable")
    assert STABLE in fetch_refs(place.repository, "origin", ["refs/heads/*"])
    git(place.colleague, "push", "--quiet", "origin", ":stable", "HEAD:stable/below")
    assert set(fetch_refs(place.repository, "origin", ["refs/heads/*"])) == {MAIN, f"{STABLE}/below"}


def test_a_ref_that_was_forced_back_is_seen_where_it_is(place: Place) -> None:
    first = git(place.colleague, "rev-parse", "HEAD")
    commit(place.colleague, "two")
    git(place.colleague, "push", "--quiet", "origin", "HEAD:main")
    fetch_refs(place.repository, "origin", [f"{MAIN}*"])
    git(place.colleague, "push", "--quiet", "--force", "origin", f"{first}:main")
    assert fetch_refs(place.repository, "origin", [f"{MAIN}*"])[MAIN].commit == first


@pytest.mark.skipif(sys.platform == "win32", reason="Windows may refuse such file names")
@pytest.mark.parametrize("odd", ["ma\u2028in", "\u0085", "ünï✓", "a'b\"c", "-x", "$(x)"])
def test_a_branch_of_any_name_is_seen_and_disturbs_nothing(place: Place, odd: str) -> None:
    git(place.colleague, "push", "--quiet", "origin", f"HEAD:refs/heads/main{odd}")
    seen = fetch_refs(place.repository, "origin", [f"{MAIN}*"])
    assert set(seen) == {MAIN, f"{MAIN}{odd}"}


@pytest.mark.parametrize("pattern", [MAIN, f"{MAIN}*"])
def test_nothing_of_the_user_s_is_touched(place: Place, pattern: str) -> None:
    git(place.here, "config", "fetch.prune", "true")
    git(place.here, "config", "fetch.pruneTags", "true")
    git(place.here, "tag", "mine")
    (place.here / "staged").write_text("x")
    git(place.here, "add", "staged")
    commit(place.colleague, "two")
    git(place.colleague, "tag", "theirs")
    git(place.colleague, "push", "--quiet", "origin", "HEAD:main", "theirs")
    before = {ref: tip for ref, tip in refs(place.here).items() if not ref.startswith(OBSERVED)}
    index = (place.here / ".git" / "index").read_bytes()
    fetch_refs(place.repository, "origin", [pattern])
    assert {r: tip for r, tip in refs(place.here).items() if not r.startswith(OBSERVED)} == before
    assert not (place.here / ".git" / "FETCH_HEAD").exists()
    assert (place.here / ".git" / "index").read_bytes() == index


@pytest.fixture
def shallow(place: Place, tmp_path: Path) -> Path:
    """A clone that has one of two commits."""
    commit(place.colleague, "two")
    git(place.colleague, "push", "--quiet", "origin", "HEAD:main")
    git(tmp_path, "clone", "--quiet", "--depth=1", place.remote.as_uri(), "shallow")
    assert history_of(tmp_path / "shallow") == 1
    return tmp_path / "shallow"


def history_of(folder: Path) -> int:
    return int(git(folder, "rev-list", "--count", "HEAD"))


def test_a_shallow_clone_gets_the_history_that_it_lacks(shallow: Path) -> None:
    for _ in range(2):
        fetch_refs(open_repository(shallow), "origin", [f"{MAIN}*"])
    assert history_of(shallow) == 2


def test_where_nothing_matches_a_shallow_clone_sees_nothing(shallow: Path) -> None:
    assert fetch_refs(open_repository(shallow), "origin", ["refs/heads/nothing*"]) == {}


def test_several_may_complete_a_shallow_clone_at_once(shallow: Path) -> None:
    with ThreadPoolExecutor(4) as pool:
        seen = list(
            pool.map(lambda _: fetch_refs(open_repository(shallow), "origin", [f"{MAIN}*"]), range(4))
        )
    assert [list(refs) for refs in seen] == [[MAIN]] * 4
    assert history_of(shallow) == 2


def test_a_remote_that_git_does_not_know_is_refused(place: Place) -> None:
    with pytest.raises(PhasegateError) as caught:
        fetch_refs(place.repository, "upstream", [f"{MAIN}*"])
    assert caught.value.code is ErrorCode.REMOTE_MISSING


def test_a_remote_that_does_not_answer_is_named_without_its_credentials(place: Place) -> None:
    git(place.here, "remote", "set-url", "origin", "http://user:s3cret@127.0.0.1:9/x.git")
    with pytest.raises(PhasegateError) as caught:
        fetch_refs(place.repository, "origin", [f"{MAIN}*"])
    assert caught.value.code is ErrorCode.REMOTE_UNREACHABLE
    assert "127.0.0.1" in caught.value.why
    assert "s3cret" not in str(caught.value)


@pytest.mark.skipif(sys.platform == "win32", reason="shell scripts")
def test_an_answer_that_looks_like_an_empty_repository_is_asked_for_again(
    place: Place, tmp_path: Path
) -> None:
    """So does one that is cut in its first lines, over plain HTTP."""
    once, nothing = tmp_path / "once", tmp_path / "nothing.git"
    git(tmp_path, "init", "--quiet", "--bare", str(nothing))
    answer = executable(
        tmp_path / "answer",
        f'#!/bin/sh\n[ -e {once} ] && exec git-upload-pack "$@"\ntouch {once}\nexec git-upload-pack {nothing}\n',
    )
    git(place.here, "config", "remote.origin.uploadpack", str(answer))
    assert MAIN in fetch_refs(place.repository, "origin", [f"{MAIN}*"])
    assert once.exists()


@pytest.mark.skipif(sys.platform == "win32", reason="shell scripts")
@pytest.mark.parametrize("ask", [fetch_refs, default_branch])
def test_a_remote_that_is_silent_for_too_long_is_unreachable(
    place: Place, tmp_path: Path, ask: Callable[..., object]
) -> None:
    answer = executable(tmp_path / "answer", "#!/bin/sh\nexec sleep 600\n")
    git(place.here, "remote", "set-head", "origin", "--delete")
    git(place.here, "config", "remote.origin.uploadpack", str(answer))
    patterns = ([f"{MAIN}*"],) if ask is fetch_refs else ()
    with pytest.raises(PhasegateError) as caught:
        ask(place.repository, "origin", *patterns, timeout_s=0.5)
    assert caught.value.code is ErrorCode.REMOTE_UNREACHABLE
    assert "was silent for 0.5 s and was ended" in caught.value.why


def test_the_default_branch_is_the_one_that_the_clone_noted(place: Place) -> None:
    git(place.here, "symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/work/dev")
    git(place.here, "remote", "set-url", "origin", "http://127.0.0.1:9/x.git")
    assert default_branch(place.repository, "origin") == "work/dev"


def test_the_default_branch_is_asked_for_where_nothing_is_noted(place: Place) -> None:
    git(place.here, "remote", "set-head", "origin", "--delete")
    git(place.remote, "branch", "--move", "main", "work/dev")
    assert default_branch(place.repository, "origin") == "work/dev"


def test_a_remote_without_a_branch_has_no_default_branch(place: Place, tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet", "--bare", "empty.git")
    git(place.here, "remote", "add", "empty", str(tmp_path / "empty.git"))
    with pytest.raises(PhasegateError) as caught:
        default_branch(place.repository, "empty")
    assert caught.value.code is ErrorCode.REMOTE_MISSING


def test_a_remote_that_cannot_be_asked_for_its_default_branch_is_unreachable(place: Place) -> None:
    git(place.here, "remote", "add", "gone", str(place.remote / "gone"))
    with pytest.raises(PhasegateError) as caught:
        default_branch(place.repository, "gone")
    assert caught.value.code is ErrorCode.REMOTE_UNREACHABLE


def test_all_refs_move_together(place: Place) -> None:
    old = place.remote_refs()[MAIN]
    git(place.colleague, "tag", "--annotate", "-m", "bad", "bad")
    git(place.colleague, "push", "--quiet", "origin", "bad")
    bad = place.remote_refs()["refs/tags/bad"]
    new = commit(place.here, "two")
    moves = [
        RefMove(MAIN, old, new),
        RefMove(STABLE, None, new),
        RefMove("refs/phasegate/ledger", None, new),
        RefMove("refs/tags/bad", bad, None),
    ]
    assert push_atomically(place.repository, "origin", moves).outcome is PushOutcome.PUBLISHED
    assert place.remote_refs() == {MAIN: new, STABLE: new, "refs/phasegate/ledger": new}


@pytest.mark.parametrize("racing", ["moved", "appeared", "vanished"])
def test_a_ref_that_is_not_as_observed_stops_all_of_them(place: Place, racing: str) -> None:
    old = place.remote_refs()[MAIN]
    new, theirs = commit(place.here, "mine"), commit(place.colleague, "theirs")
    git(place.colleague, "push", "--quiet", "origin", f"{old}:refs/heads/canary")
    push = {"moved": f"{theirs}:{MAIN}", "appeared": f"{theirs}:{STABLE}", "vanished": ":refs/heads/canary"}
    git(place.colleague, "push", "--quiet", "origin", push[racing])
    before = place.remote_refs()
    moves = [RefMove(MAIN, old, new), RefMove(STABLE, None, new), RefMove("refs/heads/canary", old, new)]
    result = push_atomically(place.repository, "origin", moves)
    ref = {"moved": MAIN, "appeared": STABLE, "vanished": "refs/heads/canary"}[racing]
    assert (result.outcome, result.details) == (PushOutcome.CONFLICT, (f"{ref}: stale info",))
    assert place.remote_refs() == before


def hook(place: Place, name: str, script: str) -> None:
    executable(place.remote / "hooks" / name, f"#!/bin/sh\n{script}\n")


@pytest.mark.parametrize(
    ("name", "script"),
    [
        ("pre-receive", "echo 'not on a Friday' >&2; exit 1"),
        ("update", "case $1 in refs/heads/stable) echo 'not on a Friday' >&2; exit 1;; esac"),
    ],
)
def test_a_hook_that_says_no_stops_all_refs_and_is_quoted(place: Place, name: str, script: str) -> None:
    hook(place, name, script)
    before, new = place.remote_refs(), commit(place.here, "two")
    moves = [RefMove(MAIN, before[MAIN], new), RefMove(STABLE, None, new)]
    result = push_atomically(place.repository, "origin", moves)
    assert result.outcome is PushOutcome.REJECTED
    assert any(line.startswith("refs/heads/stable:") and "declined" in line for line in result.details)
    assert any("not on a Friday" in line for line in result.details)
    assert place.remote_refs() == before


def test_a_remote_that_cannot_move_refs_together_is_told_apart_and_nothing_moves(place: Place) -> None:
    git(place.remote, "config", "receive.advertiseAtomic", "false")
    before, new = place.remote_refs(), commit(place.here, "two")
    moves = [RefMove(MAIN, before[MAIN], new), RefMove(STABLE, None, new)]
    assert push_atomically(place.repository, "origin", moves).outcome is PushOutcome.NOT_ATOMIC
    assert place.remote_refs() == before


def test_a_remote_that_is_gone_leaves_the_outcome_unknown(place: Place) -> None:
    old, new = place.remote_refs()[MAIN], commit(place.here, "two")
    git(place.here, "remote", "set-url", "origin", "http://user:s3cret@127.0.0.1:9/x.git")
    result = push_atomically(place.repository, "origin", [RefMove(MAIN, old, new)])
    assert result.outcome is PushOutcome.UNKNOWN
    assert "127.0.0.1" in " ".join(result.details)
    assert "s3cret" not in " ".join(result.details)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("push.followTags", "true"),
        ("remote.origin.mirror", "true"),
        ("push.default", "matching"),
        ("remote.origin.push", "refs/heads/*:refs/heads/*"),
    ],
)
def test_the_user_s_push_settings_push_nothing_more(place: Place, key: str, value: str) -> None:
    old, new = place.remote_refs()[MAIN], commit(place.here, "two")
    git(place.here, "tag", "--annotate", "-m", "mine", "mine")
    git(place.here, "branch", "mine")
    git(place.here, "config", key, value)
    result = push_atomically(place.repository, "origin", [RefMove(MAIN, old, new)])
    assert result.outcome is PushOutcome.PUBLISHED
    assert place.remote_refs() == {MAIN: new}
