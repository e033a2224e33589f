"""`--client` where there is no real client to prove anything with: never a silent pass."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import pytest

from phasegate.errors import ErrorCode
from processes import executable
from verbs import invoke
from workshop import FILES, Workshop

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.once
@pytest.mark.parametrize("verb", ["verify", "rehearse"])
@pytest.mark.parametrize("program", ["/no/such/client", "", sys.executable])
def test_what_is_no_client_is_a_clear_error(released: Workshop, verb: str, program: str) -> None:
    done = invoke(released.root, verb, "--json", "--client", program)
    assert done.returncode == ErrorCode.CLIENT_FAILED.exit_status
    assert json.loads(done.stdout)["error"]["code"] == "client-failed"


@pytest.mark.once
@pytest.mark.skipif(sys.platform == "win32", reason="a script that starts by its first line")
def test_channels_that_no_client_can_follow_are_not_said_to_be_received(tmp_path: Path) -> None:
    files = {name.replace("demo/", ""): text for name, text in FILES.items() if "marketplace" not in name}
    workshop = Workshop(tmp_path / "alone", files)
    workshop.release()
    program = executable(tmp_path / "client", "#!/bin/sh\necho '1.2.3 (Claude Code)'\n")
    done = invoke(workshop.root, "verify", "--client", str(program))
    assert done.returncode == ErrorCode.GATE_INCONCLUSIVE.exit_status
    assert done.stdout.count("INCONCLUSIVE  refs/heads/") == 3
    assert "Not everything that is published could be examined." in done.stderr
    done = invoke(workshop.root, "rehearse", "--client", str(program))
    assert done.returncode == ErrorCode.REHEARSAL_FAILED.exit_status
    assert "no client can follow it" in done.stderr
