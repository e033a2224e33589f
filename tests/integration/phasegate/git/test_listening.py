"""Commands that talk are heard to their end; one that falls silent is ended with all that it started."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from phasegate.git.listening import listen, without_progress

ENDLESS_S = 600
SILENT_S = 0.5


def start(script: str) -> subprocess.Popen[bytes]:
    pipe = subprocess.PIPE
    return subprocess.Popen([sys.executable, "-c", script], stdout=pipe, stderr=pipe)


def hear(script: str, silence_s: float = ENDLESS_S) -> tuple[bytes, bytes, bool, int]:
    with start(script) as process:
        return (*listen(process, silence_s), process.returncode)


def test_what_is_said_is_heard_from_both_streams() -> None:
    said = "import sys; print('a' * 200_000); print('b', file=sys.stderr); sys.exit(3)"
    output, errors, silent, status = hear(said)
    assert (output.strip(), errors.strip(), silent, status) == (b"a" * 200_000, b"b", False, 3)


def test_who_goes_on_talking_may_take_any_time() -> None:
    said = f"import time\nfor _ in range(8): print('.', end='', flush=True); time.sleep({SILENT_S / 4})"
    assert hear(said, SILENT_S)[:3] == (b"........", b"", False)


def test_who_falls_silent_is_ended_and_what_was_said_is_kept() -> None:
    output, _, silent, status = hear(
        f"import time; print('so', flush=True); time.sleep({ENDLESS_S})", SILENT_S
    )
    assert (output.strip(), silent) == (b"so", True)
    assert status != 0


def test_who_lets_go_of_a_process_meanwhile_deafens_nobody() -> None:
    said = f"import time; print('so', flush=True); time.sleep({SILENT_S}); print('on', flush=True); time.sleep({SILENT_S})"
    with start(said) as process:
        assert process.stdout is not None
        letting_go = threading.Timer(SILENT_S / 2, process.stdout.close)
        letting_go.start()
        output, _, silent = listen(process, ENDLESS_S)
        letting_go.join()
    assert (output.split(), silent) == ([b"so", b"on"], False)


@pytest.mark.skipif(sys.platform == "win32", reason="process ids and signals here are POSIX")
def test_what_it_started_ends_with_it(tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    sleeper = f"import os, time; open({str(pids)!r}, 'a').write(f'{{os.getpid()}} '); time.sleep({ENDLESS_S})"
    middle = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {sleeper!r}])"
    hear(f"import subprocess, sys; subprocess.run([sys.executable, '-c', {middle!r}])", 2 * SILENT_S)
    found = [int(pid) for pid in pids.read_text().split()]
    assert len(found) == 1
    until_s = time.monotonic() + 20
    while alive(found[0]) and time.monotonic() < until_s:
        time.sleep(0.02)
    assert not alive(found[0])


def alive(pid: int) -> bool:
    """Whether it runs; one that waits for its parent to notice its end does not."""
    listing = Path(f"/proc/{pid}/stat")
    if Path("/proc/self/stat").exists():
        return listing.exists() and listing.read_text().rpartition(")")[2].split()[0] != "Z"
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.skipif(sys.platform == "win32", reason="SIGTERM")
def test_git_is_asked_to_end_before_it_is_made_to(tmp_path: Path) -> None:
    marker = tmp_path / "cleaned up"
    tidy = f"signal.signal(signal.SIGTERM, lambda *_: (open({str(marker)!r}, 'w').close(), sys.exit()))"
    hear(f"import signal, sys, time; {tidy}; time.sleep({ENDLESS_S})", 2 * SILENT_S)
    assert marker.exists()


def test_an_interrupt_ends_it_too(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object) -> bool:
        raise KeyboardInterrupt

    monkeypatch.setattr("phasegate.git.listening._hear_out", interrupt)
    with start(f"import time; time.sleep({ENDLESS_S})") as process:
        with pytest.raises(KeyboardInterrupt):
            listen(process, ENDLESS_S)
        assert process.returncode is not None


@pytest.mark.parametrize(
    "line",
    [
        "remote: Enumerating objects: 5, done.",
        "remote: Counting objects: 100% (5/5), done.",
        "remote: Total 5 (delta 0), reused 5 (delta 0), pack-reused 0",
        "Total 0 (delta 0), reused 0 (delta 0), pack-reused 0",
        "Delta compression using up to 2 threads",
        "Receiving objects:  40% (2/5), 1.00 MiB | 2.00 MiB/s",
        "Receiving objects:  40% (2/5)\rReceiving objects: 100% (5/5), done.",
        "remote: Resolving deltas: 100% (1/1), completed with 1 local object.",
    ],
)
def test_progress_is_no_news(line: str) -> None:
    assert without_progress(f"{line}\nfatal: early EOF\n") == "fatal: early EOF\n"


@pytest.mark.parametrize(
    "line", ["remote: not on a Friday", "error: RPC failed; curl 56", "remote: Size: 5", "fatal: x: y", ""]
)
def test_news_is_no_progress(line: str) -> None:
    assert without_progress(line) == line
