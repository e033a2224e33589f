"""Files that effects leave on this machine: whole, on the disk before the ledger says so, and never written over."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from phasegate.errors import ErrorCode, PhasegateError
from phasegate.rollout.applying.effecting import perform_effects
from phasegate.rollout.applying.effects.keeping import keep
from processes import executable

if TYPE_CHECKING:
    from workshop import Workshop


def test_the_ledger_names_a_file_as_the_checkout_sees_it(workshop: Workshop) -> None:
    workshop.release()
    ledger = workshop.published("refs/phasegate/ledger", "operation.json")
    assert ".git/phasegate/release-notes/1.0.0.md" in ledger
    assert str(workshop.root) not in ledger
    assert Path(workshop.root, ".git/phasegate/release-notes/1.0.0.md").read_text(encoding="utf-8")


@pytest.mark.skipif(sys.platform == "win32", reason="the hook here is a shell script")
def test_what_people_wrote_into_a_report_outlives_a_resume(finished: Workshop) -> None:
    hooks = finished.remote / "hooks"
    hook = executable(hooks / "update", '#!/bin/sh\n[ "$1" != refs/phasegate/ledger ] || ! [ -e refused ]\n')
    executable(hooks / "post-receive", "#!/bin/sh\ntouch refused\n")
    with pytest.raises(PhasegateError) as caught:
        finished.rollback("full", "it breaks")
    assert caught.value.code is ErrorCode.EFFECTS_OPEN
    hook.unlink()
    [report] = (finished.root / ".git" / "phasegate" / "incidents").iterdir()
    report.write_text("The cause was known by then.", encoding="utf-8")
    assert perform_effects(finished.desk, finished.observe()).effects == ()
    assert report.read_text(encoding="utf-8") == "The cause was known by then."


def test_a_file_is_on_the_disk_before_it_has_its_name(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = workshop.desk.repository.state_folder
    seen = []

    def look(descriptor: int) -> None:
        [only] = folder.iterdir()
        seen.append((only.name == "note.md", os.fstat(descriptor).st_size))

    monkeypatch.setattr(os, "fsync", look)
    folder.mkdir()
    keep(workshop.desk, "note.md", "whole")
    assert seen == [(False, 5)]
    assert [path.name for path in folder.iterdir()] == ["note.md"]


def test_what_cannot_be_written_leaves_nothing(workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_descriptor: int) -> None:
        raise OSError

    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(OSError):  # noqa: PT011 - whatever the disk says
        keep(workshop.desk, "note.md", "whole")
    assert not list(workshop.desk.repository.state_folder.iterdir())
