"""TOML under inspection: hands out typed values and collects every mistake under its full key."""

from __future__ import annotations

import posixpath
import re
import sys
import unicodedata
from difflib import get_close_matches
from enum import Enum
from typing import TYPE_CHECKING, Any, Callable, TypeVar

from phasegate.errors import ErrorCode, PhasegateError

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_SECONDS_PER_UNIT = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_LONGEST_S = 3650 * 86400
_DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*([smhd])")
_BRANCH = re.compile(
    r"(?![-/.])(?!@$)(?!.*(?:\.\.|//|/\.|@\{|\.lock(?:/|$)))[^\s\x00-\x1f\x7f~^:?*\[\\]+(?<![/.])"
)
_GIT_FOLDER = re.compile(r"(?:\.git|git~\d+)(?:[. :].*)?", re.IGNORECASE)
_LONGEST_NAME = 100
_LONGEST_BRANCH = 200
_LONGEST_PATH_BYTES = 255
_FOLDER = re.compile(r"(?!/)(?![A-Za-z]:)(?!.*(?:^|/)\.\.(?:/|$))[^\x00-\x1f\\]+")

T = TypeVar("T")
Choice = TypeVar("Choice", bound=Enum)


def read_toml(name: str, content: bytes) -> dict[str, Any]:
    """The document in `content`; `name` is what an error calls the file.

    Raises:
        PhasegateError: `config-invalid`.
    """
    try:
        return tomllib.loads(content.decode("utf-8"))
    except (ValueError, RecursionError) as error:  # too deep, or a number beyond all bounds
        raise PhasegateError(
            ErrorCode.CONFIG_INVALID, f"{name} cannot be read.", why=str(error), hint="Mend the file."
        ) from error


def refuse_mistakes(where: str, mistakes: Sequence[str]) -> None:
    """Raise `config-invalid` with every mistake in the file called `where`, if there is one."""
    if mistakes:
        raise PhasegateError(
            ErrorCode.CONFIG_INVALID,
            f"{where} has {len(mistakes)} mistake{'s' if len(mistakes) > 1 else ''}.",
            hint="Mend the keys above and repeat the command; nothing was changed.",
            details=tuple(mistakes),
        )


class Table:
    """A TOML table under inspection: hands out values, collects mistakes under their full key."""

    def __init__(self, value: object, key: str, mistakes: list[str]) -> None:
        self.key = key
        self.mistakes = mistakes
        self.items: dict[str, Any] = value if isinstance(value, dict) else {}
        if not isinstance(value, dict):
            self.wrong("", "must be a table")

    def wrong(self, name: str, sentence: str) -> None:
        """Note a mistake in `name` of this table (in the table itself if `name` is empty)."""
        key = ".".join(part for part in (self.key, name) if part) or "[tool.phasegate]"
        self.mistakes.append(f"{key if key.isprintable() else ascii(key)}: {sentence}")

    def only(self, known: Iterable[str]) -> None:
        """Note every key that is none of `known`, with its nearest neighbour."""
        known = list(known)
        for name in self.items:
            if name not in known:
                near = get_close_matches(name, known, n=1)
                self.wrong(name, f"unknown key{f'; did you mean {near[0]!r}?' if near else ''}")

    def get(self, name: str, default: T, parse: Callable[[Any], T]) -> T:
        """The value of `name` by `parse`, whose ValueError is noted as a mistake."""
        if name not in self.items:
            return default
        try:
            return parse(self.items[name])
        except ValueError as error:
            self.wrong(name, str(error))
            return default

    def table(self, name: str) -> Table:
        """The table `name`; one that is absent is empty."""
        return Table(self.items.get(name, {}), f"{self.key}.{name}" if self.key else name, self.mistakes)

    def tables(self, name: str) -> dict[str, Table]:
        """The tables in table `name`, by their names."""
        parent = self.table(name)
        return {child: parent.table(child) for child in parent.labels()}

    def labels(self) -> tuple[str, ...]:
        """Its keys, where they are names that the user gives; one that can be none is noted as a mistake."""
        for name in self.items:
            try:
                label(name)
            except ValueError as error:
                self.wrong(name or "''", str(error))
        return tuple(self.items)


def text(value: object) -> str:
    """A non-empty text on one line."""
    if not isinstance(value, str) or not value or not value.isprintable():
        raise ValueError("must be a non-empty text on one line")
    return value


def label(value: object) -> str:
    """What something is called: a text on one line that no program takes for an option."""
    if text(value).startswith("-") or len(str(value)) > _LONGEST_NAME:
        raise ValueError(f"must not start with '-', nor be longer than {_LONGEST_NAME} characters")
    return str(value)


def boolean(value: object) -> bool:
    """True or false."""
    if not isinstance(value, bool):
        raise ValueError("must be true or false")  # noqa: TRY004 - every mistake is a ValueError here
    return value


def positive(value: object) -> int:
    """A whole number of 1 or more."""
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise ValueError("must be a whole number of 1 or more")
    return value


def branch(value: object) -> str:
    """A branch or remote name that git and file systems accept."""
    if not isinstance(value, str) or not is_ref_name(value) or not value.isprintable():
        raise ValueError("must be a branch or remote name that git accepts")
    if len(value) > _LONGEST_BRANCH:
        raise ValueError(
            f"must not be longer than {_LONGEST_BRANCH} characters: file systems would not take it"
        )
    return value


def is_ref_name(text: str) -> bool:
    """Whether git takes `text` for a ref's name below a folder such as `refs/heads/`."""
    return _BRANCH.fullmatch(text) is not None


def folder(value: object) -> str:
    """A path below the repository, with forward slashes; none of git's own."""
    if not isinstance(value, str) or not _FOLDER.fullmatch(value) or any(map(_is_gits, value.split("/"))):
        raise ValueError("must be a path below the repository, with forward slashes")
    if len(value.encode("utf-8", "surrogatepass")) > _LONGEST_PATH_BYTES:
        raise ValueError(
            f"must not be longer than {_LONGEST_PATH_BYTES} bytes: file systems would not take it"
        )
    return posixpath.normpath(value)


def file(value: object) -> str:
    """The same for a file."""
    path = folder(value)
    if path == ".":
        raise ValueError("must be a file below the repository")
    return path


def _is_gits(part: str) -> bool:
    """Whether any file system takes `part` for `.git`; some do not see format characters, or what follows a dot."""
    visible = "".join(c for c in part if unicodedata.category(c) != "Cf")
    return _GIT_FOLDER.fullmatch(visible) is not None


def variable(value: object) -> str:
    """An environment variable's name."""
    if not isinstance(value, str) or not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", value):
        raise ValueError("must be the name of an environment variable (the URLs themselves are secrets)")
    return value


def tag_format(value: object) -> str:
    """A tag with `{version}` in it once."""
    text = value if isinstance(value, str) else ""
    branch(text.replace("{version}", "1.2.3"))
    if text.count("{version}") != 1 or re.search(r"[{}]", text.replace("{version}", "")):
        raise ValueError("must hold {version} once, and no other braces")
    return text


def duration_s(value: object) -> float:
    """Seconds, from a number or from a text such as `24h`; ten years at most."""
    match = _DURATION.fullmatch(value) if isinstance(value, str) else None
    if match is not None:
        seconds = float(match[1]) * _SECONDS_PER_UNIT[match[2]]
    else:
        seconds = value if isinstance(value, (int, float)) and not isinstance(value, bool) else -1.0
    if not 0 <= seconds <= _LONGEST_S:
        raise ValueError("must be seconds, or a number with s, m, h or d, such as '24h'")
    return float(seconds)


def limit_s(value: object) -> float:
    """A duration above zero."""
    seconds = duration_s(value)
    if seconds == 0:
        raise ValueError("must be longer than nothing")
    return seconds


def optional(parse: Callable[[Any], str]) -> Callable[[Any], str | None]:
    """What `parse` takes, or `false` for none."""
    return lambda value: None if value is False else parse(value)


def one_of(words: Sequence[str]) -> Callable[[Any], str]:
    """One of `words`."""

    def parse_word(value: object) -> str:
        if value not in words:
            raise ValueError(f"must be one of {', '.join(words)}")
        return str(value)

    return parse_word


def choice_of(kind: type[Choice]) -> Callable[[Any], Choice]:
    """One of the values of an Enum."""
    parse_word = one_of([member.value for member in kind])
    return lambda value: kind(parse_word(value))


def list_of(parse: Callable[[Any], str]) -> Callable[[Any], tuple[str, ...]]:
    """A list of what `parse` takes."""

    def parse_list(value: object) -> tuple[str, ...]:
        if not isinstance(value, list):
            raise ValueError("must be a list")  # noqa: TRY004 - every mistake is a ValueError here
        return tuple(parse(item) for item in value)

    return parse_list
