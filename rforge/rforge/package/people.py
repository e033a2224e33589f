"""Authors@R: who made a package, read from R code without R.

The code is `person(…)`, `c(person(…), …)` or `as.person("…")` with constants (Writing R Extensions, 1.1.1). Source of the
arguments, of how they are matched and of the grammar of `as.person`: `?utils::person` and its code in R 4.2.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rforge.package.rlexer import Kind, Token, tokens

if TYPE_CHECKING:
    from collections.abc import Iterable

MAX_CHARACTERS = 1 << 17
"""No more of the field is read; the longest real ones have a tenth of that."""

MAX_NAMES = 4096
"""No more characters of a text for `as.person` are read."""

_FORMALS = ("given", "family", "middle", "email", "role", "comment", "first", "last")
_ROLES = {"author": "aut", "creator": "cre", "contributor": "ctb", "copyright holder": "cph", "funder": "fnd"}
_ORCID = re.compile(r"\d{4}-\d{4}-\d{4}-\d{3}[\dX]")
_ORCID_ADDRESS = re.compile(rf"https?://orcid\.org/{_ORCID.pattern}")
_SEPARATOR = re.compile(r"\s?(?:,|,?\sand)\s+")
_GROUPS = re.compile(r"\([^)]*\)|\[[^\]]*\]|<[^>]*>")
_JUNIOR = frozenset(("jr", "jr."))
_VON = frozenset(("de", "den", "der", "la", "le", "ten", "van", "von"))


@dataclass(frozen=True)
class Person:
    """A person or an organisation; several given names stand in one text, several addresses too.

    Attributes:
        given: the given names, or the whole name of an organisation.
        family: the family name.
        email: the address.
        roles: MARC relator codes, such as `aut` and `cre`.
        orcid: the digits and hyphens of an ORCID iD.
    """

    given: str = ""
    family: str = ""
    email: str = ""
    roles: tuple[str, ...] = ()
    orcid: str = ""

    def __str__(self) -> str:
        """The person as Maintainer names it."""
        name = " ".join(part for part in (self.given, self.family) if part)
        return f"{name} <{self.email}>" if self.email else name


@dataclass(frozen=True)
class _Value:
    """What an expression stands for: texts with their names in the vector, or persons; NULL is neither."""

    texts: tuple[tuple[str, str], ...] = ()
    people: tuple[Person, ...] = ()

    @property
    def words(self) -> tuple[str, ...]:
        return tuple(text for _, text in self.texts if text.strip())


@dataclass
class _Call:
    """A call whose closing parenthesis is still to come."""

    function: str
    arguments: list[tuple[str, _Value]] = field(default_factory=list)
    name: str = ""
    value: _Value | None = None

    def end_argument(self) -> None:
        self.arguments.append((self.name, self.value or _Value()))
        self.name, self.value = "", None

    def result(self) -> _Value:
        if self.value is not None or self.name:
            self.end_argument()
        if self.function == "person":
            return _person(self.arguments)
        texts = tuple((name or own, text) for name, value in self.arguments for own, text in value.texts)
        if self.function == "as.person":
            return _Value(people=tuple(person for _, text in texts for person in as_people(text)))
        if self.function in ("paste", "paste0"):
            glue = " " if self.function == "paste" else ""
            return _Value((("", glue.join(text for name, text in texts if name != "sep")),))
        people = tuple(person for _, value in self.arguments for person in value.people)
        return _Value(texts, people) if self.function in ("c", "list", "") else _Value((), people)


def parse_people(text: str) -> tuple[Person, ...]:
    """The persons that the code in `text` stands for; it never fails, what is no such code names nobody."""
    code = [*tokens(text[:MAX_CHARACTERS])]
    calls = [_Call("")]
    for index, token in enumerate(code):
        following = code[index + 1] if index + 1 < len(code) else None
        before = code[index - 1] if index else None
        _take(calls, token, following, before)
    while len(calls) > 1:  # never closed: what stands there counts all the same
        result = calls.pop().result()
        calls[-1].value = result
    return calls[0].result().people


def _take(calls: list[_Call], token: Token, following: Token | None, before: Token | None) -> None:
    """Go on by one token; `calls` are those that are open, the innermost last."""
    next_text = following.text if following is not None and following.kind is Kind.OPERATOR else ""
    call = calls[-1]
    if token.kind is Kind.OPERATOR:
        if token.text == "(":
            is_call = before is not None and before.kind is Kind.NAME
            calls.append(_Call(before.text if before is not None and is_call else ""))
        elif token.text == ")" and len(calls) > 1:
            result = calls.pop().result()
            calls[-1].value = result
        elif token.text == ",":
            call.end_argument()
    elif next_text == "=":
        call.name = token.text
    elif token.kind is Kind.STRING:
        call.value = _Value((("", token.text),))


def _person(arguments: Iterable[tuple[str, _Value]]) -> _Value:
    """What `person()` gives: arguments by name, by a beginning of the name that only one has, then by their order."""
    matched: dict[str, _Value] = {}
    unnamed: list[_Value] = []
    for name, value in arguments:
        candidates = [name] if name in _FORMALS else [each for each in _FORMALS if each.startswith(name)]
        if name and len(candidates) == 1:
            matched[candidates[0]] = value
        elif not name:
            unnamed.append(value)
    matched.update(zip([formal for formal in _FORMALS if formal not in matched], unnamed))
    values = {formal: matched.get(formal, _Value()) for formal in _FORMALS}
    given = values["given"].words or values["first"].words
    comments = values["comment"].texts
    person = Person(
        " ".join((*given, *(part for text in values["middle"].words for part in text.split()))),
        " ".join(values["family"].words or values["last"].words),
        ", ".join(values["email"].words),
        tuple(_ROLES.get(role.lower(), role) for role in values["role"].words),
        _orcid(text for name, text in comments if name.upper() == "ORCID" or _ORCID_ADDRESS.fullmatch(text)),
    )
    return _Value(people=(person,) if person != Person() else ())


def _orcid(texts: Iterable[str]) -> str:
    found = (_ORCID.search(text) for text in texts)
    return next((match.group() for match in found if match), "")


def as_people(text: str) -> list[Person]:
    """The persons in a text such as `Ada Example [aut, cre] <ada@example.org> (comment), Ben Other`."""
    text = text[:MAX_NAMES]
    masked = _GROUPS.sub(lambda match: "z" * len(match.group()), text)
    parts: list[str] = []
    start = 0
    for match in (*_SEPARATOR.finditer(masked), None):
        part = text[start : match.start() if match else len(text)].strip()
        start = match.end() if match else start
        if part.lower() in _JUNIOR and parts:
            parts[-1] = f"{parts[-1]}, {part}"
        elif part:
            parts.append(part)
    return [_as_person(part) for part in parts]


def _as_person(text: str) -> Person:
    groups = _GROUPS.findall(text)
    inside = {kind: "".join(g[1:-1] for g in groups if g[0] == kind) for kind in "([<"}
    words = _GROUPS.sub(" ", text).split()
    family = [words.pop()] if words else []
    if family and family[0].lower() in _JUNIOR and words:
        family.insert(0, words.pop())
    for _ in range(2):
        if words and words[-1].lower() in _VON:
            family.insert(0, words.pop())
    roles = tuple(role for role in "".join(inside["["].split()).split(",") if role)
    email = ", ".join("".join(inside["<"].split()).split(","))
    return Person(" ".join(words), " ".join(family), email, roles, _orcid((inside["("],)))
