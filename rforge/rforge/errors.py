"""Four categories of errors, each with the policy by which the boundary (`rforge.tools`) answers it."""

from __future__ import annotations

from enum import Enum
from typing import ClassVar

HEAD, TAIL = 300, 200
"""How many characters of the beginning and of the end are kept of a text that is longer than both."""


class Severity(Enum):
    """How bad an error is for the user."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"


class Policy(Enum):
    """What is done about an error."""

    FRIENDLY_MESSAGE = "show a friendly message"
    PARTIAL_RESULT = "answer with what is done so far"
    RETRY_THEN_FALL_BACK = "try once more, then answer with the error"
    DISABLE_FEATURE = "switch the feature off and go on"


def shortened(text: str) -> str:
    """A text that repeats what somebody gave, which may be as long as they like."""
    return text if len(text) <= HEAD + TAIL else f"{text[:HEAD]} … {text[-TAIL:]}"


class RforgeError(Exception):
    """A foreseen stop; `hint` says what to do next."""

    severity: ClassVar[Severity]
    policy: ClassVar[Policy]

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = shortened(message)
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message}\n{self.hint}" if self.hint else self.message


class ValidationError(RforgeError):
    """What the user asked for does not make sense."""

    severity = Severity.LOW
    policy = Policy.FRIENDLY_MESSAGE


class TimeBudgetExceeded(RforgeError):  # noqa: N818 - the name that the requirement gives this category
    """The time budget ran out."""

    severity = Severity.MEDIUM
    policy = Policy.PARTIAL_RESULT

    def __init__(self, budget_s: float) -> None:
        super().__init__(f"The time budget of {budget_s:g} s is used up.")
        self.budget_s = budget_s


class MCPServerError(RforgeError):
    """The server could not do its work, for a reason that may pass."""

    severity = Severity.HIGH
    policy = Policy.RETRY_THEN_FALL_BACK


class PluginError(RforgeError):
    """A part of the plugin itself is broken; `feature` is what is switched off."""

    severity = Severity.CRITICAL
    policy = Policy.DISABLE_FEATURE

    def __init__(self, feature: str, message: str) -> None:
        super().__init__(f"{feature} is switched off: {message}")
        self.feature = feature


class Cancelled(Exception):  # noqa: N818 - a wish of the caller's, no error
    """The answer is not wanted any more."""
