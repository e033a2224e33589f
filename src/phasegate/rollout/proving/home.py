"""A throw-away home: where a command finds nothing of the user's own, and leaves nothing behind."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

from phasegate.errors import ErrorCode, PhasegateError
from phasegate.gates.process import run_logged
from phasegate.redaction import Discretion

_TIME_LIMIT_S = 300.0
_SWITCHES = {
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_TERMINAL_PROMPT": "0",
    "DISABLE_AUTOUPDATER": "1",
    "DISABLE_TELEMETRY": "1",
    "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
    "CLAUDE_CODE_DISABLE_OFFICIAL_MARKETPLACE_AUTOINSTALL": "1",
}
_NEEDED_ON_WINDOWS = ("SYSTEMROOT", "SYSTEMDRIVE", "COMSPEC", "PATHEXT", "PROGRAMFILES")


class Home:
    """A home of its own, where commands find a folder without a project, and leave nothing outside."""

    def __init__(self, folder: Path) -> None:
        for name in ("work", "tmp"):
            Path(folder, name).mkdir(parents=True)
        self.folder = folder.resolve()
        self.environment = _environment(self.folder)
        self.stop = threading.Event()

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        """What `command` said and how it ended, of whatever status.

        Raises:
            PhasegateError: `client-failed`: it cannot be started, or what it says cannot be kept.
        """
        try:
            said = Path(tempfile.mkdtemp(prefix="said-", dir=self.folder))
            try:
                return self._run(command, said / "output", said / "errors")
            finally:
                shutil.rmtree(said, ignore_errors=True)  # what it left running may still write there
        except OSError as error:
            raise client_failed(" ".join(command), str(error)) from error

    def _run(self, command: tuple[str, ...], output: Path, errors: Path) -> subprocess.CompletedProcess[str]:
        errors.touch()
        status = run_logged(
            command,
            folder=self.folder / "work",
            environment=self.environment,
            log=errors,
            stop=self.stop,
            discreet=Discretion(),
            output=output,
            limit_s=_TIME_LIMIT_S,
        )
        return subprocess.CompletedProcess(command, status, _text(output), _text(errors))


def client_failed(command: str, why: str, kind: type[PhasegateError] = PhasegateError) -> PhasegateError:
    """What to raise where `command` did not do what it was asked."""
    return kind(
        ErrorCode.CLIENT_FAILED,
        f"`{command}` did not do what it was asked.",
        why=why,
        hint="Repeat it; where it stays so, try the same by hand, with HOME in a folder of its own.",
    )


def _environment(home: Path) -> dict[str, str]:
    inherited = ("PATH", *(_NEEDED_ON_WINDOWS if sys.platform == "win32" else ()))
    places = {
        **dict.fromkeys(("HOME", "USERPROFILE"), str(home)),
        **dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(home / "tmp")),
        "CLAUDE_CONFIG_DIR": str(home / ".claude"),
        "GIT_CONFIG_GLOBAL": str(home / "gitconfig"),
    }
    kept = {name: os.environ[name] for name in inherited if name in os.environ}
    return {"PATH": os.defpath, **kept, **places, **_SWITCHES}


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace")
