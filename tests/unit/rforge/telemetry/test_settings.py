from __future__ import annotations

import os
from pathlib import Path

import pytest

from rforge.telemetry.settings import FILE_BYTES, FILES, read_settings


def test_without_a_word_it_is_on_in_the_client_s_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    settings = read_settings({})
    assert (settings.is_on, settings.is_probe, settings.is_debug) == (True, False, False)
    assert (settings.folder, settings.complaint) == (tmp_path / ".claude" / "logs", "")
    assert (settings.file_bytes, settings.files) == (FILE_BYTES, FILES) == (100_000_000, 10)


@pytest.mark.parametrize(
    ("environment", "is_on"),
    [
        ({"RFORGE_TELEMETRY": "off"}, False),
        ({"RFORGE_TELEMETRY": "OFF "}, False),
        ({"RFORGE_TELEMETRY": "0"}, False),
        ({"RFORGE_TELEMETRY": "on"}, True),
        ({"RFORGE_TELEMETRY": ""}, True),
        ({"DO_NOT_TRACK": "1"}, False),
        ({"DO_NOT_TRACK": "please"}, False),
        ({"DO_NOT_TRACK": "0"}, True),
        ({"DO_NOT_TRACK": ""}, True),
        ({"DO_NOT_TRACK": "1", "RFORGE_TELEMETRY": "on"}, False),
    ],
)
def test_one_word_switches_it_off(environment: dict[str, str], is_on: bool) -> None:
    settings = read_settings({"RFORGE_LOGS": "/logs", **environment})
    assert (settings.is_on, settings.complaint) == (is_on, "")


def test_a_switch_that_says_neither_is_off_and_told() -> None:
    settings = read_settings({"RFORGE_LOGS": "/logs", "RFORGE_TELEMETRY": "never"})
    assert not settings.is_on
    assert settings.complaint == "RFORGE_TELEMETRY is neither on nor off; it counts as off."


@pytest.mark.parametrize("value", ["lots", "-1", "0", "1.5", "²"])
def test_a_number_that_makes_no_sense_is_the_default_and_told(value: str) -> None:
    settings = read_settings({"RFORGE_LOGS": "/logs", "RFORGE_LOG_BYTES": value, "RFORGE_LOG_FILES": "3"})
    assert (settings.file_bytes, settings.files) == (FILE_BYTES, 3)
    assert settings.complaint == "RFORGE_LOG_BYTES is no whole number above 0; it counts as 100000000."


def test_only_the_first_bad_value_is_told() -> None:
    settings = read_settings({"RFORGE_LOGS": "/logs", "RFORGE_PROBE": "perhaps", "RFORGE_LOG_FILES": "x"})
    assert settings.complaint.startswith("RFORGE_PROBE ")
    assert (settings.is_probe, settings.files) == (False, FILES)


def test_probes_and_debugging_are_asked_for() -> None:
    settings = read_settings({"RFORGE_LOGS": "/logs", "RFORGE_PROBE": "1", "RFORGE_DEBUG": "yes"})
    assert (settings.is_probe, settings.is_debug) == (True, True)


def test_a_folder_may_be_below_the_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    assert read_settings({"RFORGE_LOGS": "~/mine"}).folder == tmp_path / "mine"
    assert read_settings({"RFORGE_LOGS": "mine"}).folder == Path.cwd() / "mine"


def test_a_home_that_nobody_knows_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os.path, "expanduser", lambda path: path)
    with pytest.raises(OSError, match="home"):
        read_settings({})
