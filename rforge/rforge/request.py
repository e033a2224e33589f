"""What a user asks for, checked: path, context, mode, format."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from enum import Enum
from typing import TYPE_CHECKING, Any, TypeVar

from rforge.errors import ValidationError

if TYPE_CHECKING:
    from collections.abc import Mapping


class Mode(Enum):
    """What an analysis is for."""

    DEFAULT = "default"
    DEBUG = "debug"
    OPTIMIZE = "optimize"
    RELEASE = "release"


class Format(Enum):
    """How a report is written."""

    TERMINAL = "terminal"
    JSON = "json"
    MARKDOWN = "markdown"


ARGUMENTS = ("path", "context", "mode", "format")
Choice = TypeVar("Choice", Mode, Format)


@dataclass(frozen=True)
class Request:
    """A checked request: the folder to look in, what the user is after, and how to answer."""

    path: str = "."
    context: str = ""
    mode: Mode = Mode.DEFAULT
    format: Format = Format.TERMINAL


def parse_request(arguments: Mapping[str, Any], *, modes_on: bool) -> Request:
    """A request from a tool's or a command line's arguments; absent, null and empty ones are the defaults.

    Args:
        arguments: values by name.
        modes_on: whether this user has modes other than default (the flag `mode-system`).

    Raises:
        ValidationError: an argument that is unknown, no text, or none of its choices.
    """
    for name in arguments:
        if name not in ARGUMENTS:
            raise ValidationError(f"Unknown argument {name!r}.", hint=f"Choose from: {', '.join(ARGUMENTS)}.")
    texts = {name: _text(name, arguments.get(name)) for name in ARGUMENTS}
    mode = _choice("mode", texts["mode"], Mode.DEFAULT)
    _check_available(mode, modes_on=modes_on)
    return Request(
        path=texts["path"] or ".",
        context=texts["context"],
        mode=mode,
        format=_choice("format", texts["format"], Format.TERMINAL),
    )


def _text(name: str, value: object) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        raise ValidationError(f"{name} must be a text, not {type(value).__name__}.")
    if "\0" in value or any("\ud800" <= character <= "\udfff" for character in value):
        raise ValidationError(f"{name} holds a character that no text may hold.")
    return value.strip()


def _choice(name: str, value: str, default: Choice) -> Choice:
    if not value:
        return default
    kind = type(default)
    choices = [choice.value for choice in kind]
    if value.lower() in choices:
        return kind(value.lower())
    near = get_close_matches(value.lower(), choices, n=1)
    guess = f" Did you mean {near[0]!r}?" if near else ""
    raise ValidationError(f"Unknown {name} {value!r}.{guess}", hint=f"Choose from: {', '.join(choices)}.")


def _check_available(mode: Mode, *, modes_on: bool) -> None:
    if mode is Mode.DEFAULT:
        return
    why = "is not in this version" if modes_on else "is switched off"
    raise ValidationError(
        f"Mode {mode.value!r} {why}; nothing was analysed.",
        hint="Ask for mode 'default', or leave the mode out.",
    )
