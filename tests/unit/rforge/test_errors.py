from __future__ import annotations

import pytest

from rforge.errors import (
    HEAD,
    TAIL,
    MCPServerError,
    PluginError,
    Policy,
    RforgeError,
    Severity,
    TimeBudgetExceeded,
    ValidationError,
    shortened,
)


@pytest.mark.parametrize(
    ("category", "severity", "policy"),
    [
        (ValidationError, Severity.LOW, Policy.FRIENDLY_MESSAGE),
        (TimeBudgetExceeded, Severity.MEDIUM, Policy.PARTIAL_RESULT),
        (MCPServerError, Severity.HIGH, Policy.RETRY_THEN_FALL_BACK),
        (PluginError, Severity.CRITICAL, Policy.DISABLE_FEATURE),
    ],
)
def test_each_category_has_its_severity_and_policy(
    category: type[RforgeError], severity: Severity, policy: Policy
) -> None:
    assert (category.severity, category.policy) == (severity, policy)


def test_the_hint_follows_the_message() -> None:
    assert str(ValidationError("No.", hint="Yes.")) == "No.\nYes."
    assert str(ValidationError("No.")) == "No."


def test_a_plugin_error_names_what_is_switched_off() -> None:
    assert str(PluginError("mode-system", "broken.")) == "mode-system is switched off: broken."


def test_a_long_message_keeps_its_beginning_and_its_end() -> None:
    message = f"There is no folder {'x' * 100_000!r}, alas."
    assert shortened(message) == ValidationError(message).message
    assert shortened(message).startswith("There is no folder 'xxx")
    assert shortened(message).endswith("xxx', alas.")
    assert len(shortened(message)) == HEAD + TAIL + len(" … ")
    assert shortened("x" * (HEAD + TAIL)) == "x" * (HEAD + TAIL)
