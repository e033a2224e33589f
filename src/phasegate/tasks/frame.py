"""What every verb shares: errors become exit statuses, results become text or JSON."""

from __future__ import annotations

import functools
import inspect
import json
import os
import signal
import sys
import traceback
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Callable, NoReturn

from invoke.exceptions import Exit
from invoke.tasks import task

from phasegate.errors import ErrorCode, PhasegateError, unwritten
from phasegate.redaction import Discretion, secrets_in
from phasegate.terminal import never_stumble_over_a_character, printable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from invoke.context import Context

    from phasegate.config import Config
    from phasegate.git.repository import Repository
    from phasegate.rollout.desk import Desk

_READER_GONE = 141
"""What shells report for a command that SIGPIPE ended."""

SANDBOX_HELP = "Do it in a sandbox: a clone of this checkout with a bare remote beside it, in DIR or a folder of its own."
HELP = {
    "json": "Print the result as JSON on stdout.",
    "yes": "Do it without asking.",
    "plan": "Stop at the plan and print it.",
    "expect": "Refuse if the plan's hash is another than this one.",
    "sandbox": SANDBOX_HELP,
    "soak": "Keep the soak times in the sandbox.",
}


def verb(**help_texts: str) -> Callable[[Callable[..., None]], Any]:
    """An Invoke task that ends with a foreseen error's exit status, and says it in JSON where asked to."""

    def decorate(body: Callable[..., None]) -> Any:
        @functools.wraps(body)
        def framed(context: Context, *args: Any, **options: Any) -> None:
            never_stumble_over_a_character()
            _take_other_signals_for_an_interrupt()
            try:
                body(context, *args, **options)
                _deliver()
            except PhasegateError as error:
                fail(error, as_json=bool(options.get("json")))
            except Exit:
                raise
            except KeyboardInterrupt as interrupt:
                number = interrupt.args[0] if interrupt.args else signal.SIGINT
                raise Exit(
                    "Interrupted. Run `invoke status`; repeating the command is safe.", code=128 + number
                ) from None
            except BrokenPipeError:  # who reads along has seen enough, as in `invoke history | head`
                with suppress(OSError):
                    _deliver()
                raise Exit(code=_READER_GONE) from None
            except Exception as error:  # noqa: BLE001 - nobody above could say it better
                refused = unwritten(error) if isinstance(error, OSError) else None
                fail(refused or _unforeseen(error), as_json=bool(options.get("json")))

        known = inspect.signature(body).parameters
        unknown = help_texts.keys() - known
        if unknown:
            raise TypeError(f"{body.__name__} has no parameters {', '.join(sorted(unknown))}")
        helps = {name: text for name, text in {**HELP, **help_texts}.items() if name in known}
        optional = ["sandbox"] if "sandbox" in known else []
        return task(help=helps, optional=optional, auto_shortflags=False)(framed)

    return decorate


def _take_other_signals_for_an_interrupt() -> None:
    """Whoever calls it off, be it a person, a job's time limit or a closed terminal: gates are ended, and nothing is left."""
    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is signal.SIG_DFL:  # nohup ignores one of them
            with suppress(ValueError):  # this is no main thread
                signal.signal(number, _interrupt)


def _interrupt(number: int, _frame: object) -> NoReturn:
    raise KeyboardInterrupt(number)


def _deliver() -> None:
    """Write the result out: what cannot be written is this command's failure, not the interpreter's at its end."""
    try:
        sys.stdout.flush()
    except OSError:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
        raise


def _unforeseen(error: Exception) -> PhasegateError:
    trace = traceback.format_exc()
    return PhasegateError(
        ErrorCode.INTERNAL,
        f"Something that phasegate did not foresee: {type(error).__name__}: {error}",
        why=trace if os.environ.get("PHASEGATE_TRACEBACK") else "",
        hint="Run `invoke status`; then please report this, with PHASEGATE_TRACEBACK=1 set.",
    )


def fail(error: PhasegateError, *, as_json: bool) -> NoReturn:
    """End the process with the error's exit status; whatever it quotes, it holds no secret."""
    error = error.told(_discretion())
    with suppress(OSError):  # the exit status says it too
        if as_json:
            print_json({"error": error.as_json()})
        _deliver()
    say(printable(str(error)))
    raise Exit(code=error.code.exit_status)


def _discretion() -> Discretion:
    """What the desk here knows to be secret; where none can be opened, what the environment tells."""
    try:
        return open_desk().discreet
    except Exception:  # noqa: BLE001 - an error is being told already, and this must not be another
        return Discretion(secrets_in(os.environ))


def fail_after_result(error: PhasegateError) -> NoReturn:
    """End with the error's exit status; stdout holds the result already, and nothing is added to it."""
    fail(error, as_json=False)


def say(line: str) -> None:
    """A line of progress, on stderr, so that stdout holds results only; no release ends for want of a reader."""
    with suppress(OSError):
        print(line, file=sys.stderr, flush=True)


def print_json(value: object) -> None:
    """A result for scripts, on stdout."""
    print(json.dumps(value, indent=2))


def _config_of(repository: Repository) -> Config:
    """The configuration in the working folder; in a bare repository, the one in HEAD."""
    from phasegate.config_file import OWN_FILE, PROJECT_FILE, load_config, read_config
    from phasegate.git.objects import read_objects

    if not repository.is_bare:
        return load_config(repository.root)
    found = read_objects(repository.git, [f"HEAD:{name}" for name in (OWN_FILE, PROJECT_FILE)])
    return read_config({name.partition(":")[2]: content for name, content in found.items()})


def open_desk(sandbox: str | bool | None = None, *, soak: bool = False) -> Desk:
    """The desk in the current folder's repository, or in a sandbox made from it."""
    from phasegate.git.repository import open_repository
    from phasegate.rollout.desk import Desk

    here = open_repository(Path.cwd())
    config = _config_of(here)
    environments = here.state_folder / "environments"
    if not sandbox:
        return Desk(here, config, environments, say)
    from phasegate.rollout.proving.sandbox import open_sandbox

    folder = here.state_folder / "sandbox" if sandbox is True else Path(str(sandbox)).expanduser().resolve()
    repository = open_sandbox(folder, here, config)
    say(f"sandbox: {folder} (checkout and remote inside; remove the folder to start anew)")
    config = _config_of(repository)
    return Desk(repository, config if soak else config.without_soak(), environments, say)


def refuse_combination(message: str, hint: str) -> PhasegateError:
    """The error for options that do not go together."""
    return PhasegateError(ErrorCode.USAGE, message, hint=hint)


def seconds_of(text: str) -> float:
    """The seconds of an option such as `24h`. Raises `usage`."""
    from phasegate.toml_table import duration_s

    try:
        return duration_s(text)
    except ValueError as error:
        raise refuse_combination(f"{text!r} {error}.", "Give such as 24h or 7d.") from None


@contextmanager
def writing(where: object) -> Iterator[None]:
    """What the system refuses of what the operator named is told as that. Raises `file-unwritten`."""
    try:
        yield
    except OSError as error:
        raise PhasegateError(
            ErrorCode.FILE_UNWRITTEN,
            f"{where} cannot be written: {error.strerror or error}",
            hint="Name another place, or make that one writable.",
        ) from error
