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
def fuzz(whole: bool, seed: int, figure: Callable[[str], None]) -> Callable[..., None]:
    """Gives `cases` values to a check (fewer in a quick run), and reports how many it saw."""

    def run(strategy: st.SearchStrategy[Any], check: Callable[[Any], None], *, cases: int) -> None:
        seen = 0
        wanted = cases if whole else max(1, cases // QUICK_SHARE)

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
            nonlocal seen
            seen += 1
            check(value)

        each()
        assert seen >= wanted, f"the strategy has no more than {seen} values"
        figure(f"{seen} cases")

    return run


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
