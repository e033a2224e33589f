"""What a person should know about an adoption, and what only a person can do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from phasegate.adoption.marketplace import left_out
from phasegate.adoption.noxfile import with_imports
from phasegate.adoption.survey import NOXFILE, TASKS
from phasegate.plugin.manifest import MARKETPLACE
from phasegate.plugin.stamps import NEUTRAL_VERSION

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from phasegate.adoption.configuration import Decisions
    from phasegate.adoption.survey import Survey
    from phasegate.config import Config


@dataclass(frozen=True)
class Note:
    """What a person should know; `blocks` where releases cannot work before it is seen to."""

    text: str
    blocks: bool = False


def notes_on(
    found: Survey, config: Config, decisions: Decisions | None, possible: Mapping[str, str]
) -> Iterator[Note]:
    """A note for everything that is not as it should be, or that could not be decided; first what blocks releases."""
    yield from (Note(text, blocks=True) for text in _blocking(found, config, possible))
    yield from map(Note, _worth_knowing(found, config, decisions, possible))


def _blocking(found: Survey, config: Config, possible: Mapping[str, str]) -> Iterator[str]:
    yield from map(str, found.catalogue.mistakes)
    yield from _on_remote(found, config)
    yield from _on_names(found, config)
    yield from _on_sessions(found, config, possible)


def _worth_knowing(
    found: Survey, config: Config, decisions: Decisions | None, possible: Mapping[str, str]
) -> Iterator[str]:
    if not found.catalogue.plugins and not found.catalogue.mistakes:
        yield "the marketplace lists plugins of other repositories only, so a release stamps no version anywhere"
    if not found.has(MARKETPLACE) and not config.plugins:
        yield from (
            f"{manifest} is left out of the marketplace; list it there too if it shall be released"
            for manifest in left_out(found.files, found.catalogue)
        )
    yield from _on_versions(found, config)
    yield from _on_branches(found, config)
    if decisions is not None:
        yield from _undecided(decisions)
    if found.sessions is None and "tests" not in possible:
        yield f"there is no test that pytest finds; add a session to {NOXFILE} for what you have, and name it in the configuration"
    if found.has(TASKS) and "phasegate" not in found.text(TASKS):
        yield f"{TASKS} is yours and stays: the verbs are `python -m phasegate VERB`, or load them there"


def _on_versions(found: Survey, config: Config) -> Iterator[str]:
    for plugin in found.catalogue.plugins:
        tag = config.tag_format.format(version=plugin.version)
        if tag in found.tags and plugin.version is not None:
            yield (
                f"{plugin.manifest_path} names {plugin.version}, and tag {tag} is that release: write "
                f"{NEUTRAL_VERSION} there, or session plugin refuses the source; releases get their version stamped"
            )


def _on_remote(found: Survey, config: Config) -> Iterator[str]:
    if not found.remotes:
        yield f"there is no remote yet, and releases go to one: `git remote add {config.remote} URL`"
    elif config.remote not in found.remotes:
        yield f"there is no remote {config.remote!r}: set `remote` to one of {', '.join(found.remotes)}"
    if config.source is None and found.default is None:
        yield "there is no default branch to take for the source: set `source`"


def _on_names(found: Survey, config: Config) -> Iterator[str]:
    for own in _own_branches(config):
        for branch in found.branches:
            if branch.startswith(f"{own}/") or own.startswith(f"{branch}/"):
                yield (
                    f"git cannot have branch {branch} beside {own}, which releases go to: rename one of them "
                    f"(`channels`, `docs_branch`)"
                )


def _own_branches(config: Config) -> list[str]:
    return [*config.channels.values(), *([config.docs_branch] if config.docs_branch else [])]


def _on_branches(found: Survey, config: Config) -> Iterator[str]:
    for branch in _own_branches(config):
        if branch in found.branches:
            yield f"branch {branch} is there already: releases go on from it, and from now on only phasegate pushes there"
    source = config.source or found.default
    if source is not None and source == found.default and found.remote is not None:
        public = config.channels[config.public_channel]
        yield (
            f"who added the marketplace without a ref follows {source}, the default branch and source, and gets what is "
            f"not released: make {public} the host's default branch after the first release"
        )


def _undecided(decisions: Decisions) -> Iterator[str]:
    if decisions.layout.perhaps is not None:
        source, stable = decisions.layout.perhaps
        yield (
            f"it is not clear whether people work on {source} and install from {stable} ({stable} has work that {source} "
            f"lacks, or this clone lacks one of them); the configuration holds both answers, one commented out"
        )
    if decisions.scheme.others:
        forms = ", ".join(decisions.scheme.others)
        yield f"tags are named in several ways ({forms}); releases take {decisions.scheme.format} unless you choose another"


def _on_sessions(found: Survey, config: Config, possible: Mapping[str, str]) -> Iterator[str]:
    there = possible if found.sessions is None else found.sessions
    for phase in config.phases.values():
        for name in phase.gates:
            session = config.gate(name).session
            if session in there:
                continue
            lack = f"phase {phase.name} needs session {session!r}, which {NOXFILE} does not have"
            code = with_imports(possible.get(session, ""), found.text(NOXFILE))
            yield f"{lack}; add:\n{code}" if code else lack
