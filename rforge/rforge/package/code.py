"""R code scanned in one pass: which packages it uses, which objects it makes outside functions.

One regular expression finds what matters and passes over the rest. Every repetition in it is bounded by what follows, so
that no text needs more than linear time: strings and comments are taken whole, and what is never closed runs to the end.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rforge.package.roxygen import read_roxygen

if TYPE_CHECKING:
    from collections.abc import Callable

_NAME = r"(?:[^\W\d_.][\w.]*|\.[\w.]*)"
_RAW_STRING = (
    r"""[rR](?P<quote>["'])(?P<dashes>-*)(?:(?:\(.*?\)|\[.*?\]|\{.*?\})(?P=dashes)(?P=quote)|[\[({].*)"""
)
_CODE = re.compile(
    rf"""
    (?P<comment>\#[^\n]*) | \s{{4,}}
  | (?<![\w.]){_RAW_STRING}
  | "(?P<double>[^"\\]*(?:\\.[^"\\]*)*)(?:"|\\?\Z) | '(?P<single>[^'\\]*(?:\\.[^'\\]*)*)(?:'|\\?\Z)
  | (?<![\w.$@`])(?:
      (?P<function>function)\s*\(
    | (?P<load>library|require|requireNamespace|loadNamespace)\s*\(\s*
        (?P<around>["']?)(?P<loaded>[A-Za-z][\w.]*)(?P=around)\s*(?P<after>[,)])
    | (?:assign|setGeneric|delayedAssign|makeActiveBinding)\s*\(\s*(?:\w+\s*=\s*)?["'](?P<made>[^"'\\\n]+)["']
    | (?P<package>[A-Za-z][\w.]*)\s*(?P<reach>:::?)(?!:)\s*(?P<object>{_NAME}|[`"'][^`"'\n]+[`"'])?
    | (?P<defined>{_NAME})\s*(?:<<?-|=(?!=))
    )
  | `(?P<quoted>[^`\\]*(?:\\.[^`\\]*)*)(?:`|\\?\Z)
  | (?P<lambda>\\)\s*\(
  | (?P<open>[(\[{{]) | (?P<close>[)\]}}])
  | ->>?\s*(?P<target>{_NAME})
    """,
    re.VERBOSE | re.DOTALL,
)
_AFTER_NAME = re.compile(r"\s*(?P<operator><<?-|=(?!=)|:::?(?!:))(?:\s*(?P<object>[\w.]+|`[^`\n]+`))?")
_BLANKS = re.compile(r"(?:\s+|#[^\n]*)*")
_PACKAGE_WORD = re.compile(r"[A-Za-z][A-Za-z0-9.]*")
_MATCHES_BETWEEN_CHECKS = 500
_LONGEST_NAME = 200


@dataclass(frozen=True)
class Place:
    """Where something stands: a path in the package, and a line from 1."""

    file: str
    line: int


@dataclass(frozen=True)
class Use:
    """A place where another package is named; without an object it is the package as a whole.

    It `is_internal` where `:::` names it, which finds what is not exported too, and no data set.
    """

    package: str
    object: str
    file: str
    line: int
    is_internal: bool = False


@dataclass
class Code:
    """What one file of R code holds; the attributes are those of `Sources`."""

    file: str
    lines: int = 0
    roxygen_blocks: int = 0
    roxygen_exports: frozenset[str] = frozenset()
    mentioned: set[str] = field(default_factory=set)
    uses: list[Use] = field(default_factory=list)
    loads: list[Use] = field(default_factory=list)
    definitions: dict[str, Place] = field(default_factory=dict)


def read_code(text: str, path: str, check: Callable[[], None]) -> Code:
    """What the file `path` of R code with this `text` holds; `check` is called now and then."""
    roxygen = read_roxygen(text, check)
    lines = sum(1 for line in text.split("\n") if (bare := line.strip()) and bare[0] != "#")
    code = Code(path, lines, roxygen.blocks, roxygen.exports)
    scan = _Scan(text, code)
    for count, match in enumerate(_CODE.finditer(text)):
        if count % _MATCHES_BETWEEN_CHECKS == 0:
            check()
        scan.take(match)
    return code


class _Scan:
    """Walks over what matters in a file, and knows whether that stands inside a function or a call."""

    def __init__(self, text: str, code: Code) -> None:
        self.text = text
        self.code = code
        self.seen: set[tuple[str, str, str]] = set()
        self.line, self.counted = 1, 0
        # For each bracket that is open: whether code in it is run when the package is loaded, and whether it
        # holds the arguments or the body of a function.
        self.open: list[tuple[bool, bool]] = []
        self.body_end = 0  # up to here the text is a function's body that stands in no brace

    def take(self, match: re.Match[str]) -> None:
        group = match.lastgroup
        if group == "comment":
            return
        if group in ("open", "function", "lambda"):
            self._open(match, is_function=group != "open")
        elif group == "close":
            self._close(match.end())
        elif group in ("double", "single"):
            self._take_text(match, match[group])
        elif group == "quoted":
            self._take_name(match, match[group])
        elif group in ("reach", "object"):
            self._use(match.start(), match["package"], (match["object"] or "").strip("`\"'"), match["reach"])
        elif group in ("defined", "target"):
            self._define(match.start(), match[group])
        elif group == "made":
            self._define(match.start(), match["made"])
            self.open.append((False, False))
        elif group == "after":
            self._load(match)

    def _open(self, match: re.Match[str], *, is_function: bool) -> None:
        is_body = is_function or self._is_body(match.start())
        is_run = match.group() == "{" and not is_body and (not self.open or self.open[-1][0])
        self.open.append((is_run, is_function or (is_body and match.group() == "{")))

    def _close(self, end: int) -> None:
        """Behind the arguments of a function comes its body; what follows in that line is taken for a part of it."""
        _, is_function = self.open.pop() if self.open else (False, False)
        if is_function:
            blanks = _BLANKS.match(self.text, end) if self.text[end - 1] == ")" else None
            line_end = self.text.find("\n", blanks.end() if blanks else end)
            self.body_end = len(self.text) if line_end < 0 else line_end

    def _is_body(self, position: int) -> bool:
        return position < self.body_end

    def _take_text(self, match: re.Match[str], text: str) -> None:
        if _PACKAGE_WORD.fullmatch(text):
            self.code.mentioned.add(text)
        self._take_name(match, text)

    def _take_name(self, match: re.Match[str], name: str) -> None:
        """A quoted name, or a string: what follows says whether it is a package or an object that is made."""
        if (
            not name
            or len(name) > _LONGEST_NAME
            or self.text[match.start() - 1 : match.start()] in ("$", "@")
        ):
            return
        after = _AFTER_NAME.match(self.text, match.end())
        if after is None:
            return
        if after["operator"].startswith(":"):
            if _PACKAGE_WORD.fullmatch(name):
                self._use(match.start(), name, (after["object"] or "").strip("`"), after["operator"])
        else:
            self._define(match.start(), name)

    def _use(self, position: int, package: str, name: str, operator: str) -> None:
        if (package, name, operator) not in self.seen:
            self.seen.add((package, name, operator))
            line = self._line_of(position)
            self.code.uses.append(Use(package, name, self.code.file, line, operator == ":::"))

    def _load(self, match: re.Match[str]) -> None:
        self.code.mentioned.add(match["loaded"])
        if match["load"] in ("library", "require"):
            self.code.loads.append(Use(match["loaded"], "", self.code.file, self._line_of(match.start())))
        if match["after"] == ",":
            self.open.append((False, False))

    def _define(self, position: int, name: str) -> None:
        if (not self.open or self.open[-1][0]) and not self._is_body(position):
            self.code.definitions.setdefault(name, Place(self.code.file, self._line_of(position)))

    def _line_of(self, position: int) -> int:
        self.line += self.text.count("\n", self.counted, position)
        self.counted = position
        return self.line
