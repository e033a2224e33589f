from __future__ import annotations

import os
import sys
import threading
from typing import TYPE_CHECKING

import pytest

from rforge.locks import held
from rforge.telemetry import salt
from rforge.telemetry.salt import FILE, LOCK, digest, local_salt

if TYPE_CHECKING:
    from pathlib import Path


def test_it_is_made_once_and_is_32_random_bytes(tmp_path: Path) -> None:
    made = local_salt(tmp_path / "a")
    assert len(made) == 32
    assert local_salt(tmp_path / "a") == made
    assert local_salt(tmp_path / "b") != made


@pytest.mark.skipif(sys.platform == "win32", reason="permissions do not bind there")
def test_nobody_else_may_read_it(tmp_path: Path) -> None:
    local_salt(tmp_path / "a")
    assert (tmp_path / "a" / FILE).stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "a").stat().st_mode & 0o777 == 0o700


def test_many_who_make_it_at_once_have_the_same(tmp_path: Path) -> None:
    made: list[bytes] = []
    threads = [threading.Thread(target=lambda: made.append(local_salt(tmp_path))) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 16
    assert len(set(made)) == 1


@pytest.mark.parametrize("content", [b"", b"short", b"x" * 33])
def test_a_broken_one_is_replaced(tmp_path: Path, content: bytes) -> None:
    (tmp_path / FILE).write_bytes(content)
    (tmp_path / f"{FILE}.new").write_bytes(b"of somebody who was killed")
    made = local_salt(tmp_path)
    assert made == (tmp_path / FILE).read_bytes()
    assert len(made) == 32


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no such pipes")
def test_a_pipe_in_its_place_is_never_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / FILE)
    assert local_salt(tmp_path) == (tmp_path / FILE).read_bytes()


def test_nobody_waits_for_ever_for_who_makes_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(salt, "PATIENCE_S", 0.0)
    with held(tmp_path / LOCK), pytest.raises(TimeoutError):
        local_salt(tmp_path)


def test_a_digest_is_the_same_for_the_same_and_tells_nothing_else() -> None:
    one = digest(b"salt", "user", "ada")
    assert one == digest(b"salt", "user", "ada")
    assert len(one) == 16
    others = {
        digest(b"pepper", "user", "ada"),
        digest(b"salt", "install", "ada"),
        digest(b"salt", "user", "\ud800"),
    }
    assert len({one, *others}) == 4
