"""A case: the policy and the counts of a release as one JSON text, which replays to the same decision."""

from __future__ import annotations

import hashlib
import json

from phasegate.strict_json import read_json
from phasegate.telemetry.judge.observation import Observation
from phasegate.telemetry.judge.policy import Policy

SCHEMA = 1
"""The schema of a case, and with it the formulas: a change of either is a new number."""


def write_case(policy: Policy, observation: Observation) -> str:
    """The case in canonical JSON: keys sorted, nothing between, one line.

    Counts that are no numbers are written as `NaN`, so that even such a case has a hash; it cannot be read again.
    """
    content = {"schema": SCHEMA, "policy": policy.as_json(), "observation": observation.as_json()}
    return json.dumps(content, sort_keys=True, separators=(",", ":"))


def read_case(text: str | bytes) -> tuple[Policy, Observation]:
    """The inverse of `write_case`.

    Raises:
        ValueError: it is no case, or one of another schema.
    """
    content = read_json(text, unique_keys=True)
    try:
        if content["schema"] != SCHEMA:
            raise ValueError(f"a case of schema {content['schema']}, not {SCHEMA}")
        return Policy.from_json(content["policy"]), Observation.from_json(content["observation"])
    except (AttributeError, KeyError, TypeError) as error:
        raise ValueError(f"no case: {error}") from error


def digest(policy: Policy, observation: Observation) -> str:
    """The SHA-256 of the case."""
    return hashlib.sha256(write_case(policy, observation).encode()).hexdigest()
