from __future__ import annotations

import json

import pytest

from fixtures.reports import RUNS, make, nothing
from phasegate.telemetry.reading import Quality
from phasegate.telemetry.reports.report import Setting


def test_adoption_is_the_share_of_active_installs_that_have_the_public_version_now() -> None:
    assert make().adoption == 2 / 8


def test_adoption_is_not_known_without_installs_or_a_public_version() -> None:
    assert nothing().adoption is None
    assert make(setting=Setting()).adoption is None


def test_a_rollback_reached_everybody_where_no_active_install_is_on_a_withdrawn_version() -> None:
    assert make().reach == (("1.0.0", 6),)
    assert make(setting=Setting(withdrawn={"0.9.0": "why"})).reach == (("0.9.0", 0),)


def test_health_is_what_succeeds_in_time_and_starts() -> None:
    assert make().health_score == pytest.approx(100 * 0.97 * 0.98)
    assert make(quality=Quality(started=3, not_started=1)).health_score == pytest.approx(75 * 0.97 * 0.98)
    assert nothing().health_score is None


@pytest.mark.parametrize("report", [make(), nothing()], ids=["much", "nothing"])
def test_its_json_is_json_without_numbers_that_are_none(report: object) -> None:
    text = json.dumps(report.as_json(), allow_nan=False)  # type: ignore[attr-defined]
    assert json.loads(text)["schema"] == 1


def test_its_json_has_what_was_counted_and_what_follows_from_it() -> None:
    told = make().as_json()
    assert told["totals"]["served"] == RUNS.served == 100
    assert told["totals"]["error_rate"] == 0.03
    assert told["table"][0]["command"] == "status"
    assert told["reach"] == {"1.0.0": 6}
