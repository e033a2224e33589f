"""The tools of the server: what each takes, and how each category of error is answered.

The commands are imported where they are first needed: the handshake of a session is answered before that.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from rforge.budgets import budget_of
from rforge.deadline import Deadline
from rforge.errors import MCPServerError, PluginError, RforgeError, TimeBudgetExceeded
from rforge.flags import MODE_SYSTEM
from rforge.request import Format, Mode, parse_request

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from rforge.flags import Flags
    from rforge.history import History
    from rforge.render.screen import Screen
    from rforge.report import Report
    from rforge.request import Request
    from rforge.running import Run
    from rforge.telemetry.account import Account

Step = TypeVar("Step", "Run", "Report")

GRACE_S = 0.3
"""How long behind a hard limit the work may still come to its end by itself before it is left alone, in seconds."""


def _ignore_progress(_done: int, _total: int) -> None:
    """Nobody wants to see progress."""


def _new_account() -> Account:
    from rforge.telemetry.account import Account

    return Account()


@dataclass(frozen=True)
class Outcome:
    """What a tool answers with: a text, the same as a document where there is one, and whether that is an error."""

    text: str
    document: Mapping[str, Any] | None = None
    is_error: bool = False


@dataclass(frozen=True)
class Call:
    """One call of a tool.

    Attributes:
        cancelled: whether its answer is wanted no more.
        progress: is told how far it is (done, of how many).
        account: what happened in it.
    """

    cancelled: threading.Event = field(default_factory=threading.Event)
    progress: Callable[[int, int], None] = _ignore_progress
    account: Account = field(default_factory=_new_account)


@dataclass(frozen=True)
class Workshop:
    """What the tools work with.

    Attributes:
        flags: the plugin's feature flags.
        user: whom they are asked about.
        clock: seconds, from a clock that only goes forward.
        log: takes one line for the log.
        history: what is remembered from earlier calls.
        screen: what the terminal format is written for.
        broken: modes whose lens broke; they stay switched off until the process ends.
    """

    flags: Flags
    user: str
    clock: Callable[[], float]
    log: Callable[[str], None]
    history: History
    screen: Screen
    broken: set[str] = field(default_factory=set)

    def answer(self, command: str, arguments: Mapping[str, Any], call: Call | None = None) -> Outcome:
        """Run a command and answer each category of error by its policy.

        Raises:
            Cancelled: the answer is not wanted any more.
        """
        from rforge.commands.table import COMMANDS

        call = call or Call()
        call.account.begin(command, COMMANDS[command].budget_s, arguments)
        try:
            return self._answer(command, arguments, call)
        except RforgeError as error:
            self._log_error(call.account, error)
            call.account.fail(error)
            return Outcome(str(error), is_error=True)
        except BaseException as error:
            call.account.break_off(error)
            raise

    def _answer(self, command: str, arguments: Mapping[str, Any], call: Call) -> Outcome:
        report = self._report(command, self._request(arguments), call)
        call.account.report()
        started_s = time.perf_counter()
        text = self._rendered(report)
        call.account.render_s = time.perf_counter() - started_s
        from rforge.render.as_json import as_document

        return Outcome(text, as_document(report))

    def _request(self, arguments: Mapping[str, Any]) -> Request:
        """What is asked for; a flag that cannot be read is no choice of anybody's, and so no mistake of the user's."""
        is_unreadable = bool(self.flags.broken) and MODE_SYSTEM not in self.flags.by_name
        modes_on = is_unreadable or self.flags.is_on(MODE_SYSTEM, self.user)
        request = parse_request(arguments, modes_on=modes_on)
        if is_unreadable and request.mode is not Mode.DEFAULT:
            raise PluginError(
                f"Mode {request.mode.value!r}", "its flag cannot be read; nothing was analysed."
            )
        return request

    def _report(self, command: str, request: Request, call: Call) -> Report:
        from rforge.commands.table import COMMANDS
        from rforge.running import Run

        account = call.account

        def warn(error: TimeBudgetExceeded) -> None:
            self._log_error(account, error, "; going on")
            account.degrade(error)

        budget = budget_of(COMMANDS[command].budget_s, request.mode)
        account.accept(request, budget.seconds)
        deadline = Deadline(budget, self.clock, call.cancelled.is_set, warn)
        previous = account.counting(self.history.scores_below(Path(request.path)))
        run = self._attempt_twice(
            account, lambda: self._finished(Run(command, request, deadline, previous, call.progress))
        )
        report = self._attempt_twice(account, lambda: self._reported(run, account))
        account.packages = len(run.judged)
        if report.partial:
            error = TimeBudgetExceeded(deadline.budget.seconds)
            self._log_error(account, error)
            account.degrade(error, is_partial=True)
        if command == "status":
            self.history.remember(run.scores())
        return report

    def _attempt_twice(self, account: Account, attempt: Callable[[], Step]) -> Step:
        """What the system refuses once may pass: a file that is replaced, a network folder that reconnects."""
        try:
            return attempt()
        except OSError as error:
            self.log(f"MCPServerError in {account.command}, trying once more: {error}")
            account.meet(MCPServerError("The system refused it."), error)
        try:
            return attempt()
        except OSError as error:
            raise MCPServerError(
                f"The folder could not be read: {error.strerror or error}.",
                hint="Mend that, then call again.",
            ) from error

    def _finished(self, run: Run) -> Run:
        """The run when its work is over, or left alone where a hard limit passed while the system kept it waiting."""
        if not run.deadline.budget.is_hard:
            run.work()
            return run
        failures: list[BaseException] = []

        def work() -> None:
            try:
                run.work()
            except BaseException as error:  # noqa: BLE001 - raised again in the thread that waits
                failures.append(error)

        worker = threading.Thread(target=work, name=f"rforge {run.command.name}", daemon=True)
        worker.start()
        worker.join(run.deadline.budget.seconds + GRACE_S)
        if failures:
            raise failures[0]
        return run

    def _reported(self, run: Run, account: Account) -> Report:
        """The report, without what its mode adds where that broke now or before: nobody got what they asked for then."""
        if run.request.mode.value in self.broken:
            account.degrade(PluginError("The mode", "it broke before."))
        try:
            return run.report(frozenset(self.broken))
        except PluginError as error:
            self._log_error(account, error)
            account.degrade(error)
            self.broken.add(run.request.mode.value)
            return run.report(frozenset(self.broken))

    def _rendered(self, report: Report) -> str:
        from rforge.render import as_json, markdown, terminal

        renderers: Mapping[Format, Callable[[Report], str]] = {
            Format.TERMINAL: lambda it: terminal.render(it, self.screen),
            Format.JSON: as_json.render,
            Format.MARKDOWN: markdown.render,
        }
        return renderers[report.request.format](report)

    def _log_error(self, account: Account, error: RforgeError, more: str = "") -> None:
        self.log(
            f"{type(error).__name__} ({error.severity.value}) in {account.command}: {error.message}{more}"
        )
        account.meet(error)


def tool_name(command: str) -> str:
    """The tool that serves a command."""
    return f"rforge_{command}"


def commands_by_tool() -> dict[str, str]:
    """The commands by the tools that serve them."""
    from rforge.commands.table import COMMANDS

    return {tool_name(command): command for command in COMMANDS}


def describe_tools() -> list[dict[str, Any]]:
    """The tools as `tools/list` shows them.

    Modes and formats are described, not enumerated: they are taken in any case of letters, and a wrong one is answered
    with the choices.
    """
    from rforge.commands.table import COMMANDS
    from rforge.render.as_json import describe_document
    from rforge.telemetry.feedback import describe_feedback

    commands = [
        {
            "name": tool_name(name),
            "title": f"rforge {name}",
            "description": f"{command.summary} In mode default it stops after {command.budget_s:g} s with a partial result.",
            "inputSchema": _input_schema(),
            "outputSchema": describe_document(),
            "annotations": {"destructiveHint": False, "openWorldHint": False},
        }
        for name, command in COMMANDS.items()
    ]
    return [*commands, describe_feedback()]


def _input_schema() -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {
            "path": _text("Folder of an R package, or one above several. Default: the working directory."),
            "context": _text("A package's name to narrow it down to, or what the user is after."),
            "mode": _text(f"One of {_choices(Mode)}. Default: default. Only if the user asked for it."),
            "format": _text(f"One of {_choices(Format)}. Default: terminal."),
            "check": {
                "type": "boolean",
                "description": "In mode release, run `R CMD check`, which runs the package's code. Only if the user asked for it.",
            },
        },
        "additionalProperties": False,
    }


def _text(description: str) -> dict[str, str]:
    return {"type": "string", "description": description}


def _choices(kind: type[Mode | Format]) -> str:
    return ", ".join(choice.value for choice in kind)
