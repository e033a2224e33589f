"""What DESCRIPTION says: title, version, licence, maintainer, dependencies (CRAN Repository Policy; Writing R Extensions, 1.1)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rforge.findings import Category
from rforge.lenses.points.answer import (
    answer_of_checks,
    from_whole_description,
    problem,
    ready,
    unknown,
)
from rforge.package.licence import parse_licence
from rforge.package.version import is_development, is_version, version_key

if TYPE_CHECKING:
    from rforge.examined import Examined, Judged
    from rforge.lenses.points.answer import Answer

_QUOTED = re.compile(r"(?<!\w)'[^']*'(?!\w)")
_SMALL_WORD = re.compile(
    r"above|after|aka|al|all|along|also|among|an|and|any|are|as|at|be|both|but|by|can|en|et|few|for|from|ggplot2|if|in"
    r"|into|is|it|jars?|less|log|many|may|more|ncdf|nor|not|of|on|or|over|per|rgl|rpart|so|some|than|that|the|their|then"
    r"|this|to|under|until|using|via|von|vs|when|where|which|will|with|without|xlsx?|yet|you|your"
)
"""What `tools::toTitleCase` leaves in small letters."""


@from_whole_description
def ask_sources(judged: Judged, _: Examined) -> Answer:
    """Whether there are sources at all to submit."""
    if judged.package.description.is_installed:
        return problem("This is an installed package; a release is made from its sources.")
    return ready("a source package")


def ask_description(judged: Judged, _: Examined) -> Answer:
    """Whether DESCRIPTION has what R asks for."""
    return answer_of_checks(judged, Category.METADATA)


@from_whole_description
def ask_wording(judged: Judged, _: Examined) -> Answer:
    """Title in title case and without the package's name; Description of whole sentences that does not begin with it."""
    description = judged.package.description
    title, text = description.title, " ".join(description.fields.get("Description", "").split())
    faults = []
    lower = _lower_words(title)
    if lower:
        faults.append(f"The title is not in title case: {', '.join(lower)}.")
    if len(title) >= 65:
        faults.append(f"The title has {len(title)} characters; CRAN asks for fewer than 65.")
    if re.match(rf"(?:This package|{re.escape(description.name)}\b|The package)", text, re.IGNORECASE):
        faults.append("Description begins with the package itself; begin with what it does.")
    if text and not re.search(r"[.!?]['\")]?$", text):
        faults.append("Description does not end in a full stop.")
    return problem(" ".join(faults)) if faults else ready(title)


def _lower_words(title: str) -> list[str]:
    """The words of a title that `tools::toTitleCase` would write in capitals; what is quoted is a name."""
    words = [word.rstrip(".,:;!?") for word in re.split(r'[\s/"()-]+', _QUOTED.sub(" ", title))]
    return [w for w in words if re.match("[a-z].", w) and w.islower() and not _SMALL_WORD.fullmatch(w)]


@from_whole_description
def ask_version(judged: Judged, _: Examined) -> Answer:
    """Whether the version is one that is released, and a new one."""
    version = judged.package.description.version
    git = judged.package.git
    if not is_version(version):
        return problem(f"{version!r} is no version.")
    if is_development(version):
        return problem(f"{version} is a development version.")
    if any(part >= 1000 for part in version_key(version)):
        return problem(f"{version} has a large component, which CRAN asks about.")
    tagged = (git.tag if git else "").lstrip("v")
    if is_version(tagged) and version_key(tagged) > version_key(version):
        return problem(f"{version} is lower than the tag {tagged}.")
    return ready(version)


@from_whole_description
def ask_licence(judged: Judged, _: Examined) -> Answer:
    """Whether the licence is a free one that R knows by name."""
    text = " ".join(judged.package.description.fields.get("License", "").split())
    if not text:
        return problem("There is none.")
    licence = parse_licence(text)
    if licence.templates:
        return problem(f"It is a template and needs '+ file LICENSE': {', '.join(licence.templates)}.")
    if licence.unknown:
        return unknown(f"Not a licence that R names in short: {', '.join(licence.unknown)}.")
    if licence.restricted:
        return unknown(f"R does not know that a file may add to it: {', '.join(licence.restricted)}.")
    return ready(text) if licence.is_free else unknown(f"R does not know it to be free: {text}.")


@from_whole_description
def ask_maintainer(judged: Judged, _: Examined) -> Answer:
    """Whether there is one maintainer with an address."""
    description = judged.package.description
    maintainer = description.maintainer
    if maintainer.count("@") > 1 or sum("cre" in person.roles for person in description.authors) > 1:
        return problem("There are several maintainers; CRAN takes one.")
    if re.search(r"<[^<>@\s]+@[^<>@\s]+\.[^<>@\s]+>", maintainer):
        return ready("one maintainer with an address")
    return problem("There is no maintainer with an e-mail address.")


@from_whole_description
def ask_dependencies(judged: Judged, examined: Examined) -> Answer:
    """Whether CRAN can find what the package needs: no Remotes, no circle, no need for an unreleased version here."""
    faults = []
    remotes = judged.package.description.remotes
    if remotes:
        faults.append(f"Remotes: {', '.join(remotes)}.")
    circles = [cycle for cycle in examined.ecosystem.cycles() if judged.name in cycle]
    if circles:
        faults.append(
            f"It is in a circle with {', '.join(name for name in circles[0] if name != judged.name)}."
        )
    unreleased = [
        entry
        for entry in judged.package.description.dependencies
        if entry.operator and is_version(entry.version) and is_development(entry.version)
    ]
    faults += [
        f"It needs {entry.name} {entry.operator} {entry.version}, and what lies here is not released."
        for entry in unreleased
        if entry.name in examined.by_name
        and is_version(version := examined.by_name[entry.name].package.description.version)
        and is_development(version)
    ]
    if faults:
        return problem(" ".join(faults))
    if unreleased:
        names = ", ".join(f"{entry.name} {entry.operator} {entry.version}" for entry in unreleased)
        return unknown(
            f"Whether CRAN has a release beyond these development versions was not asked: {names}."
        )
    return ready("no Remotes, no circle")
