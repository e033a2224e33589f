from __future__ import annotations

import json

import pytest

from phasegate.errors import ErrorCode, PhasegateError
from phasegate.plugin.manifest import MANIFEST, MARKETPLACE, Plugin, find_plugins
from phasegate.plugin.tree import MemoryFiles


def tree(**files: object) -> MemoryFiles:
    """Files by path, `__` for a slash and `_json` for the ending; values that are no bytes are written as JSON."""
    return MemoryFiles({p: c if isinstance(c, bytes) else json.dumps(c).encode() for p, c in files.items()})


def market(*entries: object, **further: object) -> dict[str, object]:
    return {"name": "m", "owner": {"name": "o"}, "plugins": list(entries), **further}


def details_of(files: MemoryFiles, folders: tuple[str, ...] = ()) -> tuple[str, ...]:
    with pytest.raises(PhasegateError) as caught:
        find_plugins(files, folders)
    assert caught.value.code is ErrorCode.MANIFEST_INVALID
    assert caught.value.hint
    return caught.value.details


def test_without_a_marketplace_the_root_is_the_plugin() -> None:
    files = tree(**{MANIFEST: {"name": "solo"}})
    assert find_plugins(files) == (Plugin("solo", ".", None, MANIFEST),)
    assert find_plugins(files)[0].flags_path == "flags.json"


def test_the_marketplace_names_the_plugins_of_this_repository() -> None:
    files = tree(
        **{
            MARKETPLACE: market(
                {"name": "a", "source": "./plugins/a/"},
                {"name": "b", "source": {"source": "github", "repo": "x/b"}},
                {"name": "c", "source": "./"},
                {"name": "again", "source": "./plugins/a"},
            ),
            "plugins/a/.claude-plugin/plugin.json": {"name": "a", "version": "1.2.3"},
            MANIFEST: {"name": "c"},
        }
    )
    assert find_plugins(files) == (
        Plugin("a", "plugins/a", "1.2.3", "plugins/a/.claude-plugin/plugin.json"),
        Plugin("c", ".", None, MANIFEST),
    )


def test_the_configuration_outranks_the_marketplace() -> None:
    files = tree(
        **{
            MARKETPLACE: market({"name": "a", "source": "./a"}),
            "b/.claude-plugin/plugin.json": {"name": "b"},
        }
    )
    assert [plugin.folder for plugin in find_plugins(files, ("b",))] == ["b"]


def test_a_marketplace_of_other_repositories_has_no_plugin_here() -> None:
    files = tree(**{MARKETPLACE: market({"name": "b", "source": {"source": "github", "repo": "x/b"}})})
    assert find_plugins(files) == ()


def test_an_empty_tree_is_told_which_manifest_is_missing() -> None:
    assert details_of(tree()) == (".claude-plugin/plugin.json: the file is missing",)


def test_every_mistake_is_reported_at_once_with_its_file_and_line() -> None:
    listed = market(
        {"name": "a", "source": "./a"},
        {"name": "b", "source": "./../b"},
        {"name": "c", "source": "c"},
        "d",
        {"source": "./e", "version": 1},
        {"name": "f", "source": "./x\\f"},
        metadata={"pluginRoot": "./plugins"},
    )
    files = tree(
        **{
            MARKETPLACE: json.dumps(listed, indent=0).encode(),
            "a/.claude-plugin/plugin.json": b'{\n"name": "",\n"version": null\n}',
            "e/.claude-plugin/plugin.json": b'{"name": "e",\n',
        }
    )
    path = "must be an object, or a path that starts with './', with forward slashes"
    assert details_of(files) == (
        f"{MARKETPLACE}:30: metadata.pluginRoot: write each source in full; not every client prepends the root",
        f"{MARKETPLACE}:13: plugins.1.source: the path leaves the repository",
        f"{MARKETPLACE}:17: plugins.2.source: {path}",
        f"{MARKETPLACE}:19: plugins.3: must be an object",
        f"{MARKETPLACE}:20: plugins.4.name: must be a non-empty text",
        f"{MARKETPLACE}:22: plugins.4.version: must be a non-empty text",
        f"{MARKETPLACE}:26: plugins.5.source: {path}",
        "a/.claude-plugin/plugin.json:2: name: must be there, a non-empty text",
        "a/.claude-plugin/plugin.json:3: version: must be a text",
        "e/.claude-plugin/plugin.json:2: no JSON: Expecting property name enclosed in double quotes (column 1)",
    )


def test_a_broken_marketplace_is_the_only_mistake_told() -> None:
    assert details_of(tree(**{MARKETPLACE: b"{", MANIFEST: {"name": "a"}}))[0].startswith(
        f"{MARKETPLACE}:1: no JSON"
    )
    assert details_of(tree(**{MARKETPLACE: {"plugins": {}}, MANIFEST: {"name": "a"}})) == (
        f"{MARKETPLACE}:1: plugins: must be there, a list",
    )


@pytest.mark.parametrize("source", ["./..", "./../sibling", "./a/../../b"])
def test_a_source_outside_the_repository_is_refused(source: str) -> None:
    assert details_of(
        tree(**{MARKETPLACE: market({"name": "a", "source": source}), MANIFEST: {"name": "r"}})
    ) == (f"{MARKETPLACE}:1: plugins.0.source: the path leaves the repository",)
