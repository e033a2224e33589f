"""What all tests share: marks by folder, and a git that knows nothing of the machine it runs on."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

HERE = Path(__file__).parent
settings.register_profile("suite", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("suite")  # a loaded machine is no bug

SUITES = ("unit", "integration", "e2e", "performance", "regression")

GIT_SETTINGS = """\
[user]
    name = Test Author
    email = author@example.test
[init]
    defaultBranch = main
[commit]
    gpgSign = false
[core]
    fsync = none
[gc]
    auto = 0
[maintenance]
    auto = false
"""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark every test by the folder it lies in; benchmarks run only where they are asked for."""
    for item in items:
        suite = suite_of(item.path)
        if suite:
            item.add_marker(suite)
    if not asks_for_benchmarks(config):
        benchmarks = [item for item in items if suite_of(item.path) == "performance"]
        items[:] = [item for item in items if suite_of(item.path) != "performance"]
        config.hook.pytest_deselected(items=benchmarks)


def suite_of(path: Path) -> str | None:
    """The suite that the test file `path` belongs to."""
    inside = path.relative_to(HERE).parts if HERE in path.parents else ()
    return inside[0] if inside and inside[0] in SUITES else None


def asks_for_benchmarks(config: pytest.Config) -> bool:
    """Whether a mark or a path on the command line names the performance suite."""
    named = [str(config.option.markexpr), *map(str, config.args)]
    return any("performance" in text for text in named)


@pytest.fixture(scope="session")
def git_settings(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The one git configuration of a test run."""
    path = tmp_path_factory.mktemp("git-settings") / "gitconfig"
    path.write_text(GIT_SETTINGS, encoding="utf-8")
    return path


@pytest.fixture(autouse=True)
def isolated_git(monkeypatch: pytest.MonkeyPatch, git_settings: Path) -> None:
    """Neither the user's git configuration nor a hook's variables reach a test."""
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    home = str(git_settings.parent)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(git_settings))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.setenv("GIT_TERMINAL_PROMPT", "0")
    monkeypatch.setenv("HOME", home)
    monkeypatch.setenv("USERPROFILE", home)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(Path(home, ".config")))
