from __future__ import annotations

from pathlib import Path

import pytest

from phasegate.errors import ErrorCode, PhasegateError
from phasegate.git.door import Git
from phasegate.git.repository import Identity, Repository


def repository_with(settings: dict[str, str]) -> Repository:
    here = Path("here")
    return Repository(Git(here), here, here, settings)


def test_an_identity_reads_as_git_writes_it() -> None:
    assert str(Identity("Ada L.", "ada@example.test")) == "Ada L. <ada@example.test>"


@pytest.mark.parametrize("value", ["true", "TRUE", "yes", "on", "1"])
def test_a_setting_that_git_takes_for_true_is_set(value: str) -> None:
    assert repository_with({"commit.gpgsign": value}).is_set("commit.gpgSign")


@pytest.mark.parametrize("settings", [{}, {"commit.gpgsign": ""}, {"commit.gpgsign": "false"}])
def test_any_other_setting_is_not_set(settings: dict[str, str]) -> None:
    assert not repository_with(settings).is_set("commit.gpgsign")


def test_a_remote_that_git_knows_is_taken() -> None:
    repository_with({"remote.Up.url": "x"}).require_remote("Up")


def test_a_remote_that_git_does_not_know_is_refused_with_the_way_out() -> None:
    with pytest.raises(PhasegateError) as caught:
        repository_with({"remote.up.url": "x"}).require_remote("Up")
    assert caught.value.code is ErrorCode.REMOTE_MISSING
    assert "git remote add Up URL" in caught.value.hint
