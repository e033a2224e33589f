from __future__ import annotations

from fixtures.plain_events import event
from phasegate.telemetry.live.lines import Filter, Tone, budget_tone, error_line, run_line

WHEN = {"timestamp": "2026-11-23T07:01:02.345Z"}


def test_colours_follow_the_budget() -> None:
    assert [budget_tone(seconds, 10.0) for seconds in (8.0, 8.1, 10.0, 10.1)] == [
        Tone.GOOD, Tone.WARNING, Tone.WARNING, Tone.BAD,
    ]  # fmt: skip


def test_a_run_says_when_what_how_and_how_long() -> None:
    words, tone = run_line(event(1, **WHEN))
    assert words.split() == ["07:01:02", "status", "default", "json", "1", "ok", "1.50", "s", "of", "5", "s"]
    assert tone is Tone.GOOD
    assert run_line(event(1, outcome="failed", **WHEN))[1] is Tone.BAD
    assert run_line(event(1, outcome="refused", duration_s=99, **WHEN))[1] is Tone.FAINT
    assert run_line(event(1, probe=True, **WHEN))[0].endswith("(probe)")


def test_an_error_says_how_bad_it_is_and_where() -> None:
    words, tone = error_line(
        event(
            1,
            "error",
            category="PluginError",
            severity="critical",
            type="ValueError",
            command="deps",
            mode="debug",
            **WHEN,
        )
    )
    assert words == "07:01:02 critical PluginError (ValueError) in deps --mode debug of 1"
    assert tone is Tone.BAD


def test_what_would_command_the_terminal_is_shown_by_its_code() -> None:
    words, _ = run_line(event(1, command="\x1b[2Jx", **WHEN))
    assert "\x1b" not in words


def test_a_filter_takes_what_has_each_of_its_values() -> None:
    assert Filter(["p"], command="status", mode="default").takes(event(1))
    assert not Filter(["p"], command="status", version="2").takes(event(1))
    assert Filter(["p"]).takes(event(1))
    assert not Filter(["other"]).takes(event(1))
