from __future__ import annotations

import json

import pytest

from phasegate.errors import PhasegateError
from phasegate.plugin.manifest import MANIFEST, find_plugins
from phasegate.plugin.tree import MemoryFiles


def details_of(flags: object) -> tuple[str, ...]:
    content = flags if isinstance(flags, bytes) else json.dumps(flags, indent=0).encode()
    with pytest.raises(PhasegateError) as caught:
        find_plugins(MemoryFiles({MANIFEST: b'{"name": "p"}', "flags.json": content}))
    return caught.value.details


def test_a_flag_file_of_another_schema_is_a_mistake_of_its_plugin() -> None:
    assert details_of({"schema": True, "flags": []}) == (
        "flags.json:2: schema: must be 1",
        "flags.json:3: flags: must be there, an object",
    )
    assert details_of({"schema": 2, "flags": {}}) == ("flags.json:2: schema: must be 1",)


def test_a_torn_flag_file_is_a_mistake_of_its_plugin() -> None:
    assert details_of(b"{")[0].startswith("flags.json:1: no JSON")


def test_every_flag_says_whether_it_is_enabled() -> None:
    assert details_of({"schema": 1, "flags": {"a": {"percentage": 5}, "b": {"enabled": 1}}}) == (
        "flags.json:4: flags.a.enabled: must be there, true or false",
        "flags.json:8: flags.b.enabled: must be there, true or false",
    )
