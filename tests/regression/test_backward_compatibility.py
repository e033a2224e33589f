"""What people did with version 1.0.0 still works: no mode, a bare context, a package's name, and the scripts around that."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Callable

import pytest

from measuring.mcp_client import McpClient

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

HERE = Path(__file__).parent
PLUGIN = HERE.parents[1] / "rforge"
V1_KEYS = json.loads((HERE / "v1_keys.json").read_text(encoding="utf-8"))
COMMANDS = ("status", "analyze")

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def read(rforge: Run) -> Callable[..., Any]:
    """The JSON that a command answers with."""

    def run(*arguments: str, **options: Path) -> Any:
        ended = rforge(*arguments, "--format", "json", **options)
        assert (ended.returncode, ended.stderr) == (0, "")
        return json.loads(ended.stdout)

    return run


@pytest.fixture
def server(packages: Path, user_environment: Mapping[str, str]) -> Iterator[McpClient]:
    """The server as a client of version 1 started it."""
    with McpClient([sys.executable, str(PLUGIN / "server.py")], packages, user_environment) as client:
        client.initialize()
        yield client


def names(report: Any) -> list[str]:
    return [package["package"] for package in report["packages"]]


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_without_a_mode_is_mode_default(read: Callable[..., Any], command: str) -> None:
    plain, named = read(command), read(command, "--mode", "default")
    assert plain["mode"] == "default"
    assert plain["packages"] == named["packages"]


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("name", ["medfit", "MedFit"])
def test_a_package_s_name_narrows_it_down_to_that_package(
    read: Callable[..., Any], command: str, name: str
) -> None:
    report = read(command, name)
    assert (names(report), report["context"]) == (["medfit"], name)


def test_a_folder_s_name_is_as_good_as_the_package_s(
    read: Callable[..., Any], packages: Path, tmp_path: Path
) -> None:
    shutil.copytree(packages / "medfit", tmp_path / "clones" / "my-fork")
    shutil.copytree(packages / "probmed", tmp_path / "clones" / "probmed")
    assert names(read("status", "my-fork", folder=tmp_path / "clones")) == ["medfit"]


def test_a_bare_context_in_one_s_own_words_narrows_nothing_down(read: Callable[..., Any]) -> None:
    report = read("analyze", "why is the coverage low?")
    assert names(report) == names(read("analyze"))
    assert report["context"] == "why is the coverage low?"


def test_words_without_quotes_are_one_context(read: Callable[..., Any]) -> None:
    assert read("status", "before", "the", "talk")["context"] == "before the talk"


@pytest.mark.parametrize("word", ["debug", "optimize", "release", "default"])
def test_a_mode_s_name_as_context_is_a_context_and_switches_nothing(
    read: Callable[..., Any], word: str
) -> None:
    report = read("status", word)
    assert (report["mode"], report["context"]) == ("default", word)


def test_without_a_path_it_looks_where_one_stands(read: Callable[..., Any], packages: Path) -> None:
    standing = read("status", folder=packages / "medfit")
    assert (names(standing), standing["path"]) == (["medfit"], ".")
    assert names(read("status", "--path", str(packages / "medfit"))) == ["medfit"]


@pytest.mark.parametrize("spelling", ["JSON", "Json", "json"])
def test_a_format_is_taken_in_any_case_of_letters(rforge: Run, spelling: str) -> None:
    assert json.loads(rforge("status", "--format", spelling).stdout)["command"] == "status"


def test_without_a_format_it_answers_for_the_terminal_and_without_colours_into_a_pipe(rforge: Run) -> None:
    plain, named = rforge("status"), rforge("status", "--format", "terminal")
    assert plain.stdout == named.stdout
    assert "\x1b" not in plain.stdout
    assert "medfit" in plain.stdout


@pytest.mark.parametrize("command", COMMANDS)
def test_the_json_has_every_key_that_scripts_read(read: Callable[..., Any], command: str) -> None:
    report = read(command)
    assert report["schema"] == 1
    assert set(V1_KEYS["envelope"]) <= set(report)
    assert all(set(V1_KEYS["package"]) <= set(package) for package in report["packages"])


def test_a_score_is_a_number_from_0_to_100_and_a_healthy_package_has_all(read: Callable[..., Any]) -> None:
    scores = {package["package"]: package["score"] for package in read("status")["packages"]}
    assert all(0 <= score <= 100 for score in scores.values())
    assert scores["medfit"] > scores["probmed"]


def test_a_folder_without_packages_is_an_error_with_status_1_and_an_empty_stdout(
    rforge: Run, tmp_path: Path
) -> None:
    ended = rforge("status", folder=tmp_path)
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr.startswith("There is no R package in '.'")


def test_a_folder_that_is_not_there_is_an_error_that_names_it(rforge: Run) -> None:
    ended = rforge("analyze", "--path", "no/such/folder")
    assert (ended.returncode, ended.stdout) == (1, "")
    assert "'no/such/folder'" in ended.stderr


def test_a_wrong_mode_is_refused_with_the_choices_and_nothing_is_analysed(rforge: Run) -> None:
    ended = rforge("status", "--mode", "fast")
    assert (ended.returncode, ended.stdout) == (1, "")
    assert "Choose from: default, debug, optimize, release." in ended.stderr


def test_a_wrong_command_is_wrong_usage_with_status_2(rforge: Run) -> None:
    ended = rforge("stauts")
    assert (ended.returncode, ended.stdout) == (2, "")
    assert "invalid choice" in ended.stderr


def test_the_tools_of_version_1_are_listed_with_their_arguments(server: McpClient) -> None:
    tools = {tool["name"]: tool for tool in server.request("tools/list")["tools"]}
    for command in COMMANDS:
        schema = tools[f"rforge_{command}"]["inputSchema"]
        assert {"path", "context", "mode", "format"} <= set(schema["properties"])
        assert not schema.get("required")


@pytest.mark.parametrize("command", COMMANDS)
def test_a_call_without_arguments_or_with_nulls_is_answered_with_a_text(
    server: McpClient, command: str
) -> None:
    nulls = dict.fromkeys(("path", "context", "mode", "format"))
    for arguments in ({}, nulls):
        result = server.call(f"rforge_{command}", arguments)
        assert (result["isError"], result["content"][0]["type"]) == (False, "text")
        assert "medfit" in result["content"][0]["text"]


def test_the_command_line_and_the_server_say_the_same(server: McpClient, rforge: Run) -> None:
    said = server.call("rforge_analyze", {"format": "markdown", "context": "medfit"})["content"][0]["text"]
    assert said.strip() == rforge("analyze", "medfit", "--format", "markdown").stdout.strip()


def test_with_the_modes_switched_off_everything_of_version_1_works(
    packages: Path, tmp_path: Path, user_environment: Mapping[str, str]
) -> None:
    copy = shutil.copytree(PLUGIN, tmp_path / "rforge", ignore=shutil.ignore_patterns("__pycache__"))
    off = {"schema": 1, "flags": {"mode-system": {"enabled": False, "users": [], "percentage": 100}}}
    (copy / "flags.json").write_text(json.dumps(off), encoding="utf-8")
    with McpClient([sys.executable, str(copy / "server.py")], packages, user_environment) as client:
        client.initialize()
        for command in COMMANDS:
            assert client.call(f"rforge_{command}", {"context": "medfit"})["isError"] is False
        assert client.call("rforge_status", {"mode": "debug"})["isError"] is True


@pytest.mark.skipif(shutil.which("bash") is None, reason="there is no bash")
@pytest.mark.skipif(sys.platform == "win32", reason="bash there has other paths than Python")
def test_a_script_of_a_user_s_own_works_as_it_did(
    packages: Path, user_environment: Mapping[str, str]
) -> None:
    ended = subprocess.run(
        ["bash", str(HERE / "test-user-scripts.sh"), str(packages)],
        env={**user_environment, "PYTHON": sys.executable},
        capture_output=True,
        text=True,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert ended.stdout.splitlines()[-1] == "7 of 7 as ever"
