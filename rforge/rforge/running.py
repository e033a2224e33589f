"""Running a command: find the packages, read and judge each, stop when a hard budget is used up, and say what there is."""

from __future__ import annotations

from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING

from rforge.commands.table import COMMANDS
from rforge.discovery import find_packages
from rforge.errors import PluginError, RforgeError, TimeBudgetExceeded, ValidationError, shortened
from rforge.examined import Examined, ecosystem_of, judge
from rforge.findings import listed
from rforge.hints import is_meant_as_name, suggested_mode
from rforge.lenses.table import LENSES
from rforge.package.survey import survey
from rforge.report import Report, Timings

if TYPE_CHECKING:
    from collections.abc import Callable

    from rforge.deadline import Deadline
    from rforge.discovery import Found
    from rforge.examined import Judged
    from rforge.report import Block
    from rforge.request import Request

_NAMES_SHOWN = 10
_TIME_FORMAT = "%Y-%m-%dT%H:%M:%SZ"


def _nobody_asked(_done: int, _total: int) -> None:
    """Nobody wants to see progress."""


def _nobody_knows(_folder: str) -> int | None:
    """There is no history."""
    return None


class Run:
    """One run of a command, of which a report can be had at any time.

    `work` does everything; `report` may be called from another thread while `work` is stuck, and gives what is done.

    Args:
        command: a name in `COMMANDS`.
        request: what is asked for.
        deadline: when to stop, or to warn.
        previous: gives the last score of the package in a folder, if it is known.
        progress: is told how many packages are done, of how many.
    """

    def __init__(
        self,
        command: str,
        request: Request,
        deadline: Deadline,
        previous: Callable[[str], int | None] = _nobody_knows,
        progress: Callable[[int, int], None] = _nobody_asked,
    ) -> None:
        self.command = COMMANDS[command]
        self.lens = LENSES[request.mode]
        self.request = request
        self.deadline = deadline
        self.judged: list[Judged] = []
        self.is_whole = False
        self._previous = previous
        self._progress = progress
        self._found: tuple[Found, ...] = ()
        self._named: tuple[Found, ...] = ()
        self._unsearched: list[str] = []
        self._warnings: list[str] = []
        self._instants: list[float] = []

    def work(self) -> None:
        """Find, read and judge; a hard budget that is used up ends it early.

        Raises:
            ValidationError: there is no package to look at, or none of the name that the command asks for.
            Cancelled: the answer is not wanted any more.
        """
        try:
            self._work()
        except TimeBudgetExceeded:
            return
        self.is_whole = not any(judged.package.unread for judged in self.judged)

    def _work(self) -> None:
        self._found = find_packages(self.request.path, self.deadline, self._unsearched)
        self._instants.append(self.deadline.elapsed_s)
        context = self.request.context
        self._named = tuple(package for package in self._found if context and package.is_called(context))
        if context and not self._named and is_meant_as_name(context):
            self._complain_of(context)
        looks_at_all = self.command.looks_at_all or self.lens.looks_at_all
        wanted = self._named if self._named and not looks_at_all else self._found
        self._found = wanted
        parts = self.command.parts | self.lens.parts
        for number, package in enumerate(wanted):
            self.deadline.check(self.command.answer_s * number)
            self._progress(number, len(wanted))
            self.judged.append(judge(survey(package.folder, self._folder(package), self.deadline, parts)))
        self._instants.append(self.deadline.elapsed_s)

    def _complain_of(self, name: str) -> None:
        """Say that no package has that name: an error only where the command is about one, as it may be any word."""
        names = frozenset(package.name or package.folder.name for package in self._found)
        unsearched = f"; not searched: {listed(frozenset(self._unsearched))}" if self._unsearched else ""
        complaint = f"No package here is called {shortened(name)!r}; there is {listed(names, _NAMES_SHOWN)}{unsearched}."
        if self.command.is_about_one:
            raise ValidationError(complaint, hint="Name one of these, or none.")
        self._warnings.append(complaint)

    def report(self, broken_modes: frozenset[str] = frozenset()) -> Report:
        """What is known so far.

        Args:
            broken_modes: modes whose lens is switched off.

        Raises:
            PluginError: the lens of the mode broke; ask again without it.
        """
        judged = tuple(self.judged)
        examined = self._examined(judged)
        blocks = self.command.blocks(examined)
        warnings = [*self._warnings]
        if self.request.mode.value in broken_modes:
            warnings.append(
                f"What mode {self.request.mode.value} adds is switched off, because it broke; the log says how."
            )
        else:
            said = {block.key for block in blocks}
            blocks += tuple(block for block in self._lens_blocks(examined) if block.key not in said)
        installed = sum(judged.package.description.is_installed for judged in examined.focus)
        if installed:
            warnings.append(
                f"{installed} installed: their sources, tests and vignettes are not there and were not judged."
            )
        if self._unsearched:
            warnings.append(
                f"Not searched, because they cannot be read: {listed(frozenset(self._unsearched))}."
            )
        if self.deadline.is_over:
            warnings.append(f"The time budget of {self.deadline.budget.seconds:g} s was used up on the way.")
        return Report(
            command=self.command.name,
            request=self.request,
            blocks=blocks,
            budget=self.deadline.budget,
            timings=self._timings(),
            time=datetime.now(timezone.utc).strftime(_TIME_FORMAT),
            partial=not self.is_whole or bool(examined.unread),
            unread=(*self._unread(judged), *examined.unread),
            warnings=tuple(warnings),
            suggestion=suggested_mode(self.request),
        )

    def scores(self) -> dict[Path, int]:
        """The health of each package that was read whole, by its folder."""
        root = Path(self.request.path)
        whole = (judged for judged in self.judged if not judged.package.unread)
        return {root / j.package.folder: j.health.score for j in whole if j.health.score is not None}

    def _examined(self, judged: tuple[Judged, ...]) -> Examined:
        named = {self._folder(package) for package in self._named}
        return Examined(
            request=self.request,
            packages=judged,
            focus=tuple(one for one in judged if one.package.folder in named) if named else judged,
            is_named=bool(named),
            ecosystem=ecosystem_of(judged),
            previous=self._previous,
            deadline=self.deadline,
        )

    def _lens_blocks(self, examined: Examined) -> tuple[Block, ...]:
        try:
            return self.lens.blocks(examined)
        except (RforgeError, OSError):
            raise
        except Exception as error:
            raise PluginError(
                f"What mode {self.request.mode.value} adds", f"it broke ({type(error).__name__}: {error})."
            ) from error

    def _unread(self, judged: tuple[Judged, ...]) -> tuple[str, ...]:
        whole = [self._folder(package) for package in self._found[len(judged) :]]
        parts = [f"{one.package.folder}: {part}" for one in judged for part in one.package.unread]
        return (*parts, *whole)

    def _timings(self) -> Timings:
        elapsed_s = self.deadline.elapsed_s
        search_s, reading_s = (*self._instants, elapsed_s, elapsed_s)[:2]
        steps = (search_s, reading_s - search_s, elapsed_s - reading_s, elapsed_s)
        return Timings(*(round(step, 3) for step in steps))

    def _folder(self, package: Found) -> str:
        """The package's folder relative to the one that was asked for."""
        return package.folder.relative_to(Path(self.request.path)).as_posix()
