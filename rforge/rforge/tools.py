"""The tools of the server: what each takes, and how each kind of error is answered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rforge.commands import BUDGET_S, run_command
from rforge.errors import MCPServerError, RforgeError, TimeBudgetExceeded
from rforge.flags import MODE_SYSTEM
from rforge.render import as_json, markdown, terminal
from rforge.request import Format, Mode, Request, parse_request

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from rforge.flags import Flags
    from rforge.report import Report

RENDERERS: Mapping[Format, Callable[[Report], str]] = {
    Format.TERMINAL: terminal.render,
    Format.JSON: as_json.render,
    Format.MARKDOWN: markdown.render,
}
_SUMMARIES = {
    "status": "Quick health summary of the R packages at or below a folder.",
    "analyze": "Findings and health score of each R package at or below a folder.",
}


@dataclass(frozen=True)
class Outcome:
    """What a tool answers with: a text, and whether that is an error."""

    text: str
    is_error: bool = False


@dataclass(frozen=True)
class Workshop:
    """What the tools work with.

    Attributes:
        flags: the plugin's feature flags.
        user: whom they are asked about.
        clock: seconds, from a clock that only goes forward.
        log: takes one line for the log.
    """

    flags: Flags
    user: str
    clock: Callable[[], float]
    log: Callable[[str], None]

    def answer(self, command: str, arguments: Mapping[str, Any]) -> Outcome:
        """Run a command and answer each category of error by its policy; it raises nothing that is foreseen."""
        try:
            request = parse_request(arguments, modes_on=self.flags.is_on(MODE_SYSTEM, self.user))
            return self._run(command, request)
        except RforgeError as error:
            self.log(f"{type(error).__name__} ({error.severity.value}) in {command}: {error.message}")
            return Outcome(str(error), is_error=True)

    def _run(self, command: str, request: Request) -> Outcome:
        try:
            report = self._attempt_twice(command, request)
        except TimeBudgetExceeded as error:
            if error.partial is None:
                raise
            self.log(f"TimeBudgetExceeded ({error.severity.value}) in {command}: {error.message}")
            report = error.partial
        return Outcome(RENDERERS[request.format](report))

    def _attempt_twice(self, command: str, request: Request) -> Report:
        """What the system refuses once may pass: a file that is replaced, a network folder that reconnects."""
        try:
            return run_command(command, request, self.clock)
        except OSError as error:
            self.log(f"MCPServerError in {command}, trying once more: {error}")
        try:
            return run_command(command, request, self.clock)
        except OSError as error:
            raise MCPServerError(
                f"The folder could not be read: {error.strerror or error}.",
                hint="Mend that, then call again.",
            ) from error


def tool_name(command: str) -> str:
    """The tool that serves a command."""
    return f"rforge_{command}"


COMMAND_OF_TOOL = {tool_name(command): command for command in BUDGET_S}


def describe_tools() -> list[dict[str, Any]]:
    """The tools as `tools/list` shows them.

    Modes and formats are described, not enumerated: they are taken in any case of letters, and a wrong one is answered
    with the choices.
    """
    return [
        {
            "name": tool_name(command),
            "description": f"{_SUMMARIES[command]} Stops after {budget_s:g} s with a partial result.",
            "inputSchema": {
                "type": "object",
                "properties": {
                    "path": _text(
                        "Folder of an R package, or one above several. Default: the working directory."
                    ),
                    "context": _text("A package's name to narrow it down to, or what the user is after."),
                    "mode": _text(
                        f"One of {_choices(Mode)}. Default: default. Only if the user asked for it."
                    ),
                    "format": _text(f"One of {_choices(Format)}. Default: terminal."),
                },
                "additionalProperties": False,
            },
            "annotations": {"readOnlyHint": True, "openWorldHint": False},
        }
        for command, budget_s in BUDGET_S.items()
    ]


def _text(description: str) -> dict[str, str]:
    return {"type": "string", "description": description}


def _choices(kind: type[Mode | Format]) -> str:
    return ", ".join(choice.value for choice in kind)
