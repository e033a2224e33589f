"""The changelog as releases and rollbacks change it. Pure."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from phasegate.version.changelog import insert_section
from phasegate.version.semver import Version

if TYPE_CHECKING:
    from phasegate.ledger.state import State


def with_release(changelog: str | None, state: State, section: str) -> str:
    """`changelog` with the sections of the public rollbacks since, and with `section` above them."""
    text = changelog
    rollbacks = [r for r in state.releases.values() if r.kind in ("rollback", "flag")]
    for release in sorted(rollbacks, key=lambda r: Version.parse(r.version)):
        if Version.parse(release.version).is_final and f"## {release.version} " not in (text or ""):
            text = insert_section(text, rollback_section(release.version, release.at, release.restores))
    return insert_section(text, section)


def with_rollback(changelog: str | None, version: str, at: str, restores: str | None) -> str:
    """`changelog` with the section of a rollback on top."""
    return insert_section(changelog, rollback_section(version, at, restores))


def rollback_section(version: str, at: str, restores: str | None) -> str:
    """The section of a rollback; `restores` is None where only feature flags went off."""
    said = f"Restores {restores}." if restores else "Turns the feature flags off."
    return release_section(version, at, f"{said}\n")


def body_of(section: str) -> str:
    """A section without its heading: the release notes."""
    return section.partition("\n")[2].strip() + "\n"


def release_section(version: str, at: str, notes: str) -> str:
    """The section of `version` whose text is written already."""
    return f"## {version} ({date.fromisoformat(at[:10])})\n\n{notes}"
