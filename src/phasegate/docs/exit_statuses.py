"""The page of exit statuses, from the one table of errors."""

from __future__ import annotations

from phasegate.docs.page import NOTE, Page, table
from phasegate.errors import ErrorCode

_INTRODUCTION = """\
Every command ends with one of these. A status keeps its meaning for ever; scripts may rely on it, and on the reference
that stands in brackets in the message and under `code` in `--json`.
"""


def render() -> str:
    """The page as Markdown."""
    codes = sorted(ErrorCode, key=lambda code: code.exit_status)
    rows = [("0", "", "All is well.")]
    rows += [(str(code.exit_status), f"`{code.reference}`", code.meaning) for code in codes]
    return "\n".join(
        ["# Exit statuses", "", NOTE, "", _INTRODUCTION, table(("status", "code", "meaning"), rows), ""]
    )


PAGE = Page("docs/reference/exit-statuses.md", render)
