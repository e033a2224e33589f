from __future__ import annotations

from phasegate.telemetry.exports.alertmanager import alertmanager_document
from phasegate.telemetry.severity import Severity


def test_each_severity_has_a_route_and_a_receiver_of_its_name() -> None:
    document = alertmanager_document("http://127.0.0.1:9/hook/")
    names = [severity.value for severity in Severity]
    assert [route["receiver"] for route in document["route"]["routes"]] == names
    receivers = {receiver["name"]: receiver for receiver in document["receivers"]}
    assert receivers["high"]["webhook_configs"][0]["url"] == "http://127.0.0.1:9/hook/high"
    assert document["route"]["group_by"] == ["plugin", "version"]


def test_without_a_webhook_receivers_tell_nobody() -> None:
    assert all(set(receiver) == {"name"} for receiver in alertmanager_document(None)["receivers"])


def test_nothing_keeps_low_from_being_told() -> None:
    targets = [rule["target_matchers"] for rule in alertmanager_document(None)["inhibit_rules"]]
    assert targets
    assert not any("low" in matcher for matchers in targets for matcher in matchers)
