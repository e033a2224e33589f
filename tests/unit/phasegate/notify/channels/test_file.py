from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import pytest

from phasegate.config import Notify
from phasegate.notify.channel import NotifyError
from phasegate.notify.channels.file import channel_for
from phasegate.notify.message import Message

if TYPE_CHECKING:
    from pathlib import Path

MESSAGE = Message("Tïtle", "Böd\ny.", "release")


def test_a_notice_is_appended_and_the_folders_are_made(tmp_path: Path) -> None:
    channel = channel_for(Notify(file="a/b/notes.md"), tmp_path, {})
    channel.send(MESSAGE, "op-1/file")
    channel.send(Message("Second", "Text.", "phase"), "op-2/file")
    assert (tmp_path / "a" / "b" / "notes.md").read_bytes().decode("utf-8") == (
        "\n## Tïtle\n\nBöd\ny.\n\n<!-- notice op-1/file -->\n"
        "\n## Second\n\nText.\n\n<!-- notice op-2/file -->\n"
    )


def test_the_same_notice_is_written_once_however_often_it_is_sent(tmp_path: Path) -> None:
    channel = channel_for(Notify(), tmp_path, {})
    for _ in range(3):
        channel.send(MESSAGE, "op-1")
    channel.send(MESSAGE, "op-11")
    assert (tmp_path / "notices.md").read_text(encoding="utf-8").count("## Tïtle") == 2


def test_what_the_file_held_stays(tmp_path: Path) -> None:
    (tmp_path / "notices.md").write_bytes(b"caf\xe9\r\n")
    channel_for(Notify(), tmp_path, {}).send(MESSAGE, "op-1")
    assert (tmp_path / "notices.md").read_bytes().startswith(b"caf\xe9\r\n\n## T")


def test_a_notice_is_on_the_disk_when_it_counts_as_sent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes: list[int] = []
    monkeypatch.setattr(os, "fsync", lambda descriptor: sizes.append(os.fstat(descriptor).st_size))
    channel_for(Notify(), tmp_path, {}).send(MESSAGE, "op-1")
    assert sizes == [(tmp_path / "notices.md").stat().st_size]


def test_a_key_cannot_end_its_comment(tmp_path: Path) -> None:
    channel_for(Notify(), tmp_path, {}).send(MESSAGE, "--><b>\n")
    assert (tmp_path / "notices.md").read_text(encoding="utf-8").count(">") == 1


def test_a_home_is_not_looked_up(tmp_path: Path) -> None:
    assert channel_for(Notify(file="~/n.md"), tmp_path, {}).path == tmp_path / "~" / "n.md"


def test_a_file_that_cannot_be_written_is_a_clear_failure(tmp_path: Path) -> None:
    (tmp_path / "notices.md").mkdir()
    with pytest.raises(NotifyError, match=r"notices\.md: "):
        channel_for(Notify(), tmp_path, {}).send(MESSAGE, "op-1")


@pytest.mark.skipif(sys.platform == "win32", reason="only POSIX limits the size of files")
@pytest.mark.parametrize(("room", "reason"), [(0, "large"), (20, "in part")])
def test_a_disk_that_is_full_is_a_clear_failure_and_the_notice_is_written_later(
    tmp_path: Path, room: int, reason: str
) -> None:
    import resource

    channel = channel_for(Notify(), tmp_path, {})
    _, hard = limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, hard))
    try:
        with pytest.raises(NotifyError) as failed:
            channel.send(MESSAGE, "op-1")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert reason in str(failed.value)
    channel.send(MESSAGE, "op-1")
    assert (tmp_path / "notices.md").read_text(encoding="utf-8").endswith("Böd\ny.\n\n<!-- notice op-1 -->\n")
