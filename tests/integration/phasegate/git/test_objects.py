from __future__ import annotations

import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from phasegate.errors import ErrorCode, PhasegateError
from phasegate.git.objects import (
    Stamp,
    read_objects,
    resolve_commit,
    write_blobs,
    write_commit,
    write_flat_tree,
    write_tag,
    write_tree,
)
from phasegate.git.repository import Identity, Repository, open_repository
from workshop import git

if TYPE_CHECKING:
    from pathlib import Path

STAMP = Stamp(Identity("Ada King", "ada@example.test"), 1_800_000_000)
ODD_NAMES = [
    "two words",
    "quo\"te's",
    "-leading",
    "--help",
    "*?[a]",
    ":(top)x",
    "ünï",
    "deep/er/still",
    ".hidden",
]
POSIX_NAMES = ["line\nbreak", "tab\there", "back\\slash", "caf\udce9", "trailing\n"]
if sys.platform != "win32":
    ODD_NAMES += POSIX_NAMES
needs_ssh_keygen = pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="ssh-keygen signs")


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    folder = tmp_path / "a checkout"
    folder.mkdir()
    git(folder, "init", "--quiet")
    (folder / "plain").write_bytes(b"plain\n")
    git(folder, "add", "plain")
    git(folder, "commit", "--quiet", "-m", "begin")
    return open_repository(folder)


def listing(repository: Repository, tree: str) -> dict[str, tuple[str, bytes]]:
    """Path → mode and content of every file in `tree`, by plain git."""
    command = ["git", "ls-tree", "-r", "-z", tree]
    rows = subprocess.run(command, cwd=repository.root, capture_output=True, check=True).stdout
    found = {}
    for row in filter(None, rows.split(b"\0")):
        fields, _, path = row.partition(b"\t")
        mode, _, blob = fields.split()
        found[path.decode("utf-8", "surrogateescape")] = (
            mode.decode(),
            repository.git.run_bytes("cat-file", "blob", blob.decode()),
        )
    return found


def refs(repository: Repository) -> str:
    return git(repository.root, "for-each-ref")


def base_tree(repository: Repository) -> str:
    """A tree with a plain file, an executable and a link, whatever the file system can hold."""
    blob = write_blobs(repository.git, [b"content"])[0]
    rows = f"100644 blob {blob}\tplain\n100755 blob {blob}\ttool\n120000 blob {blob}\tlink\n"
    return git(repository.root, "mktree", stdin=rows)


def test_replaced_files_keep_their_modes(repository: Repository) -> None:
    replaced = {"plain": b"1", "tool": b"2", "link": b"3"}
    tree = write_tree(repository.git, base_tree(repository), replaced)
    assert listing(repository, tree) == {
        "plain": ("100644", b"1"),
        "tool": ("100755", b"2"),
        "link": ("120000", b"3"),
    }


def test_files_are_added_and_removed_and_the_others_stay(repository: Repository) -> None:
    tree = write_tree(
        repository.git, base_tree(repository), {"new/file": b"n", "plain": None, "absent": None}
    )
    assert listing(repository, tree) == {
        "new/file": ("100644", b"n"),
        "tool": ("100755", b"content"),
        "link": ("120000", b"content"),
    }


@pytest.mark.parametrize("name", ODD_NAMES)
def test_a_file_of_any_name_is_written_and_replaced_and_removed(repository: Repository, name: str) -> None:
    added = write_tree(repository.git, None, {name: b"1", "other": b"o"})
    assert listing(repository, added) == {name: ("100644", b"1"), "other": ("100644", b"o")}
    replaced = write_tree(repository.git, added, {name: b"2"})
    assert listing(repository, replaced) == {name: ("100644", b"2"), "other": ("100644", b"o")}
    assert listing(repository, write_tree(repository.git, replaced, {name: None})) == {
        "other": ("100644", b"o")
    }


def test_a_name_is_never_read_as_a_pattern(repository: Repository) -> None:
    blob = write_blobs(repository.git, [b"x"])[0]
    base = git(repository.root, "mktree", stdin=f"100755 blob {blob}\ta\n")
    assert listing(repository, write_tree(repository.git, base, {"[a]": b"y"})) == {
        "[a]": ("100644", b"y"),
        "a": ("100755", b"x"),
    }


def test_the_empty_tree_is_a_base_too(repository: Repository) -> None:
    assert listing(repository, write_tree(repository.git, None, {})) == {}


def test_nothing_replaced_gives_the_tree_of_the_base(repository: Repository) -> None:
    assert write_tree(repository.git, "HEAD", {}) == git(repository.root, "rev-parse", "HEAD^{tree}")


def test_a_tree_is_written_from_a_subfolder_and_in_a_bare_repository(
    repository: Repository, tmp_path: Path
) -> None:
    inside = repository.root / "inside"
    inside.mkdir()
    git(tmp_path, "clone", "--quiet", "--bare", str(repository.root), "bare.git")
    expected = write_tree(repository.git, "HEAD", {"inside/x": b"x"})
    for folder in (inside, tmp_path / "bare.git"):
        assert write_tree(open_repository(folder).git, "HEAD", {"inside/x": b"x"}) == expected


def test_the_user_s_index_and_checkout_stay_as_they_are(repository: Repository) -> None:
    (repository.root / "staged").write_text("staged")
    git(repository.root, "add", "staged")
    (repository.root / "plain").write_text("dirty")
    index = repository.root / ".git" / "index"
    status = git(repository.root, "status", "--porcelain")
    before = (index.read_bytes(), index.stat().st_mtime_ns)
    tree = write_tree(repository.git, "HEAD", {"plain": b"new", "staged": b"other"})
    write_commit(repository, tree=tree, parents=[], message="x\n", stamp=STAMP)
    assert (index.read_bytes(), index.stat().st_mtime_ns) == before
    assert git(repository.root, "status", "--porcelain") == status


def test_a_flat_tree_holds_just_its_files(repository: Repository) -> None:
    tree = write_flat_tree(repository.git, {"b.json": b"{}\n", "a.json": b"[]\n"})
    assert listing(repository, tree) == {"a.json": ("100644", b"[]\n"), "b.json": ("100644", b"{}\n")}


def test_a_commit_has_the_same_id_whoever_builds_it_and_wherever(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    git(tmp_path, "clone", "--quiet", str(repository.root), "elsewhere")
    git(tmp_path / "elsewhere", "config", "i18n.commitEncoding", "ISO-8859-1")
    elsewhere = open_repository(tmp_path / "elsewhere")
    monkeypatch.setenv("TZ", "Asia/Kolkata")
    monkeypatch.setenv("GIT_AUTHOR_NAME", "Somebody Else")
    head = git(repository.root, "rev-parse", "HEAD")
    ids = {
        write_commit(r, tree=f"{head}^{{tree}}", parents=[head], message="Titel: ü\n\nbody\n", stamp=STAMP)
        for r in (repository, elsewhere)
    }
    assert len(ids) == 1


def test_a_commit_says_who_when_and_what(repository: Repository) -> None:
    head = git(repository.root, "rev-parse", "HEAD")
    message = "# no comment\n\n-S --help\nünï\n"
    commit = write_commit(
        repository, tree="HEAD^{tree}", parents=[head, head[:12]], message=message, stamp=STAMP
    )
    text = repository.git.run_bytes("cat-file", "commit", commit).decode()
    who = "Ada King <ada@example.test> 1800000000 +0000"
    tree = git(repository.root, "rev-parse", "HEAD^{tree}")
    assert text == f"tree {tree}\nparent {head}\nauthor {who}\ncommitter {who}\n\n{message}"


@pytest.mark.parametrize("at_s", [0, 1, 99_999_999, 4_102_444_800])
def test_any_time_since_1970_can_be_stamped(repository: Repository, at_s: int) -> None:
    stamp = Stamp(STAMP.identity, at_s)
    commit = write_commit(repository, tree="HEAD^{tree}", parents=[], message="x\n", stamp=stamp)
    assert git(repository.root, "show", "--no-patch", "--format=%at %ct", commit) == f"{at_s} {at_s}"


def test_a_message_that_is_no_utf_8_is_read_as_latin_1_as_git_does(repository: Repository) -> None:
    commit = write_commit(repository, tree="HEAD^{tree}", parents=[], message="caf\udce9\n", stamp=STAMP)
    assert repository.git.run_bytes("cat-file", "commit", commit).endswith("\n\ncafé\n".encode())


def test_a_tag_is_sound_and_says_who_when_and_what(repository: Repository) -> None:
    head = git(repository.root, "rev-parse", "HEAD")
    before = refs(repository)
    tag = write_tag(repository, name="v1.0.0-rc.1", target=head, message="Release 1.0.0-rc.1", stamp=STAMP)
    assert repository.git.run("cat-file", "tag", tag) == (
        f"object {head}\ntype commit\ntag v1.0.0-rc.1\n"
        "tagger Ada King <ada@example.test> 1800000000 +0000\n\nRelease 1.0.0-rc.1"
    )
    assert refs(repository) == before
    git(repository.root, "fsck", "--strict", "--no-dangling", tag)
    again = write_tag(repository, name="v1.0.0-rc.1", target=head, message="Release 1.0.0-rc.1", stamp=STAMP)
    assert again == tag


@pytest.fixture
def signing(repository: Repository) -> Repository:
    """The repository of somebody whose git signs with an SSH key."""
    key = repository.root.parent / "a key"
    command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", str(key)]
    subprocess.run(command, check=True, capture_output=True)
    public = key.with_suffix(".pub").read_text(encoding="utf-8")
    allowed = repository.root.parent / "allowed"
    allowed.write_text(f"ada@example.test {public}", encoding="utf-8")
    settings = {
        "gpg.format": "ssh",
        "user.signingkey": f"{key}.pub",
        "gpg.ssh.allowedSignersFile": str(allowed),
        "commit.gpgsign": "true",
        "tag.gpgsign": "true",
    }
    for setting, value in settings.items():
        git(repository.root, "config", setting, value)
    return open_repository(repository.root)


@needs_ssh_keygen
def test_commits_are_signed_where_the_user_s_git_signs(signing: Repository) -> None:
    commit = write_commit(signing, tree="HEAD^{tree}", parents=[], message="x\n", stamp=STAMP)
    assert "gpgsig -----BEGIN SSH SIGNATURE-----" in signing.git.run("cat-file", "commit", commit)
    git(signing.root, "verify-commit", commit)


@needs_ssh_keygen
def test_tags_are_signed_where_the_user_s_git_signs_and_no_ref_appears(signing: Repository) -> None:
    head, before = git(signing.root, "rev-parse", "HEAD"), refs(signing)
    tag = write_tag(signing, name="v1.0.0", target=head, message="Release 1.0.0", stamp=STAMP)
    text = signing.git.run("cat-file", "tag", tag)
    assert text.startswith(
        f"object {head}\ntype commit\ntag v1.0.0\ntagger Ada King <ada@example.test> 1800000000 +0000\n\n"
        "Release 1.0.0\n-----BEGIN SSH SIGNATURE-----\n"
    )
    git(signing.root, "verify-tag", tag)
    git(signing.root, "fsck", "--strict", "--no-dangling", tag)
    assert refs(signing) == before


@needs_ssh_keygen
def test_a_tag_is_signed_in_a_repository_of_another_object_format_than_the_default(
    signing: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_DEFAULT_HASH", "sha256")
    head = git(signing.root, "rev-parse", "HEAD")
    tag = write_tag(signing, name="v1.0.0", target=head, message="Release 1.0.0", stamp=STAMP)
    git(signing.root, "verify-tag", tag)


def test_a_file_is_removed_from_a_tree_of_sha_256_objects(tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet", "--object-format=sha256", "modern")
    repository = open_repository(tmp_path / "modern")
    base = write_tree(repository.git, None, {"kept": b"k", "gone": b"g"})
    assert listing(repository, write_tree(repository.git, base, {"gone": None})) == {"kept": ("100644", b"k")}


def test_a_signature_that_cannot_be_made_stops_with_git_s_reason(repository: Repository) -> None:
    git(repository.root, "config", "commit.gpgsign", "true")
    git(repository.root, "config", "gpg.format", "ssh")
    git(repository.root, "config", "user.signingkey", str(repository.root / "no key"))
    with pytest.raises(PhasegateError) as caught:
        write_commit(
            open_repository(repository.root), tree="HEAD^{tree}", parents=[], message="x\n", stamp=STAMP
        )
    assert caught.value.code is ErrorCode.GIT_FAILED
    assert caught.value.why


def test_objects_are_read_together_and_absent_ones_left_out(repository: Repository) -> None:
    big = bytes(range(256)) * 8192
    contents = {"two words": b"spaced", "big": big, "empty": b"", "newlines": b"\n\n\n", "-dash": b"d"}
    tree = write_tree(repository.git, None, dict(contents))
    names = [f"{tree}:{path}" for path in contents]
    absent = [f"{tree}:not there", f"{tree}:no missing", "no-such-ref:x", "0" * 40, ""]
    mixed = [name for pair in zip(names, absent) for name in pair]
    assert read_objects(repository.git, mixed) == dict(zip(names, contents.values()))


def test_objects_of_no_names_are_none_at_all(repository: Repository) -> None:
    assert read_objects(repository.git, []) == {}


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such file names")
@pytest.mark.parametrize("name", POSIX_NAMES)
def test_an_object_behind_a_name_with_odd_characters_is_read(repository: Repository, name: str) -> None:
    tree = write_tree(repository.git, None, {name: b"odd", "plain": b"plain"})
    names = [f"{tree}:{name}", f"{tree}:plain"]
    assert read_objects(repository.git, names) == dict(zip(names, [b"odd", b"plain"]))


@pytest.mark.parametrize("word", ["HEAD", "main", "refs/heads/main", "v1", "main~0"])
def test_a_user_s_word_for_a_commit_is_resolved(repository: Repository, word: str) -> None:
    git(repository.root, "tag", "--annotate", "-m", "one", "v1")
    assert resolve_commit(repository.git, word) == git(repository.root, "rev-parse", "HEAD")


@pytest.mark.parametrize(
    "word", ["nowhere", "", "--all", "-h", "main:plain", "main^{tree}", "main..main", "a b"]
)
def test_a_word_that_names_no_commit_is_refused_as_it_was_typed(repository: Repository, word: str) -> None:
    with pytest.raises(PhasegateError) as caught:
        resolve_commit(repository.git, word)
    assert caught.value.code is ErrorCode.REF_UNKNOWN
    assert caught.value.what == f"{word!r} names no commit here."
