"""GitHub's expressions, `${{ … }}`: those few that workflows without logic need. Any other is an error that names it.

Values are literals, names (`matrix.python`) and functions; two values may be compared with `==` or `!=`.
Source: https://docs.github.com/actions/reference/workflows-and-actions/expressions
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from workflows.errors import WorkflowError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_TEMPLATE = re.compile(r"\$\{\{(.*?)\}\}", re.DOTALL)
_VALUE = r"'(?:[^']|'')*'|[\w.-]+(?:\([^()]*\))?"
_COMPARISON = re.compile(rf"\s*({_VALUE})\s*(?:(==|!=)\s*({_VALUE})\s*)?")
_CALL = re.compile(r"(\w+)\(([^()]*)\)")
_STATUSES = ("always", "success", "failure")


@dataclass(frozen=True)
class Scope:
    """What an expression can see: the contexts by name, the folder that `hashFiles` reads, and how all went so far."""

    contexts: Mapping[str, Any] = field(default_factory=dict)
    folder: Path | None = None
    succeeded: bool = True


def fill(text: str, scope: Scope) -> str:
    """`text` with each `${{ … }}` replaced by its value.

    Raises:
        WorkflowError: an expression that is not among those few, or a name that there is not.
    """
    return _TEMPLATE.sub(lambda found: _as_text(evaluate(found[1], scope)), text)


def holds(condition: str, scope: Scope) -> bool:
    """Whether an `if:` holds: one without a status function asks for success too. Raises as `fill` does."""
    expression = _TEMPLATE.sub(lambda found: found[1], condition).strip() or "success()"
    asks_status = any(f"{name}(" in expression for name in _STATUSES)
    return bool(evaluate(expression, scope)) and (asks_status or scope.succeeded)


def asks_always(condition: str) -> bool:
    """Whether an `if:` lets a job begin although what it needs did not succeed."""
    return "always()" in condition or "failure()" in condition


def evaluate(expression: str, scope: Scope) -> Any:
    """The value of one expression; raises as `fill` does."""
    found = _COMPARISON.fullmatch(expression)
    if found is None:
        raise WorkflowError(
            f"the expression {expression.strip()!r} is not among those that are understood here"
        )
    value = _value(found[1], scope)
    if found[2] is None:
        return value
    return (value == _value(found[3], scope)) is (found[2] == "==")


def _value(text: str, scope: Scope) -> Any:
    if text.startswith("'"):
        return text[1:-1].replace("''", "'")
    call = _CALL.fullmatch(text)
    if call:
        return _call(call[1], call[2].strip(), scope)
    if text in ("true", "false"):
        return text == "true"
    return _look_up(text, scope)


def _call(name: str, argument: str, scope: Scope) -> Any:
    if name in _STATUSES and not argument:
        return {"always": True, "success": scope.succeeded, "failure": not scope.succeeded}[name]
    if name == "toJSON":
        return json.dumps(_value(argument, scope), indent=2)
    if name == "hashFiles" and scope.folder is not None:
        pattern = str(_value(argument, scope))
        files = sorted(path for path in scope.folder.glob(pattern) if path.is_file())
        contents = b"".join(hashlib.sha256(path.read_bytes()).digest() for path in files)
        return hashlib.sha256(contents).hexdigest() if files else ""
    raise WorkflowError(f"the function {name}({argument}) is not among those that are understood here")


def _look_up(name: str, scope: Scope) -> Any:
    value: Any = scope.contexts
    if name.startswith("github.event."):  # an event has what its kind has; the rest is empty on GitHub too
        return ""
    for part in name.split("."):
        if not isinstance(value, dict) or part not in value:
            raise WorkflowError(f"there is no {name!r} here (GitHub would take it for empty)")
        value = value[part]
    return value


def _as_text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (dict, list)):
        raise WorkflowError(f"{value!r} is no text: use toJSON()")
    return str(value)
