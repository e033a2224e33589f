from __future__ import annotations

from typing import Any, Callable

import pytest

from phasegate.plugin.rules.manifest import ManifestKeys, ManifestPaths, ManifestValues

Says = Callable[..., list[str]]
PATH = "p/.claude-plugin/plugin.json"


def manifest(**changes: object) -> dict[str, object]:
    values: dict[str, Any] = {"name": "p", "version": "1.0.0", "description": "d", **changes}
    return {PATH: {key: value for key, value in values.items() if value is not ...}}


def test_an_unknown_key_is_an_error_with_its_line_and_its_neighbour(says: Says) -> None:
    assert says(ManifestKeys, manifest(keyword=[])) == [
        f"error {PATH}:5: keyword: unknown key; did you mean 'keywords'?"
    ]
    assert says(ManifestKeys, manifest(zzz=1)) == [f"error {PATH}:5: zzz: unknown key"]


def test_a_flag_in_the_manifest_is_sent_to_the_flag_file(says: Says) -> None:
    assert says(ManifestKeys, manifest(experimental_features={})) == [
        f"error {PATH}:5: experimental_features: unknown key; a flag belongs in flags.json"
    ]


def test_a_key_that_only_old_clients_refuse_is_a_warning(says: Says) -> None:
    assert says(ManifestKeys, manifest(metadata={})) == [
        f"warning {PATH}:5: metadata: known to clients of today, and refused by 2.1.42"
    ]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"name": "My Plugin"}, "2: name: must be lower-case words joined by '-'"),
        ({"version": "1.0"}, "3: version: '1.0' is no semantic version such as 1.2.3 or 1.2.3-rc.1"),
        ({"version": "v1.0.0"}, "3: version: 'v1.0.0' is no semantic version such as 1.2.3 or 1.2.3-rc.1"),
        (
            {"version": "1.0.0-01"},
            "3: version: '1.0.0-01' is no semantic version such as 1.2.3 or 1.2.3-rc.1",
        ),
        ({"version": ""}, "3: version: '' is no semantic version such as 1.2.3 or 1.2.3-rc.1"),
        ({"description": ...}, "1: description: must be there, a non-empty text"),
        ({"description": ["d"]}, "4: description: must be a text"),
        ({"homepage": 1}, "5: homepage: must be a text"),
        ({"author": "Someone"}, "5: author: must be an object with a name"),
        ({"keywords": "a,b"}, "5: keywords: must be a list of texts"),
        ({"keywords": [1]}, "5: keywords: must be a list of texts"),
    ],
)
def test_a_wrong_value_is_told(says: Says, changes: dict[str, object], sentence: str) -> None:
    assert says(ManifestValues, manifest(**changes)) == [f"error {PATH}:{sentence}"]


@pytest.mark.parametrize("version", ["0.0.0", "2.0.0-rc.1", "1.2.3+build.5", "10.20.30-x.7.z.92"])
def test_a_semantic_version_is_none(says: Says, version: str) -> None:
    assert says(ManifestValues, manifest(version=version)) == []


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("commands", "'commands' must start with './', with forward slashes"),
        ("./com\\mands", "'./com\\\\mands' must start with './', with forward slashes"),
        ("./../outside.txt", "'./../outside.txt' leaves the plugin"),
        (["./extra", "./none.md"], "'./none.md' does not exist"),
    ],
)
def test_a_path_that_leads_nowhere_is_told(says: Says, given: object, message: str) -> None:
    assert says(ManifestPaths, manifest(commands=given)) == [f"error {PATH}:5: commands: {message}"]


def test_objects_and_paths_that_exist_are_fine(says: Says) -> None:
    assert says(ManifestPaths, manifest(mcpServers={"p": {}}, skills="./", hooks=["./bin/serve"])) == []
