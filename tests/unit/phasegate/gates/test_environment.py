"""The environment of a gate."""

from __future__ import annotations

from pathlib import Path

import pytest

from phasegate.gates.environment import gate_environment


def made(**outer: str) -> dict[str, str]:
    return gate_environment(outer, epoch="1700000000", verdicts=Path("verdicts.jsonl"))


@pytest.mark.parametrize(
    "name",
    [
        "GIT_DIR",
        "GIT_INDEX_FILE",
        "GIT_WORK_TREE",
        "PYTHONPATH",
        "VIRTUAL_ENV",
        "UV_PYTHON",
        "NOXSESSION",
        "PYTEST_ADDOPTS",
    ],
)
def test_what_would_point_a_gate_elsewhere_is_dropped(name: str) -> None:
    assert name not in made(**{name: "elsewhere"})


@pytest.mark.parametrize("name", ["PATH", "HOME", "GIT_CONFIG_GLOBAL", "PIP_INDEX_URL", "UV_DEFAULT_INDEX"])
def test_the_users_settings_stay(name: str) -> None:
    assert made(**{name: "theirs"})[name] == "theirs"


def test_builds_are_dated_by_the_commit_and_no_python_is_downloaded() -> None:
    environment = made(SOURCE_DATE_EPOCH="1", UV_PYTHON_DOWNLOADS="automatic", NOX_DOWNLOAD_PYTHON="always")
    assert environment == {
        "NOX_DOWNLOAD_PYTHON": "never",
        "UV_PYTHON_DOWNLOADS": "never",
        "SOURCE_DATE_EPOCH": "1700000000",
        "PHASEGATE_VERDICTS": "verdicts.jsonl",
    }
