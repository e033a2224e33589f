from __future__ import annotations

import logging
import sys
from pathlib import Path

import pytest

from phasegate.config import Notify
from phasegate.notify.channel import NotifyError
from phasegate.notify.channels.apprise import AppriseChannel, channel_for
from phasegate.notify.message import Message

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of Apprise's own services

MESSAGE = Message("Title", "Body.", "release")


def reason(channel: AppriseChannel) -> str:
    with pytest.raises(NotifyError) as failed:
        channel.send(MESSAGE, "k")
    return str(failed.value)


def test_without_a_variable_there_is_no_channel() -> None:
    assert channel_for(Notify(), Path(), {"APPRISE_URLS": "json://a.example"}) is None


@pytest.mark.parametrize("environment", [{}, {"URLS": ""}, {"URLS": " \n"}])
def test_a_variable_that_is_not_set_is_a_clear_failure(environment: dict[str, str]) -> None:
    channel = channel_for(Notify(apprise_variable="URLS"), Path(), environment)
    assert channel is not None
    assert reason(channel) == "the environment variable URLS is not set"


def test_apprise_not_installed_is_a_clear_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "apprise", None)
    assert reason(AppriseChannel("URLS", "json://a.example")) == (
        "Apprise is not installed; install phasegate[notify]"
    )


@pytest.mark.parametrize("urls", ["hush-hush", "nosuch://hush-hush", "json://127.0.0.1:9 nosuch://hush-hush"])
def test_a_url_that_apprise_does_not_know_is_a_failure_that_does_not_tell_it(
    urls: str, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("apprise")
    assert reason(AppriseChannel("URLS", urls)) == "URLS holds something that is no Apprise URL"
    assert "hush-hush" not in caplog.text + "".join(capfd.readouterr())


def test_the_library_s_log_is_as_before_afterwards() -> None:
    pytest.importorskip("apprise")
    reason(AppriseChannel("URLS", "nosuch://x"))
    assert not logging.getLogger("apprise").disabled
