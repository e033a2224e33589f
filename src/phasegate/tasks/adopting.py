"""`invoke init`: what a repository lacks before its first release, shown and then written."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from phasegate.tasks.frame import print_json, verb
from phasegate.terminal import printable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from invoke.context import Context

    from phasegate.adoption.adoption import Adoption


@verb()
def init(context: Context, yes: bool = False, plan: bool = False, json: bool = False) -> None:
    """Write what this repository lacks for releases, and nothing over what is there; `python -m phasegate init` at first."""
    from phasegate.adoption.adoption import plan_adoption
    from phasegate.adoption.writing import write_drafts
    from phasegate.git.repository import open_repository
    from phasegate.tasks.operate import Manner, confirm

    repository = open_repository(Path.cwd())
    adoption = plan_adoption(repository)
    manner = Manner.of(context, yes=yes, plan=plan, json=json)
    writes = bool(adoption.drafts) and not manner.plan
    if writes:
        names = ", ".join(draft.path for draft in adoption.drafts)
        confirm(f"Write {names}", _lines(_shown(adoption)), yes=manner.yes)
        write_drafts(repository, adoption.drafts)
    if manner.json:
        print_json(_as_json(adoption, changed=writes))
    else:
        told = _told(adoption) if writes or not adoption.drafts else _shown(adoption)
        print("\n".join(_lines(told)))


def _lines(told: Iterator[str]) -> list[str]:
    """What a terminal is given: names and texts of the repository must not command it."""
    return [printable(line) for line in told]


def _shown(adoption: Adoption) -> Iterator[str]:
    for draft in adoption.drafts:
        yield f"{draft.path}: {'new file' if draft.after is None else 'added at the end'}"
        text = draft.content.decode("utf-8").removesuffix("\n")
        yield from (f"  | {line}".rstrip() for line in text.split("\n"))
    yield from _noted(adoption)


def _told(adoption: Adoption) -> Iterator[str]:
    if not adoption.drafts:
        yield "Nothing to write: this repository has the files that releases need."
    yield from (f"written: {draft.path}" for draft in adoption.drafts)
    yield from _noted(adoption)
    yield from (f"next: {step}" for step in _next_steps(adoption))


def _noted(adoption: Adoption) -> Iterator[str]:
    yield from (f"{'blocks releases' if note.blocks else 'note'}: {note.text}" for note in adoption.notes)


def _next_steps(adoption: Adoption) -> Iterator[str]:
    if adoption.drafts:
        paths = " ".join(draft.path for draft in adoption.drafts)
        source = adoption.config.source or "the source branch"
        yield f'git add {paths} && git commit -m "chore: adopt phasegate", and push it to {source}'
    if not adoption.ready:
        yield "mend what blocks releases; `invoke init` says whether anything is left"
    yield "invoke deploy --phase internal --plan shows the first release; without --plan it is made"


def _as_json(adoption: Adoption, *, changed: bool) -> dict[str, object]:
    files = [
        {
            "path": draft.path,
            "action": "create" if draft.after is None else "append",
            "content": draft.content.decode("utf-8"),
        }
        for draft in adoption.drafts
    ]
    return {
        "schema": 1,
        "changed": changed,
        "ready": adoption.ready,
        "files": files,
        "notes": [note.text for note in adoption.notes],
        "next": list(_next_steps(adoption)),
    }
