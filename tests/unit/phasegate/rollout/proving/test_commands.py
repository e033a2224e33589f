from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from phasegate.plugin.tree import MemoryFiles
from phasegate.rollout.proving.commands import commands_of

if TYPE_CHECKING:
    from collections.abc import Mapping

COMMAND = "---\ndescription: Do it\n---\nDo it.\n"


def commands(files: Mapping[str, str], **manifest: object) -> set[str] | None:
    contents = {path: text.encode() for path, text in files.items()}
    found = commands_of(MemoryFiles(contents), {"name": "p", **manifest})
    return None if found is None else set(found)


def test_each_file_is_a_command_by_its_path() -> None:
    files = dict.fromkeys(("commands/a.md", "commands/deep/er/b.md", "commands/c.txt", "other/d.md"), COMMAND)
    assert commands(files) == {"a", "deep:er:b"}


@pytest.mark.parametrize("text", ["no header", "---\ndescription: [broken\n---\nText\n", ""])
def test_a_command_without_a_header_that_can_be_read_is_one_all_the_same(text: str) -> None:
    assert commands({"commands/a.md": text}) == {"a"}


def test_a_command_that_says_that_it_is_not_for_users_is_none() -> None:
    hidden = COMMAND.replace("---\nDo", "user-invocable: false\n---\nDo")
    shown = COMMAND.replace("---\nDo", "user-invocable: true\n---\nDo")
    assert commands({"commands/a.md": hidden, "commands/b.md": shown}) == {"b"}


def test_a_folder_that_is_a_skill_holds_no_commands() -> None:
    assert commands({"commands/a/SKILL.md": COMMAND, "commands/a/b.md": COMMAND}) == set()


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("./other", {"b", "c:d"}),
        (["./other/", "./alone.md"], {"b", "c:d", "alone"}),
        ([], set()),
        (
            {"e": {"source": "./other/b.md"}, "f/g": {"content": "Do it.", "description": "More"}},
            {"e", "f/g"},
        ),
        ({}, set()),
    ],
)
def test_where_the_manifest_names_the_commands_the_folder_does_not_count(
    given: object, expected: set[str]
) -> None:
    files = dict.fromkeys(("commands/a.md", "other/b.md", "other/c/d.md", "alone.md"), COMMAND)
    assert commands(files, commands=given) == expected


def test_a_command_with_a_name_is_none_either_where_it_says_that_it_is_not_for_users() -> None:
    hidden = COMMAND.replace("---\nDo", "user-invocable: false\n---\nDo")
    given = {"a": {"source": "./a.md"}, "b": {"content": hidden}, "c": {"source": "./c.md"}}
    assert commands({"a.md": hidden, "c.md": COMMAND}, commands=given) == {"c"}


@pytest.mark.parametrize(
    "given",
    [
        *(None, 5, ["./other", 5], ["./other", {"b": {"source": "./other/b.md"}}]),
        *(
            {"b": how}
            for how in ("./other/b.md", {}, {"source": "./other"}, {"source": "./absent.md"}, {"x": "y"})
        ),
    ],
)
def test_a_form_that_is_not_known_is_not_taken_for_no_command(given: object) -> None:
    assert commands({"other/b.md": COMMAND}, commands=given) is None


def test_a_plugin_without_commands_has_none() -> None:
    assert commands({"README.md": "Read me."}) == set()
