"""What adoption comes to: the files that a repository lacks, what to know about them, and what to do next."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from phasegate.adoption.configuration import Decisions, config_text
from phasegate.adoption.layout import choose_layout
from phasegate.adoption.marketplace import find_catalogue, marketplace_text
from phasegate.adoption.notes import notes_on
from phasegate.adoption.noxfile import has_docs, noxfile_text, possible_sessions
from phasegate.adoption.survey import NOXFILE, TASKS, survey
from phasegate.adoption.tags import choose_scheme
from phasegate.config import DOCS_PHASE, PUBLIC_PHASE, Config
from phasegate.config_file import OWN_FILE, PROJECT_FILE, read_config
from phasegate.errors import PhasegateError
from phasegate.plugin.manifest import MARKETPLACE
from phasegate.version.semver import Version

if TYPE_CHECKING:
    from collections.abc import Mapping

    from phasegate.adoption.notes import Note
    from phasegate.adoption.survey import Survey
    from phasegate.git.repository import Repository

_TASKS_TEXT = '''"""Operates: `invoke --list` shows the verbs of a release."""

from phasegate.tasks.collection import namespace
'''
_CHANGELOGS = ("CHANGELOG.md", "Changelog.md", "changelog.md", "CHANGES.md")


@dataclass(frozen=True)
class Draft:
    """A file to write: a new one, or where `after` is given, an addition to the file that holds just that."""

    path: str
    content: bytes
    after: bytes | None = None


@dataclass(frozen=True)
class Adoption:
    """What is to be written, what a person should know, and the configuration that holds then."""

    drafts: tuple[Draft, ...]
    notes: tuple[Note, ...]
    config: Config

    @property
    def ready(self) -> bool:
        """Whether releases can work once the drafts are written, committed and pushed."""
        return not any(note.blocks for note in self.notes)


def plan_adoption(repository: Repository) -> Adoption:
    """Look at the repository and decide; nothing is written.

    Raises:
        PhasegateError: `usage` in a bare repository, `manifest-invalid` without a plugin, `config-invalid`,
            `remote-unreachable`, `identity-missing`, `gate-error`.
    """
    found = survey(repository)
    drafts: list[Draft] = []
    if not found.has(MARKETPLACE) and not (found.config and found.config.plugins):
        found = replace(found, catalogue=find_catalogue(found.files))
        drafts.append(_draft(MARKETPLACE, marketplace_text(found.catalogue, repository)))
    possible = possible_sessions(found)
    config, decisions = found.config, None
    if config is None:
        decisions = _decide(found, possible)
        draft, config = _configure(found, decisions)
        drafts.append(draft)
    if found.sessions is None:
        wanted = {config.gate(name).session for phase in config.phases.values() for name in phase.gates}
        drafts.append(
            _draft(NOXFILE, noxfile_text(code for name, code in possible.items() if name in wanted))
        )
    if not found.has(TASKS) and not found.has("tasks/__init__.py"):
        drafts.append(_draft(TASKS, _TASKS_TEXT))
    return Adoption(tuple(drafts), tuple(notes_on(found, config, decisions, possible)), config)


def _draft(path: str, text: str) -> Draft:
    return Draft(path, text.encode("utf-8"))


def _decide(found: Survey, possible: Mapping[str, str]) -> Decisions:
    available = possible if found.sessions is None else found.sessions
    docs = has_docs(found) and DOCS_PHASE in available
    released = max(
        filter(None, (Version.parse_or_none(p.version or "") for p in found.catalogue.plugins)), default=None
    )
    return Decisions(
        remote=found.remote if found.remote != Config().remote else None,
        layout=choose_layout(found.default, found.branches, partial(_holds_work_of, found.repository)),
        scheme=choose_scheme(found.tags, released),
        changelog=next((name for name in _CHANGELOGS if name in found.files.paths()), None),
        docs=docs,
        gates={
            "internal": ("plugin", *(name for name in ("tests", "test") if name in available)),
            "canary": tuple(name for name in ("security",) if name in available),
            **({DOCS_PHASE: (DOCS_PHASE,)} if docs else {}),
            PUBLIC_PHASE: tuple(name for name in ("rehearse",) if name in available),
        },
    )


def _holds_work_of(repository: Repository, first: str, second: str) -> bool | None:
    """Whether every commit of `second` but merges is in `first`; None where one of them is not in this clone."""
    asked = repository.git.attempt("rev-list", "--no-merges", "--count", second, f"^{first}", "--")
    return asked.text == "0" if asked.status == 0 else None


def _configure(found: Survey, decisions: Decisions) -> tuple[Draft, Config]:
    """The configuration's draft, and what reading it back gives: in pyproject.toml where that can take a table.

    One that is a link is left alone: it may lead to another project's, and in git it is no more than the link.
    """
    own = config_text(decisions, "")
    before = found.settings.get(PROJECT_FILE)
    if before is None or (found.repository.root / PROJECT_FILE).is_symlink():
        return _draft(OWN_FILE, own), read_config({OWN_FILE: own.encode()})
    newline = "\r\n" if b"\r\n" in before else "\n"
    gap = newline * (2 if before and not before.endswith(b"\n") else 1 if before else 0)
    addition = (gap + config_text(decisions, "tool.phasegate").replace("\n", newline)).encode()
    try:
        return Draft(PROJECT_FILE, addition, after=before), read_config({PROJECT_FILE: before + addition})
    except PhasegateError:  # such as `tool = {…}`, which is closed
        return _draft(OWN_FILE, own), read_config({OWN_FILE: own.encode()})
