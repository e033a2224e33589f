"""What all tests share: marks by folder, seeds and figures, and a git that knows nothing of the machine it runs on."""

from __future__ import annotations

import os
import random
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, settings

from workshop import Workshop

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

HERE = Path(__file__).parent
settings.register_profile("suite", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("suite")  # a loaded machine is no bug
settings.register_profile("brief", settings.get_profile("suite"), max_examples=10)

SUITES = ("unit", "integration", "e2e", "faults", "client", "performance", "regression")
FIGURE = "figure"

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


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--whole`, `--seed` and `--step` are for faults; what has to be there is no reason to skip where it is not."""
    group = parser.getgroup("faults")
    group.addoption("--whole", action="store_true", help="every fault, not the quick selection")
    group.addoption("--seed", type=int, help="repeat the faults of an earlier run, which printed its seed")
    group.addoption("--step", type=int, help="of faults at steps, those at this one alone")
    parser.addoption(
        "--update-snapshots", action="store_true", help="record anew what regression compares with"
    )
    parser.addoption(
        "--require-all",
        action="store_true",
        help="fail where a test is skipped, or a Claude Code client that CI installs is not given",
    )


def pytest_configure(config: pytest.Config) -> None:
    """One seed for all workers: the quick selection is the same each time, the whole a new one where nobody gave one."""
    if config.option.seed is None:
        config.option.seed = random.SystemRandom().randrange(2**32) if config.option.whole else 0


def pytest_report_header(config: pytest.Config) -> str:
    """The seed, before anything can fail."""
    return f"faults: --seed {config.option.seed}{' --whole' if config.option.whole else ''}"


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """The figures that tests reported, with the seed that gives them again."""
    reports = [report for found in terminalreporter.stats.values() for report in found]
    figures = [
        f"{getattr(report, 'head_line', '')}: {value}"
        for report in reports
        for name, value in getattr(report, "user_properties", ())
        if name == FIGURE and report.when == "call"
    ]
    if figures:
        terminalreporter.section(f"figures (--seed {config.option.seed})")
        terminalreporter.write_line("\n".join(figures))


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """What is skipped has failed where everything was asked for."""
    outcome: Any = yield
    _require(item, outcome.get_result())


@pytest.hookimpl(hookwrapper=True)
def pytest_make_collect_report(collector: pytest.Collector) -> Iterator[None]:
    """A module that is skipped as a whole has failed with it."""
    outcome: Any = yield
    _require(collector, outcome.get_result())


def _require(node: pytest.Item | pytest.Collector, report: Any) -> None:
    """A test that is expected to fail was run, although pytest calls it skipped."""
    if report.skipped and node.config.option.require_all and not hasattr(report, "wasxfail"):
        report.outcome, report.longrepr = "failed", f"{node.nodeid} is skipped: {report.longrepr}"


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Tests of which each was skipped have shown nothing; who only collects them runs none."""
    reporter: Any = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter is None or session.config.option.collectonly:
        return
    skipped, run = reporter.stats.get("skipped"), {"passed", "xfailed"} & set(reporter.stats)
    if session.exitstatus == pytest.ExitCode.OK and skipped and not run:
        session.exitstatus = pytest.ExitCode.NO_TESTS_COLLECTED


@pytest.fixture
def figure(record_property: Callable[[str, object], None]) -> Callable[[str], None]:
    """Reports a figure that a reader of the run should see, such as how many faults were survived."""
    return lambda value: record_property(FIGURE, value)


@pytest.fixture
def whole(request: pytest.FixtureRequest) -> bool:
    """Whether every fault is asked for, and not the quick selection."""
    return bool(request.config.option.whole)


@pytest.fixture
def seed(request: pytest.FixtureRequest) -> int:
    """The seed of this run."""
    return int(request.config.option.seed)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark every test by the folder it lies in; benchmarks run only where they are asked for."""
    for item in items:
        suite = suite_of(item.path)
        if suite:
            item.add_marker(suite)
        if suite == "faults":
            item.add_marker("once")
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


@pytest.fixture(scope="module", autouse=True)
def measured_processes(request: pytest.FixtureRequest) -> Iterator[None]:
    """Of the processes that tests start coverage measures those of suite e2e: each starts 0.4 s later for it."""
    with pytest.MonkeyPatch.context() as patch:
        if suite_of(request.path) != "e2e":
            patch.delenv("COVERAGE_PROCESS_CONFIG", raising=False)
        yield


@pytest.fixture(scope="session", autouse=True)
def isolated_git(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Neither the user's git configuration nor a hook's variables reach a test; the home folder that they see."""
    home = tmp_path_factory.mktemp("home")
    settings_file = home / "gitconfig"
    settings_file.write_text(GIT_SETTINGS, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("GIT_")]:
            patch.delenv(name)
        patch.setenv("GIT_CONFIG_GLOBAL", str(settings_file))
        patch.setenv("GIT_CONFIG_NOSYSTEM", "1")
        patch.setenv("GIT_TERMINAL_PROMPT", "0")
        patch.setenv("HOME", str(home))
        patch.setenv("USERPROFILE", str(home))
        patch.setenv("XDG_CONFIG_HOME", str(home / ".config"))
        yield home


@pytest.fixture(scope="session")
def _begun(tmp_path_factory: pytest.TempPathFactory, isolated_git: Path) -> Workshop:
    return Workshop(tmp_path_factory.mktemp("begun"))


@pytest.fixture(scope="session")
def _released(tmp_path_factory: pytest.TempPathFactory, _begun: Workshop) -> Workshop:
    workshop = _begun.copy(tmp_path_factory.mktemp("released"))
    workshop.release()
    workshop.commit("feat: break it", {"demo/broken.py": "boom\n"})
    return workshop


@pytest.fixture(scope="session")
def _finished(tmp_path_factory: pytest.TempPathFactory, _released: Workshop) -> Workshop:
    workshop = _released.copy(tmp_path_factory.mktemp("finished"))
    workshop.release()
    return workshop


@pytest.fixture
def workshop(_begun: Workshop, tmp_path: Path) -> Workshop:
    """A copy of its own for each test: a first commit, and nothing released."""
    return _begun.copy(tmp_path)


@pytest.fixture
def released(_released: Workshop, tmp_path: Path) -> Workshop:
    """The same with 1.0.0 in public, and a commit that asks for 1.1.0."""
    return _released.copy(tmp_path)


@pytest.fixture
def finished(_finished: Workshop, tmp_path: Path) -> Workshop:
    """The same with two releases in public: 1.0.0, then the bad 1.1.0."""
    return _finished.copy(tmp_path)
