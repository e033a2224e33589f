"""Run a tool of this project from its own environment, which is made on first use.

    python3 scripts/dev.py invoke deploy --phase canary --sandbox --yes
    python3 scripts/dev.py nox -s tests

Needs Python >= 3.9 and git, nothing else. The environment is `.phasegate/venv`; it follows pyproject.toml.
"""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ENVIRONMENT = ROOT / ".phasegate" / "venv"
BINARIES = ENVIRONMENT / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BINARIES / ("python.exe" if os.name == "nt" else "python")
STAMP = ENVIRONMENT / "phasegate-installed"


def wanted() -> str:
    """What the environment must have been made from."""
    project = (ROOT / "pyproject.toml").read_bytes()
    return hashlib.sha256(project + sys.version.encode() + str(ROOT).encode()).hexdigest()


def install() -> None:
    """Make the environment, or bring it up to date."""
    if STAMP.exists() and STAMP.read_text(encoding="utf-8") == wanted():
        return
    print(f"installing phasegate and its tools into {ENVIRONMENT} (once)", file=sys.stderr, flush=True)
    subprocess.run([sys.executable, "-m", "venv", "--clear", str(ENVIRONMENT)], check=True)
    pip = [str(PYTHON), "-m", "pip", "--disable-pip-version-check", "install"]
    subprocess.run([*pip, "--quiet", "--progress-bar", "off", "--editable", str(ROOT)], check=True)
    STAMP.write_text(wanted(), encoding="utf-8")


def main(arguments: list[str]) -> int:
    """Run `arguments[0]` from the environment with the rest; its exit status."""
    if sys.version_info < (3, 9) or not arguments:
        print(__doc__, file=sys.stderr)
        return 2
    try:
        install()
    except subprocess.CalledProcessError as error:
        print(f"error: {' '.join(error.cmd[:4])} … ended with status {error.returncode}.", file=sys.stderr)
        print("  next: see its words above; Debian's Python wants the package python3-venv.", file=sys.stderr)
        return 1
    path = os.pathsep.join([str(BINARIES), os.environ.get("PATH", "")])
    only_what_is_there = {"NOX_DOWNLOAD_PYTHON": "never", "UV_PYTHON_DOWNLOADS": "never"}
    environment = {**only_what_is_there, **os.environ, "PATH": path}
    environment.pop(
        "PYTHONDONTWRITEBYTECODE", None
    )  # the environments are ours; uncached, each start takes twice as long
    with subprocess.Popen([str(PYTHON), "-m", *arguments], env=environment) as tool:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the tool's, which says how it ended
        return tool.wait()


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
