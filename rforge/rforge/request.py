"""What a user asks for, checked: path, context, mode, format."""

from __future__ import annotations

import os
from dataclasses import dataclass
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


TEXTS = ("path", "context", "mode", "format")
ARGUMENTS = (*TEXTS, "check")
Choice = TypeVar("Choice", Mode, Format)


@dataclass(frozen=True)
class Request:
    """A checked request.

    Attributes:
        path: the folder to look in.
        context: a package's name, or what the user is after in their own words.
        mode: what the analysis is for.
        format: how to answer.
        is_mode_explicit: whether the user named the mode.
        check: whether mode release may run `R CMD check`.
    """

    path: str = "."
    context: str = ""
    mode: Mode = Mode.DEFAULT
    format: Format = Format.TERMINAL
    is_mode_explicit: bool = False
    check: bool = False


def parse_request(arguments: Mapping[str, Any], *, modes_on: bool) -> Request:
    """A request from a tool's or a command line's arguments; absent, null and empty ones are the defaults.

    Args:
        arguments: values by name.
        modes_on: whether this user has modes other than default (the flag `mode-system`).

    Raises:
        ValidationError: an argument that is unknown, of a wrong kind, or none of its choices.
    """
    for name in arguments:
        if name not in ARGUMENTS:
            raise ValidationError(f"Unknown argument {name!r}.", hint=f"Choose from: {', '.join(ARGUMENTS)}.")
    texts = {name: _text(name, arguments.get(name)) for name in TEXTS}
    mode = _choice("mode", texts["mode"], Mode.DEFAULT)
    if mode is not Mode.DEFAULT and not modes_on:
        raise ValidationError(
            f"Mode {mode.value!r} is switched off; nothing was analysed.",
            hint="Ask for mode 'default', or leave the mode out.",
        )
    return Request(
        path=_home_expanded(texts["path"]) or ".",
        context=texts["context"],
        mode=mode,
        format=_choice("format", texts["format"], Format.TERMINAL),
        is_mode_explicit=bool(texts["mode"]),
        check=_check_wanted(arguments.get("check"), mode),
    )


def _check_wanted(value: object, mode: Mode) -> bool:
    if value not in (None, True, False):
        raise ValidationError(f"check must be true or false, not {type(value).__name__}.")
    if value and mode is not Mode.RELEASE:
        raise ValidationError(
            "`R CMD check` belongs to mode 'release'; nothing was analysed.",
            hint="Ask for mode 'release' too.",
        )
    return bool(value)


def _text(name: str, value: object) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        raise ValidationError(f"{name} must be a text, not {type(value).__name__}.")
    if "\0" in value or any("\ud800" <= character <= "\udfff" for character in value):
        raise ValidationError(f"{name} holds a character that no text may hold.")
    return value.strip()


def _home_expanded(path: str) -> str:
    """The path with `~` and `~user` replaced where there is such a home, as a shell does."""
    return os.path.expanduser(path)  # noqa: PTH111 - pathlib's raises where there is no such user


def _choice(name: str, value: str, default: Choice) -> Choice:
    if not value:
        return default
    kind = type(default)
    choices = [choice.value for choice in kind]
    if value.lower() in choices:
        return kind(value.lower())
    from difflib import get_close_matches

    near = get_close_matches(value.lower(), choices, n=1)
    guess = f" Did you mean {near[0]!r}?" if near else ""
    raise ValidationError(f"Unknown {name} {value!r}.{guess}", hint=f"Choose from: {', '.join(choices)}.")
