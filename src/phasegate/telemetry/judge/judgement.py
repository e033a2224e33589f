"""The judge of a canary: promote, hold or roll back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from phasegate.telemetry.judge.case import digest
from phasegate.telemetry.judge.decision import Decision, Ruling
from phasegate.telemetry.judge.finding import State, find, fired
from phasegate.telemetry.judge.rule import Kind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from phasegate.telemetry.judge.finding import Finding
    from phasegate.telemetry.judge.observation import Observation, Step
    from phasegate.telemetry.judge.policy import Policy

EXPIRED = "the hold has expired, and a person decides"


def judge(policy: Policy, observation: Observation) -> Decision:
    """What `policy` makes of `observation`: a pure function, valid at every look at a growing observation.

    Nothing was counted, or the counts cannot be relied on: hold, whatever else they say. A rule that fired and whose severity
    rolls back: roll back, with or without a control and however few units there are. Promote only where each arm has its units,
    no rule fired or is suspicious, and none that needs the control is untried. Else hold.
    """
    flaws = observation.flaws()
    total = None if flaws else observation.total()
    findings = (
        tuple(find(policy, rule, observation, total) for rule in policy.rules) if total is not None else ()
    )
    causes: tuple[str, ...] = ()
    doubts = doubts_of(observation, flaws, total)
    if doubts:
        ruling, reasons = Ruling.HOLD, doubts
    elif guilty := [finding for finding in fired(findings) if finding.rule.severity in policy.rolls_back]:
        causes = tuple(finding.rule.name for finding in guilty)
        ruling, reasons = Ruling.ROLL_BACK, tuple(finding.words() for finding in guilty)
    elif obstacles := tuple(_obstacles(policy, findings, total)):
        ruling, reasons = Ruling.HOLD, obstacles
    else:
        ruling, reasons = Ruling.PROMOTE, ("each arm has its units, and no rule speaks against it",)
    until_s = observation.since_s + policy.patience_s if ruling is Ruling.HOLD else None
    expired = (EXPIRED,) if until_s is not None and observation.until_s >= until_s else ()
    return Decision(
        ruling,
        (*reasons, *_spoken(findings, doubts), *expired),
        notes_of(policy, findings),
        findings,
        causes,
        until_s,
        digest(policy, observation),
    )


def doubts_of(observation: Observation, flaws: tuple[str, ...], total: Step | None) -> tuple[str, ...]:
    """Why nothing may rest on the counts; none where something may."""
    doubts = [*observation.doubts, *flaws]
    if total is not None and not total.canary.units:
        doubts.append("no data: nothing was heard of the release")
    return tuple(doubts)


def notes_of(policy: Policy, findings: tuple[Finding, ...]) -> tuple[str, ...]:
    """How far the numbers reach."""
    notes = [
        f"a healthy release sets off a rule with a probability of at most {policy.error_probability:.1%}"
    ]
    if policy.control and not policy.is_random:
        notes.append(
            "observational: who gets the canary chose to; a difference from the control may be theirs"
        )
    return (*notes, *untried_words(findings))


def untried_words(findings: tuple[Finding, ...]) -> tuple[str, ...]:
    """Which rules could not be tried, and why."""
    return tuple(finding.words() for finding in findings if finding.state is State.UNTRIED)


def _spoken(findings: tuple[Finding, ...], doubts: tuple[str, ...]) -> Iterator[str]:
    """What fired, where doubts keep it from having effect."""
    for finding in fired(findings) if doubts else ():
        yield f"if the counts were right: {finding.words()}"


def _obstacles(policy: Policy, findings: tuple[Finding, ...], total: Step | None) -> Iterator[str]:
    """What keeps a release from being promoted."""
    if total is not None:
        yield from _missing(policy, total)
    for finding in findings:
        if finding.state in {State.FIRED, State.SUSPICIOUS} or _is_lacking(policy, finding):
            yield finding.words()


def _missing(policy: Policy, total: Step) -> Iterator[str]:
    arms = [("canary", total.canary)] + ([("control", total.control)] if policy.control else [])
    for name, tally in arms:
        if tally.units < policy.min_units:
            yield f"the {name} has {tally.units} of {policy.min_units} units"


def _is_lacking(policy: Policy, finding: Finding) -> bool:
    """Whether a rule that could be tried was not. Heartbeats are not everywhere: their absence is a note."""
    return policy.control and finding.state is State.UNTRIED and finding.rule.kind is not Kind.SILENCE
