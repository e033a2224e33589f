"""The YAML header ("frontmatter") of a Markdown file, with the line of every key.

PyYAML reads it, because clients read YAML and a parser of our own would agree with them by luck. The text is only
composed to nodes, never constructed to objects: nothing runs, and an alias cannot blow up.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    import yaml

_HEADER = re.compile(
    r"---[ \t]*\r?\n(?P<yaml>.*?)^---[ \t]*(?:\r?\n|\Z)(?P<body>.*)", re.DOTALL | re.MULTILINE
)
_TAG = "tag:yaml.org,2002:"


class Kind(str, Enum):
    """What kind of value stands under a key."""

    TEXT = "text"
    TRUTH = "true or false"
    TEXTS = "list of texts"
    OTHER = "something else"


@dataclass(frozen=True)
class Value:
    """A value of a header: its kind, its line in the file, its texts (one, or those of a list)."""

    kind: Kind
    line: int
    texts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Header:
    """A file's header and what follows it."""

    values: Mapping[str, Value]
    body: str


class HeaderError(ValueError):
    """A header that cannot be read, and the line on which it breaks."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line


def read_header(text: str) -> Header:
    """Split a Markdown file.

    Raises:
        HeaderError: there is no header, or it is no YAML mapping, or a key stands twice.
    """
    match = _HEADER.match(text)
    if match is None:
        raise HeaderError(1, "must start with a header between two lines of '---'")
    return Header(_compose(match["yaml"]), match["body"])


def _compose(text: str) -> dict[str, Value]:
    import yaml

    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 2 if error.problem_mark else 1
        sentence = f"no YAML: {error.problem}; quote a value that holds [ ] : or #"
        raise HeaderError(line, sentence) from error
    except (
        yaml.YAMLError,
        RecursionError,
        ValueError,
        OverflowError,
    ) as error:  # too deep, or no such character
        raise HeaderError(1, f"no YAML: {' '.join(str(error).split())}") from error
    if not isinstance(node, yaml.MappingNode):
        raise HeaderError(2, "the header must hold lines of 'key: value'")
    values: dict[str, Value] = {}
    for key_node, value_node in node.value:
        key, line = str(key_node.value), key_node.start_mark.line + 2
        if key in values:
            raise HeaderError(line, f"{key}: the key stands twice")
        values[key] = _value(value_node, line)
    return values


def _value(node: yaml.Node, line: int) -> Value:
    children = node.value if isinstance(node.value, list) else []
    if node.tag == f"{_TAG}str":
        return Value(Kind.TEXT, line, (str(node.value),))
    if node.tag == f"{_TAG}bool":
        return Value(Kind.TRUTH, line, (str(node.value),))
    if node.tag == f"{_TAG}seq" and all(child.tag == f"{_TAG}str" for child in children):
        return Value(Kind.TEXTS, line, tuple(str(child.value) for child in children))
    return Value(Kind.OTHER, line)
