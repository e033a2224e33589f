"""Commands that talk are heard to their end; one that falls silent is ended with all that it started."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time

import pytest

from phasegate.git.listening import _Ear, listen, without_progress

ENDLESS_S = 600
SILENT_S = 3.0
PAUSE_S = 0.5
BEGINNING = "print('!', end='', flush=True)"


def start(script: str) -> subprocess.Popen[bytes]:
    """A process that does `script`, and has begun to."""
    pipe = subprocess.PIPE
    process = subprocess.Popen(
        [sys.executable, "-c", f"{BEGINNING}\n{script}"], stdout=pipe, stderr=pipe, bufsize=0
    )
    assert process.stdout is not None
    assert process.stdout.read(1) == b"!"
    return process


def hear(script: str, silence_s: float = ENDLESS_S) -> tuple[bytes, bytes, bool, int]:
    with start(script) as process:
        return (*listen(process, silence_s), process.returncode)


def test_what_is_said_is_heard_from_both_streams() -> None:
    said = "import sys; print('a' * 200_000); print('b', file=sys.stderr); sys.exit(3)"
    output, errors, silent, status = hear(said)
    assert (output.strip(), errors.strip(), silent, status) == (b"a" * 200_000, b"b", False, 3)


def test_who_goes_on_talking_may_take_any_time() -> None:
    said = f"import time\nfor _ in range(5): print('.', end='', flush=True); time.sleep({SILENT_S / 4})"
    assert hear(said, SILENT_S)[:3] == (b".....", b"", False)


def test_who_falls_silent_is_ended_and_what_was_said_is_kept() -> None:
    output, _, silent, status = hear(
        f"import time; print('so', flush=True); time.sleep({ENDLESS_S})", SILENT_S
    )
    assert (output.strip(), silent) == (b"so", True)
    assert status != 0


def test_who_lets_go_of_a_process_meanwhile_deafens_nobody() -> None:
    said = f"import time; print('so', flush=True); time.sleep({2 * PAUSE_S}); print('on', flush=True); time.sleep({PAUSE_S})"
    with start(said) as process:
        assert process.stdout is not None
        letting_go = threading.Timer(PAUSE_S, process.stdout.close)
        letting_go.start()
        output, _, silent = listen(process, ENDLESS_S)
        letting_go.join()
    assert (output.split(), silent) == ([b"so", b"on"], False)


@pytest.mark.parametrize("held", ["stdout", "stderr", "both"])
def test_what_it_leaves_running_is_not_waited_for_and_nothing_that_it_said_is_lost(held: str) -> None:
    other = {"stdout": "stderr", "stderr": "stdout"}.get(held)
    let_go = f"{other}=subprocess.DEVNULL" if other else ""
    sleeper = f"[sys.executable, '-c', 'import time; time.sleep({ENDLESS_S})']"
    said = (
        f"import subprocess, sys; left = subprocess.Popen({sleeper}, {let_go})\n"
        "print('b' * 2_000_000, file=sys.stderr, flush=True); print('a' * 2_000_000, left.pid, flush=True)"
    )
    begun_s = time.monotonic()
    output, errors, silent, status = hear(said)
    took_s = time.monotonic() - begun_s
    letters, left = output.split()
    os.kill(int(left), signal.SIGTERM)
    assert (letters, errors.strip(), silent, status) == (b"a" * 2_000_000, b"b" * 2_000_000, False, 0)
    assert took_s < ENDLESS_S / 10


def test_what_is_in_the_pipe_as_it_ends_is_heard_by_an_ear_that_is_slow(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    read = _Ear.run
    monkeypatch.setattr(_Ear, "run", lambda ear: (time.sleep(PAUSE_S / 2), read(ear)))
    with start("import sys; print('so'); print('on', file=sys.stderr)") as process:
        process.wait()
        output, errors, silent = listen(process, ENDLESS_S)
    assert (output.strip(), errors.strip(), silent) == (b"so", b"on", False)


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
