"""The marketplace that lists a repository's plugins, where it has plugins and no marketplace yet."""

from __future__ import annotations

import json
import posixpath
import re
from typing import TYPE_CHECKING, Any

from phasegate.errors import ErrorCode, PhasegateError
from phasegate.plugin.finding import Finding
from phasegate.plugin.manifest import MANIFEST, MARKETPLACE, read_catalogue, refuse_mistakes
from phasegate.terminal import printable

if TYPE_CHECKING:
    from phasegate.git.repository import Repository
    from phasegate.plugin.manifest import Catalogue
    from phasegate.plugin.tree import Files

_NOT_RELEASED = frozenset({"test", "tests", "fixtures", "examples", "node_modules", "vendor"})
_DEEPEST = 2


def find_catalogue(files: Files) -> Catalogue:
    """The plugins of a repository without a marketplace: the one at its root, else those in its folders.

    Raises:
        PhasegateError: `manifest-invalid` where there is none, or one cannot be read.
    """
    folders = _plugin_folders(files)
    if not folders:
        raise PhasegateError(
            ErrorCode.MANIFEST_INVALID,
            "There is no plugin here to release.",
            why=f"No folder has a {MANIFEST}, and there is no {MARKETPLACE}.",
            hint=f'Write one, such as {{"name": "my-plugin", "version": "0.0.0", "description": "…"}} in {MANIFEST}.',
        )
    catalogue = read_catalogue(files, folders)
    refuse_mistakes(catalogue.mistakes)
    return catalogue


def left_out(files: Files, catalogue: Catalogue) -> list[str]:
    """The manifests that are none of `catalogue`, as those below a plugin at the root, or too deep."""
    return [path for path in files.paths() if _is_manifest(path) and path not in catalogue.manifests]


def marketplace_text(catalogue: Catalogue, repository: Repository) -> str:
    """The marketplace.json that lists `catalogue`, called as its folder is and owned by whom git commits as.

    Raises:
        PhasegateError: `identity-missing`; `manifest-invalid` where what it would say is no UTF-8, such as a folder.
    """
    name = re.sub(r"[^a-z0-9]+", "-", repository.root.name.lower()).strip("-")
    listed = [
        _entry(plugin.name, plugin.folder, catalogue.manifests[plugin.manifest_path].data)
        for plugin in catalogue.plugins
    ]
    market = {"name": name or "plugins", "owner": {"name": repository.identity().name}, "plugins": listed}
    text = json.dumps(market, indent=2, ensure_ascii=False) + "\n"
    refuse_mistakes(
        Finding(MARKETPLACE, number, f"would be no UTF-8: {printable(line.strip())}")
        for number, line in enumerate(text.split("\n"), start=1)
        if not _is_utf8(line)
    )
    return text


def _is_utf8(text: str) -> bool:
    return text.encode("utf-8", "ignore").decode("utf-8") == text


def _plugin_folders(files: Files) -> tuple[str, ...]:
    manifests = [path for path in files.paths() if _is_manifest(path) and path.count("/") <= _DEEPEST + 1]
    return (".",) if MANIFEST in manifests else tuple(path[: -len(f"/{MANIFEST}")] for path in manifests)


def _is_manifest(path: str) -> bool:
    """Whether it is one of a plugin that may be meant for release."""
    if path != MANIFEST and not path.endswith(f"/{MANIFEST}"):
        return False
    folders = path[: -len(MANIFEST)].split("/")[:-1]
    return not any(folder.startswith(".") or folder in _NOT_RELEASED for folder in folders)


def _entry(name: str, folder: str, manifest: dict[str, Any]) -> dict[str, Any]:
    source = "./" if folder == "." else f"./{posixpath.normpath(folder)}"
    described = {"description": manifest["description"]} if manifest.get("description") else {}
    return {"name": name, "source": source, **described}
