from __future__ import annotations

import json
import os

from rforge.render.as_json import as_document, describe_document, render
from rforge.report import Lines, table
from rforge.request import Mode, Request


def test_a_report_is_an_envelope_with_the_blocks_by_their_keys(report) -> None:
    request = Request(path="here", context="medfit", mode=Mode.DEBUG)
    assert json.loads(render(report(request=request, suggestion="Try it."))) == {
        "schema": 1,
        "command": "status",
        "mode": "debug",
        "path": "here",
        "context": "medfit",
        "time": "2026-01-02T03:04:05Z",
        "timings": {
            "budget_s": 5.0,
            "budget_is_hard": True,
            "search_s": 0.1,
            "reading_s": 0.2,
            "judging_s": 0.3,
            "elapsed_s": 0.6,
        },
        "partial": False,
        "unread": [],
        "warnings": [],
        "suggestion": "Try it.",
        "rows": [
            {"severity": "error", "name": "medfit", "parts": ["a", "b"], "points": 17.5},
            {"severity": "note", "name": "", "parts": [], "points": None},
        ],
        "none": [],
        "tree": ["a", "  b", "  c|d"],
        "packages": [{"is_meta": False, "fruit": "apple"}],
    }


def test_a_file_name_that_is_no_text_leaves_a_document_that_everybody_can_read(report) -> None:
    name = os.fsdecode(b"b\xff\xc3\xa4.R")
    rows = table("rows", "Rows", {"a": "A", "b": "B"}, [(name, (name,))])
    document = as_document(
        report(blocks=(rows, Lines("tree", "T", (name,))), unread=(name,), warnings=(name,))
    )
    shown = "b\ufffdä.R"
    assert document["rows"] == [{"a": shown, "b": [shown]}]
    assert (document["tree"], document["unread"], document["warnings"]) == ([shown], [shown], [shown])
    json.dumps(document, ensure_ascii=False).encode("utf-8")


def test_a_partial_report_is_marked(report) -> None:
    document = as_document(report(partial=True, unread=("probmed",), warnings=("Look.",)))
    assert (document["partial"], document["unread"], document["warnings"]) == (True, ["probmed"], ["Look."])


def test_the_schema_names_every_member_of_the_envelope(report) -> None:
    envelope = as_document(report(blocks=()))
    assert list(describe_document()["properties"]) == describe_document()["required"]
    assert set(describe_document()["properties"]) == set(envelope)
    assert set(describe_document()["properties"]["timings"]["properties"]) == set(envelope["timings"])
