from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from phasegate.telemetry.logs import emitting
from phasegate.telemetry.logs.emitting import append
from phasegate.telemetry.logs.sidecar import Sidecar, held
from phasegate.telemetry.logs.stream import Stream

if TYPE_CHECKING:
    from pathlib import Path


def test_an_event_is_one_line_at_the_end_of_its_log(tmp_path: Path) -> None:
    for number in range(2):
        append(tmp_path / "logs", Stream.COMMANDS, {"id": number, "text": "é\n"})
    lines = (tmp_path / "logs" / "plugin-commands.log").read_text(encoding="ascii").splitlines()
    assert [json.loads(line)["id"] for line in lines] == [0, 1]


def test_a_rotation_is_waited_for_and_not_for_ever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(emitting, "PATIENCE_S", 0.05)
    with held(tmp_path, Stream.COMMANDS, alone=True, car=Sidecar.LOCK) as is_held:
        assert is_held
        with pytest.raises(BlockingIOError):
            append(tmp_path, Stream.COMMANDS, {})
    assert not (tmp_path / "plugin-commands.log").exists()


def test_a_line_that_was_torn_does_not_take_the_next_with_it(tmp_path: Path) -> None:
    log = tmp_path / "plugin-commands.log"
    log.write_bytes(b'{"schema":1,"ti')
    append(tmp_path, Stream.COMMANDS, {"id": 1})
    assert log.read_bytes() == b'{"schema":1,"ti\n{"id":1}\n'
