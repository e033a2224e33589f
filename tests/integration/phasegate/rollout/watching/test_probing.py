from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from phasegate.config import Telemetry
from phasegate.errors import ErrorCode, PhasegateError
from phasegate.rollout.watching.probing import probe_plugin

if TYPE_CHECKING:
    from pathlib import Path

    from workshop import Workshop


def test_a_probe_writes_into_a_folder_and_never_into_a_pattern(workshop: Workshop, tmp_path: Path) -> None:
    pattern, plain = str(tmp_path / "fleet" / "*" / "logs"), tmp_path / "logs"
    workshop.settings = {"telemetry": Telemetry(logs=(pattern, str(plain)))}
    workshop.write({"demo/commands/hello.md": "Call mcp__demo__hello."})
    probe_plugin(workshop.desk, workshop.root)
    assert (plain / "plugin-usage.log").exists()
    assert not (tmp_path / "fleet").exists()


@pytest.mark.parametrize("logs", [(), ("/fleet/*/logs",)])
def test_a_probe_that_could_write_nowhere_is_refused(workshop: Workshop, logs: tuple[str, ...]) -> None:
    workshop.settings = {"telemetry": Telemetry(logs=logs)}
    with pytest.raises(PhasegateError) as caught:
        probe_plugin(workshop.desk, workshop.root)
    assert caught.value.code is ErrorCode.CONFIG_INVALID
