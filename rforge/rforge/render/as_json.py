"""A report as JSON."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from rforge.render.document import as_document

if TYPE_CHECKING:
    from rforge.report import Report


def render(report: Report) -> str:
    """The report as one JSON object, indented by two spaces."""
    return json.dumps(as_document(report), ensure_ascii=False, indent=2, allow_nan=False)
