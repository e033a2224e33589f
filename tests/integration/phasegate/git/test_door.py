from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from phasegate.errors import ErrorCode, PhasegateError
from phasegate.git.door import Git
from workshop import git

ODD_TEXTS = [
    "two words",
    "'single' and \"double\"",
    "line\nbreak",
    "$(touch harm) `touch harm` ; touch harm",
    "*?[a]",
    "--help",
    "-x",
    "ünïcödé ✓",
    "",
]


@pytest.fixture
def door(tmp_path: Path) -> Git:
    folder = tmp_path / "a folder"
    folder.mkdir()
    git(folder, "init", "--quiet")
    return Git(folder)


@pytest.mark.parametrize("text", ODD_TEXTS)
def test_an_argument_reaches_git_as_it_is(door: Git, text: str) -> None:
    assert door.run("-c", f"probe.value={text}", "config", "--get", "-z", "probe.value") == f"{text}\0"
    assert not (door.folder / "harm").exists()


def test_input_and_output_pass_through_byte_by_byte(door: Git) -> None:
    content = bytes(range(256)) * 3 + b"\r\n\n\n"
    blob = door.run("hash-object", "-w", "--stdin", stdin=content)
    assert door.run_bytes("cat-file", "blob", blob) == content


def test_output_that_is_no_utf_8_survives_as_text(door: Git) -> None:
    blob = door.run("hash-object", "-w", "--stdin", stdin=b"caf\xe9")
    assert door.run("cat-file", "blob", blob).encode("utf-8", "surrogateescape") == b"caf\xe9"


def test_a_failure_says_which_command_and_why(door: Git) -> None:
    with pytest.raises(PhasegateError) as caught:
        door.run("rev-parse", "--verify", "nowhere")
    assert caught.value.code is ErrorCode.GIT_FAILED
    assert caught.value.what == "git rev-parse ended with status 128."
    assert caught.value.why == "fatal: Needed a single revision"


def test_a_silent_failure_is_said_to_be_silent(door: Git) -> None:
    with pytest.raises(PhasegateError, match="git said nothing"):
        door.run_bytes("config", "--get", "no.such.key")


def test_an_attempt_gives_the_status_instead_of_an_error(door: Git) -> None:
    ended = door.attempt("config", "--get", "no.such.key")
    assert (ended.status, ended.output, ended.errors) == (1, b"", "")


def test_no_credential_appears_in_what_git_says(door: Git) -> None:
    ended = door.attempt("ls-remote", "https://user:s3cret@127.0.0.1:9/x")
    assert ended.status != 0
    assert "127.0.0.1" in ended.errors
    assert "s3cret" not in ended.errors
    assert "user" not in ended.errors


def test_git_speaks_english_and_never_asks(door: Git, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LC_ALL", "LANGUAGE", "LANG"):
        monkeypatch.setenv(name, "de_DE.UTF-8")
    monkeypatch.setenv("GIT_TERMINAL_PROMPT", "1")
    probe = f"!'{Path(sys.executable).as_posix()}' -c 'import os; print(sorted(os.environ.items()))'"
    seen = dict(eval(door.run("-c", f"alias.probe={probe}", "probe")))
    assert (seen["LC_ALL"], seen["LANGUAGE"]) == ("C", "")
    assert (seen["GIT_TERMINAL_PROMPT"], seen["GIT_OPTIONAL_LOCKS"]) == ("0", "0")


def test_further_variables_reach_git_and_nobody_else(door: Git) -> None:
    wider = door.with_environment(GIT_AUTHOR_NAME="Ada", GIT_AUTHOR_EMAIL="ada@example.test")
    assert wider.with_environment(GIT_AUTHOR_DATE="1800000000 +0000").run("var", "GIT_AUTHOR_IDENT") == (
        "Ada <ada@example.test> 1800000000 +0000"
    )
    assert "GIT_AUTHOR_NAME" not in os.environ
    assert door.environment == {}


def test_a_folder_that_is_not_there_is_never_replaced_by_the_working_directory(
    door: Git, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(door.folder)
    with pytest.raises((PhasegateError, OSError)):
        Git(door.folder / "gone").run("rev-parse", "--git-dir")


@pytest.mark.parametrize("word", ["a\0b", "half \ud800", "x" * 3_000_000], ids=["nul", "half", "long"])
def test_a_word_that_no_command_line_can_carry_is_a_typed_error(door: Git, word: str) -> None:
    with pytest.raises(PhasegateError) as caught:
        door.attempt("rev-parse", word)
    assert caught.value.code is ErrorCode.GIT_FAILED
    assert "could not be started" in caught.value.what
