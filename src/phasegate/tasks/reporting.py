"""`invoke report`, `report.validate`, `report.usage`: what a plugin's events say of a span of time."""

from __future__ import annotations

import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from phasegate.errors import ErrorCode, PhasegateError
from phasegate.tasks.frame import (
    fail_after_result,
    open_desk,
    print_json,
    refuse_combination,
    seconds_of,
    verb,
    writing,
)
from phasegate.terminal import printable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from invoke.context import Context

    from phasegate.rollout.desk import Desk
    from phasegate.telemetry.reading import Window
    from phasegate.telemetry.reports.document import Document
    from phasegate.telemetry.reports.report import Report

FORMATS = ("terminal", "markdown", "json", "html")


@verb(
    period="The last day, week or month.",
    format="terminal, markdown, json or html.",
    out="Write it to this file instead of stdout.",
)
def report(
    context: Context,  # noqa: ARG001 - Invoke's form
    period: str = "day",
    format: str = "terminal",  # noqa: A002 - what users call it
    out: str | None = None,
    json: bool = False,
    sandbox: str | None = None,
) -> None:
    """What the plugin's events say of the last day, week or month."""
    from phasegate.telemetry.reports.period import Period

    chosen = next((each for each in Period if each.word == period), None)
    if chosen is None:
        raise refuse_combination(f"There is no period {period!r}.", "Choose day, week or month.")
    form = "json" if json else format
    if form not in FORMATS:
        raise refuse_combination(f"There is no format {form!r}.", f"Choose {', '.join(FORMATS)}.")
    _write(_make(open_desk(sandbox), chosen.window(time.time())), form, out)


@verb(since="How far back: such as 24h or 7d.")
def validate(
    context: Context,  # noqa: ARG001 - Invoke's form
    since: str = "24h",
    json: bool = False,
    sandbox: str | None = None,
) -> None:
    """Whether the release in use keeps what was promised of it: quantiles, error rate, adoption, modes."""
    from phasegate.telemetry.reports.validation import overall
    from phasegate.telemetry.reports.validation import validate as validate_report
    from phasegate.verdict import Verdict

    made = _make(open_desk(sandbox), _window(since))
    checks = validate_report(made)
    verdict = overall(checks)
    if json:
        rows = [{"subject": c.subject, "verdict": c.verdict.value, "reason": c.reason} for c in checks]
        print_json({"schema": 1, "since": since, "verdict": verdict.value, "checks": rows})
    else:
        lines = [f"{check.verdict.value:<13} {check.subject}: {check.reason}" for check in checks]
        print("\n".join(map(printable, [*lines, f"{verdict.value}: {len(checks)} checks"])))
    failed = tuple(f"{c.subject}: {c.reason}" for c in checks if c.verdict is Verdict.FAIL)
    doubted = tuple(
        f"{c.subject}: {c.reason}" for c in checks if c.verdict not in (Verdict.FAIL, Verdict.PASS)
    )
    if failed:
        _fail(
            ErrorCode.RELEASE_UNHEALTHY,
            failed,
            "Look at `invoke report`; take it back with `invoke rollback --quick`.",
        )
    if doubted:
        _fail(ErrorCode.TELEMETRY_MISSING, doubted, "Look further back with --since, or wait.")


@verb(since="How far back: such as 24h or 7d.")
def usage(
    context: Context,  # noqa: ARG001 - Invoke's form
    since: str = "24h",
    json: bool = False,
    sandbox: str | None = None,
) -> None:
    """Who used what: commands, modes, formats, versions, and what version 1 could do already."""
    from phasegate.telemetry.reports.document import Document, document_of

    made = _make(open_desk(sandbox), _window(since))
    if json:
        whole = made.as_json()
        parts = (
            "schema",
            "plugin",
            "since",
            "until",
            "table",
            "modes",
            "formats",
            "audience",
            "adoption",
            "explicit",
        )
        print_json({part: whole[part] for part in parts})
        return
    document = document_of(made)
    wanted = [section for section in document.sections if section.key in ("usage", "commands", "read")]
    _print(Document(f"{made.plugin}: usage", document.about, tuple(wanted)))


def _make(desk: Desk, window: Window) -> Report:
    """The report of a window, with what the ledger knows; raises what `make_report_of` raises."""
    from phasegate.rollout.watching.looking import make_report_of

    with _patiently(desk):
        return make_report_of(desk, window)


@contextmanager
def _patiently(desk: Desk) -> Iterator[None]:
    began_s = time.monotonic()
    yield
    took_s = time.monotonic() - began_s
    if took_s > 1:
        desk.say(f"read in {took_s:.1f} s")


def _window(since: str) -> Window:
    from phasegate.telemetry.reading import Window

    length_s = seconds_of(since)
    now_s = time.time()
    return Window(now_s - length_s, now_s)


def _write(made: Report, form: str, out: str | None) -> None:
    from phasegate.telemetry.reports.document import document_of

    if form == "terminal" and out is None:
        _print(document_of(made))
        return
    text = _text(made, form)
    if out is None:
        print(text, end="")
    else:
        with writing(out):
            Path(out).write_text(text, encoding="utf-8")
        print(f"written: {out}")


def _text(made: Report, form: str) -> str:
    import json as json_library

    from phasegate.telemetry.reports.document import document_of
    from phasegate.telemetry.reports.markdown import write_markdown
    from phasegate.telemetry.reports.page import write_page

    if form == "json":
        return json_library.dumps(made.as_json(), indent=2) + "\n"
    document = document_of(made)
    return write_page(document) if form == "html" else write_markdown(document)


def _print(document: Document) -> None:
    from rich.console import Console

    from phasegate.telemetry.reports.terminal import print_document

    print_document(Console(), document)


def _fail(code: ErrorCode, details: tuple[str, ...], hint: str) -> None:
    fail_after_result(PhasegateError(code, code.meaning, details=details, hint=hint))
