"""A commit's files in a folder of their own, and a worker that times them."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import tarfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import TracebackType

SCRIPTS = Path(__file__).resolve().parents[1]

_MAIN = "def main(arguments: Sequence[str] | None = None) -> int:\n"
_SLOW_MAIN = """\
def main(arguments: Sequence[str] | None = None) -> int:
    import time

    start_s = time.process_time()
    status = swift_main(arguments)
    until_s = start_s + {factor} * (time.process_time() - start_s)
    while time.process_time() < until_s:
        pass
    return status


def swift_{main_name}"""


def find_commit(repository: Path, references: Sequence[str]) -> str:
    """The id of the first of `references` that is a commit.

    Raises:
        subprocess.CalledProcessError: git knows none of them; it says so of the last.
    """
    git = ["git", "-C", str(repository), "rev-parse", "--verify", "--end-of-options"]
    for reference in references:
        found = subprocess.run(
            [*git, f"{reference}^{{commit}}"],
            capture_output=True,
            text=True,
            check=reference == references[-1],
        )
        if found.returncode == 0:
            break
    return found.stdout.strip()


def unpack(repository: Path, commit: str, folder: Path) -> None:
    """Write the files of `commit` into `folder`."""
    command = ["git", "-C", str(repository), "archive", "--format=tar", commit]
    archive = subprocess.run(command, check=True, capture_output=True).stdout
    with tarfile.open(fileobj=io.BytesIO(archive)) as files:
        if hasattr(tarfile, "data_filter"):
            files.extractall(folder, filter="data")
        else:
            files.extractall(folder)  # noqa: S202 # nosec B202 - git's own archive of this repository


def plant_slowness(tree: Path, factor: float) -> None:
    """Make rforge's command line in `tree` take `factor` times as long as it does, to see it caught.

    Raises:
        ValueError: there is no such command line to plant it in.
    """
    file = tree / "rforge" / "rforge" / "__main__.py"
    text = file.read_text(encoding="utf-8")
    if text.count(_MAIN) != 1:
        raise ValueError(f"{file} has no line {_MAIN!r}")
    file.write_text(
        text.replace(_MAIN, _SLOW_MAIN.format(factor=factor, main_name=_MAIN[len("def ") :])),
        encoding="utf-8",
    )


class Worker:
    """A process that times benchmarks with the code of one tree; a context manager."""

    def __init__(self, tree: Path, packages: Path, hash_seed: int) -> None:
        path = os.pathsep.join(map(str, (tree / "src", tree / "rforge", SCRIPTS)))
        own = {"PYTHONPATH": path, "PYTHONHASHSEED": str(hash_seed)}
        own.update(CLAUDE_PLUGIN_DATA=str(tree / "data"), RFORGE_LOGS=str(tree / "logs"))
        self.tree = tree
        self.process = subprocess.Popen(
            [sys.executable, "-m", "measuring.worker", str(packages)],
            cwd=tree,
            env={**os.environ, **own},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> Worker:  # noqa: PYI034 - Self is newer than Python 3.9
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.process.communicate()

    def ask(self, **request: object) -> dict[str, Any]:
        """One request of `measuring.worker` and its answer.

        Raises:
            ChildProcessError: the worker is over.
        """
        assert self.process.stdin is not None  # noqa: S101 - as Popen was called
        assert self.process.stdout is not None  # noqa: S101
        try:
            print(json.dumps(request), file=self.process.stdin, flush=True)
            line = self.process.stdout.readline()
        except BrokenPipeError:
            line = ""
        if not line:
            raise ChildProcessError(f"the worker in {self.tree} ended with {self.process.wait()}")
        return dict(json.loads(line))

    def seconds(self, name: str, times: int, clock: str) -> float:
        """How long `times` runs of a benchmark take on the clock `cpu` or `wall`.

        Raises:
            ChildProcessError: the benchmark failed.
        """
        answer = self.ask(run=name, times=times)
        if "error" in answer:
            raise ChildProcessError(f"{name} failed in {self.tree}: {answer['error']}")
        return float(answer[f"{clock}_s"])

    def names(self) -> list[str]:
        """The benchmarks of this tree.

        Raises:
            ChildProcessError: the worker times other code than this tree's.
        """
        listing = self.ask(list=True)
        strange = [
            path for path in listing["code"] if not Path(path).resolve().is_relative_to(self.tree.resolve())
        ]
        if strange:
            raise ChildProcessError(f"the worker in {self.tree} would time {strange}")
        return list(listing["names"])
