from __future__ import annotations

from typing import Callable

import pytest

from phasegate.plugin.rules.commands import CommandHeaders

Says = Callable[..., list[str]]
PATH = "p/commands/show.md"


def command(*lines: str, body: str = "Do it.") -> dict[str, object]:
    return {PATH: "\n".join(["---", *lines, "---", body])}


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        (
            ["description: d", "alowed-tools: Read"],
            "3: alowed-tools: unknown key; did you mean 'allowed-tools'?",
        ),
        (["model: sonnet"], "1: description: must be there, a non-empty text"),
        (["model: sonnet", "description: ''"], "3: description: must be there, a non-empty text"),
        (["description: [d]"], "2: description: must be there, a non-empty text"),
        (
            ["description: d", "argument-hint: [PACKAGE]"],
            "3: argument-hint: must be a text; put quotes around it",
        ),
        (["description: d", "model: 4"], "3: model: must be a text; put quotes around it"),
        (["description: d", "user-invocable: maybe"], "3: user-invocable: must be true or false"),
        (["description: d", "allowed-tools: {a: b}"], "3: allowed-tools: must be a text or a list of texts"),
        (
            ["description: d", "allowed-tools: Bash(git log"],
            "3: allowed-tools: 'Bash(git log' is not of the form Tool, Tool(pattern)",
        ),
        (
            ["description: d", "disallowed-tools: [Read, '']"],
            "3: disallowed-tools: '' is not of the form Tool, Tool(pattern)",
        ),
    ],
)
def test_a_wrong_header_is_told_with_its_line(says: Says, lines: list[str], sentence: str) -> None:
    assert says(CommandHeaders, command(*lines)) == [f"error {PATH}:{sentence}"]


@pytest.mark.parametrize(
    "tools",
    [
        "Bash(git add:*), Bash(git status:*), Read",
        "Read Grep",
        "mcp__server__*",
        "[Read, 'Bash(npm run (a|b):*)']",
        "'*'",
    ],
)
def test_the_forms_of_tools_that_clients_take_are_taken(says: Says, tools: str) -> None:
    expected = ["'*' is not of the form"] if tools == "'*'" else []
    found = says(CommandHeaders, command("description: d", f"allowed-tools: {tools}"))
    assert len(found) == len(expected)
    assert all(part in sentence for part, sentence in zip(expected, found))


def test_a_command_without_text_is_told(says: Says) -> None:
    assert says(CommandHeaders, command("description: d", body=" \n")) == [
        f"error {PATH}:1: the command has no text below its header"
    ]


def test_a_header_that_is_no_yaml_is_told_and_says_what_to_do(says: Says) -> None:
    found = says(CommandHeaders, command("description: d", "argument-hint: [a] [b]"))
    assert len(found) == 1
    assert found[0].startswith(f"error {PATH}:3: no YAML: ")
    assert found[0].endswith("; quote a value that holds [ ] : or #")


def test_a_command_that_is_no_utf8_is_told(says: Says) -> None:
    assert says(CommandHeaders, {PATH: b"---\ndescription: \xff\n---\nx"}) == [f"error {PATH}: must be UTF-8"]


def test_commands_in_folders_that_the_manifest_names_are_checked_and_other_files_are_not(says: Says) -> None:
    changes = {"p/extra/more.md": "no header", "p/commands/deep/er.md": "none", "p/README.md": "none"}
    header = "1: must start with a header between two lines of '---'"
    assert says(CommandHeaders, changes) == [
        f"error p/commands/deep/er.md:{header}",
        f"error p/extra/more.md:{header}",
    ]
