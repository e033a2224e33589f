from __future__ import annotations

from typing import Callable

from phasegate.plugin.rules.versions import VersionReuse

Says = Callable[..., list[str]]


def test_a_released_version_on_another_tree_is_told(says: Says) -> None:
    assert says(VersionReuse, released={"1.0.0": "a" * 40}, tree="b" * 40) == [
        "error p/.claude-plugin/plugin.json:3: version: 1.0.0 was released, and stands for tree aaaaaaaaaaaa"
    ]


def test_a_tree_without_an_id_is_another_tree(says: Says) -> None:
    assert len(says(VersionReuse, released={"1.0.0": "a" * 40})) == 1


def test_the_released_tree_itself_and_a_fresh_version_are_fine(says: Says) -> None:
    assert says(VersionReuse, released={"1.0.0": "a" * 40}, tree="a" * 40) == []
    assert says(VersionReuse, released={"0.9.0": "a" * 40}, tree="b" * 40) == []
