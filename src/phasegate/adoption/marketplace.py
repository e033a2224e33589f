"""The marketplace that lists a repository's plugins, where it has plugins and no marketplace yet."""

from __future__ import annotations

import json
import posixpath
import re
from typing import TYPE_CHECKING, Any

from phasegate.errors import ErrorCode, PhasegateError
from phasegate.plugin.manifest import MANIFEST, MARKETPLACE, read_catalogue, refuse_mistakes

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


def marketplace_text(catalogue: Catalogue, repository: Repository) -> str:
    """The marketplace.json that lists `catalogue`, called as its folder is and owned by whom git commits as.

    Raises:
        PhasegateError: `identity-missing`.
    """
    name = re.sub(r"[^a-z0-9]+", "-", repository.root.name.lower()).strip("-")
    listed = [
        _entry(plugin.name, plugin.folder, catalogue.manifests[plugin.manifest_path].data)
        for plugin in catalogue.plugins
    ]
    market = {"name": name or "plugins", "owner": {"name": repository.identity().name}, "plugins": listed}
    return json.dumps(market, indent=2, ensure_ascii=False) + "\n"


def _plugin_folders(files: Files) -> tuple[str, ...]:
    found = [path[: -len(MANIFEST)].rstrip("/") or "." for path in files.paths() if _is_manifest(path)]
    return (".",) if "." in found else tuple(found)


def _is_manifest(path: str) -> bool:
    if path != MANIFEST and not path.endswith(f"/{MANIFEST}"):
        return False
    parts = path[: -len(MANIFEST)].split("/")[:-1]
    hidden = any(part.startswith(".") or part in _NOT_RELEASED for part in parts)
    return len(parts) <= _DEEPEST and not hidden


def _entry(name: str, folder: str, manifest: dict[str, Any]) -> dict[str, Any]:
    source = "./" if folder == "." else f"./{posixpath.normpath(folder)}"
    described = {"description": manifest["description"]} if manifest.get("description") else {}
    return {"name": name, "source": source, **described}
