"""`invoke protect`: the rules of protected branches, from the repository's own file to the host."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from phasegate.errors import ErrorCode, PhasegateError
from phasegate.tasks.frame import open_desk, print_json, verb
from phasegate.terminal import printable

if TYPE_CHECKING:
    from invoke.context import Context

    from phasegate.hosting.github import GitHub
    from phasegate.hosting.ruleset import Difference, Ruleset
    from phasegate.rollout.desk import Desk


@verb()
def protect(context: Context, yes: bool = False, plan: bool = False, json: bool = False) -> None:
    """Bring the host's branch rules to what `.github/branch-protection.json` says; GH_TOKEN or GITHUB_TOKEN lets it."""
    from phasegate.hosting.github import TOKENS
    from phasegate.hosting.ruleset import compare
    from phasegate.tasks.operate import Manner, confirm

    manner = Manner.of(context, yes=yes, plan=plan, json=json)
    desk = open_desk()
    wanted = _read(desk)
    token = next((os.environ[name] for name in TOKENS if os.environ.get(name)), "")
    host = _open(desk, token) if token else None
    there = host.find(wanted.name) if host else None
    differences = compare(wanted, there[1] if there else None)
    changed = False
    if host is None and manner.yes and not manner.plan:
        raise PhasegateError(
            ErrorCode.USAGE,
            "Without a token nothing can be applied.",
            hint="Set GH_TOKEN to a token with the repository's administration right, for this command alone.",
        )
    if host is not None and differences and not manner.plan:
        confirm(
            f"Change the rules of {host.repository}", _lines(wanted, differences, known=True), yes=manner.yes
        )
        _apply(host, wanted, there[0] if there else None)
        changed = True
    if manner.json:
        rows = [vars(difference) for difference in differences]
        shown = {
            "ruleset": wanted.name,
            "compared": host is not None,
            "changed": changed,
            "differences": rows,
        }
        print_json({"schema": 1, **shown})
    else:
        print("\n".join(_lines(wanted, differences, known=host is not None, changed=changed)))


def _read(desk: Desk) -> Ruleset:
    from phasegate.hosting.ruleset import FILE, read_ruleset

    path = Path(desk.repository.root, FILE)
    try:
        return read_ruleset(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeError) as error:
        raise PhasegateError(
            ErrorCode.CONFIG_INVALID,
            f"{FILE} cannot be read.",
            why=str(error),
            hint="Write it in the form of GitHub's rulesets, which can be exported there.",
        ) from error


def _open(desk: Desk, token: str) -> GitHub:
    from phasegate.hosting.github import API, open_github

    desk.repository.require_remote(desk.config.remote)
    url = desk.repository.settings[f"remote.{desk.config.remote}.url".lower()]
    return open_github(url, token, os.environ.get("GITHUB_API_URL") or API)


def _apply(host: GitHub, wanted: Ruleset, number: int | None) -> None:
    """Write the rules, and read them again: a host that took only a part of them is told."""
    from phasegate.hosting.ruleset import compare

    host.put(wanted, number)
    there = host.find(wanted.name)
    left = compare(wanted, there[1] if there else None)
    if left:
        raise PhasegateError(
            ErrorCode.HOST_REFUSED,
            "The host took the rules, and has others.",
            details=tuple(map(str, left)),
            hint="See which of them its plan or its organisation does not allow.",
        )


def _lines(
    wanted: Ruleset, differences: tuple[Difference, ...], *, known: bool, changed: bool = False
) -> list[str]:
    if not known:
        first = f"The rules {wanted.name!r}, as they would be on a host without any (no token, so it was not asked):"
    elif not differences:
        first = f"The host has the rules {wanted.name!r} as the file says."
    else:
        first = f"{'Changed' if changed else 'To change'} in the rules {wanted.name!r}:"
    return [printable(line) for line in (first, *(f"  {difference}" for difference in differences))]
