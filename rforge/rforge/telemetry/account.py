"""What happened in one call, as far as anybody may know: words from closed sets, and numbers."""

from __future__ import annotations

import builtins
import time
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Any

from rforge import errors
from rforge.request import Format, Mode

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from rforge.request import Request

UNKNOWN = "unknown"
"""What stands for a mode or a format that there is not."""


class Ending(Enum):
    """How a call ended."""

    OK = "ok"
    PARTIAL = "partial"
    REFUSED = "refused"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True)
class Mishap:
    """An error by its category, its severity, and the class of the exception underneath, if there was one."""

    category: str
    severity: str
    kind: str = ""

    @classmethod
    def of(cls, error: BaseException) -> Mishap:
        """A foreseen error as what it is; any other as one of the plugin's own."""
        if isinstance(error, errors.RforgeError):
            cause = error.__cause__
            return cls(type(error).__name__, error.severity.value, known_kind(cause) if cause else "")
        return cls(errors.PluginError.__name__, errors.PluginError.severity.value, known_kind(error))


def known_kind(error: BaseException) -> str:
    """The nearest class of an exception that is Python's or rforge's own: another's name could say anything."""
    for kind in type(error).__mro__:
        if kind in (getattr(builtins, kind.__name__, None), getattr(errors, kind.__name__, None)):
            return kind.__name__
    return "BaseException"


@dataclass
class Account:
    """One call while it is written down; a call that never reached a command has no `command`.

    Attributes:
        command, mode, format: what was asked for.
        explicit: whether a mode or a format was named.
        ending: how it ended.
        category: the category of the error that ended or degraded it, or nothing.
        budget_s: its time budget, in seconds.
        packages: how many packages were looked at.
        duration_s: from the call to the report, in seconds.
        ended_at_s: when that was, in seconds since 1970.
        render_s: what writing the format took, in seconds.
        lookups, hits: how often a remembered score was asked for, and was there.
        mishaps: every error on the way.
    """

    command: str = ""
    mode: str = Mode.DEFAULT.value
    format: str = Format.TERMINAL.value
    explicit: bool = False
    ending: Ending = Ending.OK
    category: str = ""
    budget_s: float = 0.0
    packages: int = 0
    duration_s: float = 0.0
    ended_at_s: float = 0.0
    render_s: float = 0.0
    lookups: int = 0
    hits: int = 0
    mishaps: list[Mishap] = field(default_factory=list)
    _started_s: float = 0.0

    def begin(self, command: str, budget_s: float, arguments: Mapping[str, Any]) -> None:
        """The call has come; its arguments are not checked yet."""
        self._started_s = time.perf_counter()
        self.command, self.budget_s = command, budget_s
        mode, form = arguments.get("mode"), arguments.get("format")
        self.mode, self.format = _word(mode, Mode.DEFAULT), _word(form, Format.TERMINAL)
        self.explicit = bool(mode or form)

    def accept(self, request: Request, budget_s: float) -> None:
        """What it asks for makes sense."""
        self.mode, self.format, self.budget_s = request.mode.value, request.format.value, budget_s

    def meet(self, error: BaseException, cause: BaseException | None = None) -> None:
        """An error on the way, and what was underneath where the error itself does not know."""
        if cause is not None:
            error.__cause__ = cause
        self.mishaps.append(Mishap.of(error))

    def degrade(self, error: errors.RforgeError, *, is_partial: bool = False) -> None:
        """An error that the answer survives, perhaps with less in it.

        Where the plugin's own fault left something out, nobody got what was asked for; that outweighs a budget.
        """
        if self.ending is not Ending.FAILED:
            is_own = isinstance(error, errors.PluginError)
            self.ending = Ending.FAILED if is_own else Ending.PARTIAL if is_partial else Ending.OK
            self.category = type(error).__name__

    def fail(self, error: BaseException) -> None:
        """There is no answer: a foreseen error, a wish to stop, or something broke."""
        self.report()
        if isinstance(error, (errors.Cancelled, KeyboardInterrupt)):
            self.ending, self.category = Ending.CANCELLED, ""
            return
        self.ending = Ending.REFUSED if isinstance(error, errors.ValidationError) else Ending.FAILED
        self.category = Mishap.of(error).category

    def break_off(self, error: BaseException) -> None:
        """Something ended it that nobody foresaw, or a wish to stop."""
        self.fail(error)
        if self.ending is Ending.FAILED:
            self.meet(error)

    def report(self) -> None:
        """Its report is made; what comes after it is writing it."""
        if not self.duration_s:
            self.duration_s = time.perf_counter() - self._started_s
            self.ended_at_s = time.time()

    def counting(self, previous: Callable[[str], int | None]) -> Callable[[str], int | None]:
        """The same memory of scores, that counts how often it is asked and knows."""

        def counted(folder: str) -> int | None:
            score = previous(folder)
            self.lookups += 1
            self.hits += score is not None
            return score

        return counted


def _word(value: object, default: Mode | Format) -> str:
    if not value:
        return str(default.value)
    choices = {str(choice.value) for choice in type(default)}
    word = value.strip().lower() if isinstance(value, str) else ""
    return word if word in choices else UNKNOWN
