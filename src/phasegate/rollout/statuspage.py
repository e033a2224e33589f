"""The status page: what every channel carries and what is on its way, as a page and as JSON. Pure but for reading."""

from __future__ import annotations

import html
import json
from typing import TYPE_CHECKING

from phasegate.git.objects import read_objects
from phasegate.rollout.reading.world import branch_ref

if TYPE_CHECKING:
    from phasegate.config import Config
    from phasegate.git.door import Git
    from phasegate.ledger.state import State
    from phasegate.rollout.reading.world import World

PAGE = "status.html"
DATA = "status.json"

_TEMPLATE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Release status</title>
<style>
  :root {{ color-scheme: light dark; font-family: system-ui, sans-serif; line-height: 1.5 }}
  body {{ max-width: 48rem; margin: 2rem auto; padding: 0 1rem }}
  table {{ border-collapse: collapse; width: 100% }}
  th, td {{ text-align: left; padding: .4rem .8rem .4rem 0; border-bottom: 1px solid #8886 }}
</style>
<h1>Release status</h1>
<p>{rollout}</p>
<table>
<tr><th scope="col">Channel<th scope="col">Version<th scope="col">Since<th scope="col">Note
{rows}
</table>
<p>Operation {length} of the ledger.</p>
"""


def read_status_page(git: Git, world: World, config: Config) -> dict[str, bytes]:
    """The status page's files as the docs branch has them now."""
    tip = world.tip(branch_ref(config.docs_branch)) if config.docs_branch else None
    if tip is None:
        return {}
    found = read_objects(git, [f"{tip}:{name}" for name in (PAGE, DATA)])
    return {name.partition(":")[2]: content for name, content in found.items()}


def render_status_page(state: State) -> dict[str, bytes]:
    """The status page's files after `state`."""
    rows = [_row(state, name) for name in sorted(state.channels)]
    page = _TEMPLATE.format(
        rollout=html.escape(_rollout_line(state)), rows="\n".join(rows), length=state.length
    )
    data = {
        "schema": 1,
        "length": state.length,
        "channels": {name: channel.version for name, channel in sorted(state.channels.items())},
        "rollout": state.rollout and {"version": state.rollout.version, "phase": state.rollout.phase},
        "withdrawn": state.withdrawn,
    }
    return {
        PAGE: page.encode("utf-8", "backslashreplace"),
        DATA: (json.dumps(data, indent=2) + "\n").encode(),
    }


def _rollout_line(state: State) -> str:
    if state.rollout is None:
        return "No rollout is under way."
    return f"Version {state.rollout.version} has reached phase {state.rollout.phase}."


def _row(state: State, name: str) -> str:
    release = state.releases[state.channels[name].version]
    notes = [f"restores {release.restores}"] if release.restores else []
    notes += [f"withdrawn: {release.withdrawn}"] if release.withdrawn is not None else []
    cells = (name, release.version, release.at, "; ".join(notes))
    return "<tr>" + "".join(f"<td>{html.escape(cell)}" for cell in cells)
