from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from phasegate.config import Notify
from phasegate.notify.channel import NotifyError
from phasegate.notify.dispatch import channels_for
from phasegate.notify.message import Message

if TYPE_CHECKING:
    from pathlib import Path

MESSAGE = Message("Title", "Body.", "release")


def names(config: Notify, folder: Path) -> list[str]:
    return [channel.name for channel in channels_for(config, folder, {})]


def test_by_default_notices_go_to_the_console_and_to_a_file(tmp_path: Path) -> None:
    assert names(Notify(), tmp_path) == ["console", "file"]


def test_every_channel_that_the_configuration_names_is_opened(tmp_path: Path) -> None:
    assert names(Notify(apprise_variable="URLS"), tmp_path) == ["apprise", "console", "file"]


def test_the_console_can_be_turned_off(tmp_path: Path) -> None:
    assert names(Notify(console=False), tmp_path) == ["file"]


def test_no_secret_leaves_through_a_channel(tmp_path: Path) -> None:
    (file,) = channels_for(Notify(console=False), tmp_path, {"DEPLOY_TOKEN": "hush-hush"})
    file.send(Message("About hush-hush", "at https://ann:pw@git.example, hush-hush", "release"), "k")
    text = (tmp_path / "notices.md").read_text(encoding="utf-8")
    assert "## About ***" in text
    assert "at https://***@git.example, ***" in text


def test_no_secret_leaves_through_an_error_or_a_repr(tmp_path: Path) -> None:
    (tmp_path / "hush-hush").write_text("a file where a folder should be", encoding="utf-8")
    config = Notify(console=False, file="hush-hush/notices.md")
    (file,) = channels_for(config, tmp_path, {"DEPLOY_TOKEN": "hush-hush"})
    with pytest.raises(NotifyError) as failed:
        file.send(MESSAGE, "k")
    assert "hush-hush" not in str(failed.value)
    assert "***" in str(failed.value)
    (apprise, *_) = channels_for(
        Notify(apprise_variable="URLS"), tmp_path, {"URLS": "json://ann:pw@a.example/"}
    )
    assert "a.example" not in repr(apprise)
