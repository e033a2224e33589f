"""What the tests of this suite share."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import seed as seeded

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from hypothesis import strategies as st

    from faults.hosts import Host
    from faults.points import Striker
    from faults.scenes import Stage, Undisturbed
    from workshop import Workshop

QUICK_SHARE = 50
"""A quick run tries every n-th case."""

QUICK_SCENES = 2
"""A quick run plays that many scenes, which the seed chooses among those whose gates need not run."""


@pytest.fixture
def fuzz(
    whole: bool, seed: int, figure: Callable[[str], None], record_property: Callable[[str, object], None]
) -> Callable[..., None]:
    """Gives a strategy's values to a check, as many as CASES says of `about` (fewer in a quick run).

    The check says of each value whether it got as far as the test means to look; in a whole run some must.
    """
    from faults.hostile import CASES

    def run(strategy: st.SearchStrategy[Any], check: Callable[[Any], object], about: str) -> None:
        seen = taken = 0
        wanted = CASES[about] if whole else max(1, CASES[about] // QUICK_SHARE)

        @seeded(seed)
        @settings(
            max_examples=wanted,
            database=None,
            deadline=None,
            phases=(Phase.generate, Phase.shrink),
            suppress_health_check=list(HealthCheck),
        )
        @given(strategy)
        def each(value: Any) -> None:
            nonlocal seen, taken
            took = check(value)
            seen += 1
            taken += bool(took)

        each()
        assert seen >= wanted, f"the strategy has no more than {seen} values"
        assert taken or not whole, "no value got as far as it should"
        figure(f"{seen} cases, {taken} taken")
        record_property(about, seen)

    return run


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """How many hostile cases really ran, and how many of them in the kinds of input that were promised."""
    from faults.hostile import CASES, PROMISED

    reports = [report for found in terminalreporter.stats.values() for report in found]
    ran = [entry for report in reports for entry in _properties(report) if entry[0] in CASES]
    if ran:
        promised = sum(seen for about, seen in ran if about in PROMISED)
        terminalreporter.write_line(
            f"hostile input: {sum(seen for _, seen in ran)} cases, {promised} of them over what is promised"
        )


def _properties(report: Any) -> list[tuple[str, Any]]:
    return getattr(report, "user_properties", []) if getattr(report, "when", "") == "call" else []


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Every scene in the whole run; in the quick one a few, which the seed chooses, in one test."""
    if "names" in metafunc.fixturenames:
        from faults.scenes import SCENES

        shares = {name: (name,) for name in SCENES} if metafunc.config.option.whole else {"some": ()}
        metafunc.parametrize("names", list(shares.values()), ids=list(shares))


@pytest.fixture(scope="session")
def stage(tmp_path_factory: pytest.TempPathFactory, _begun: Workshop, _released: Workshop) -> Stage:
    """Where scenes are prepared, each once."""
    from faults.scenes import Stage

    return Stage(tmp_path_factory.mktemp("stage"), _begun, _released)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    """A server of every repository that a test makes."""
    from faults.hosts import GitDaemon

    daemon = GitDaemon(tmp_path_factory.getbasetemp())
    yield daemon
    daemon.close()


@pytest.fixture
def plays(stage: Stage, names: Sequence[str], seed: int) -> list[Undisturbed]:
    """The scenes of this test, as they go undisturbed."""
    from faults.scenes import SCENES

    quick = [name for name, scene in SCENES.items() if scene.judged]
    chosen = names or random.Random(seed).sample(quick, QUICK_SCENES)
    return [stage.play(SCENES[name]) for name in chosen]


@pytest.fixture
def striker(request: pytest.FixtureRequest, tmp_path: Path) -> Striker:
    """Who strikes the operators of this test."""
    from faults.points import Striker

    return Striker(request, tmp_path)


@pytest.fixture
def only_whole(whole: bool) -> None:
    """Skips a test that would be too long for the quick selection."""
    if not whole:
        pytest.skip("only with --whole: `nox -s faults`")
