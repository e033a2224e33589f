"""The clients that the tests are given, and what to do where none is."""

from __future__ import annotations

import functools
import os
from typing import TYPE_CHECKING, Callable

import pytest

from phasegate.errors import PhasegateError
from phasegate.rollout.proving.client import find_client
from phasegate.rollout.proving.delivery import Follower

if TYPE_CHECKING:
    from pathlib import Path

    from phasegate.rollout.proving.client import Client
    from workshop import Workshop

VARIABLE = "PHASEGATE_CLIENTS"
HOW = (
    f"no Claude Code client is given: npm install --ignore-scripts --prefix DIR @anthropic-ai/claude-code@2.1.330, then "
    f"{VARIABLE}=DIR/node_modules/@anthropic-ai/claude-code-linux-x64/claude (several: joined by {os.pathsep!r})"
)


@functools.cache
def given_clients() -> tuple[Client, ...]:
    """The clients that the variable names; one that does not run ends the tests, for it was asked for."""
    try:
        return tuple(
            find_client(program) for program in os.environ.get(VARIABLE, "").split(os.pathsep) if program
        )
    except PhasegateError as error:
        raise pytest.UsageError(f"{VARIABLE}: {error}") from error


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "client" not in metafunc.fixturenames:
        return
    clients = given_clients()
    if clients:
        metafunc.parametrize("client", clients, ids=[client.version for client in clients])
    elif metafunc.config.getoption("require_clients"):
        raise pytest.UsageError(HOW)
    else:
        metafunc.parametrize(
            "client", [pytest.param(None, marks=pytest.mark.skip(reason=HOW))], ids=["absent"]
        )


@pytest.fixture
def follower(client: Client, tmp_path: Path) -> Callable[[Workshop, str], Follower]:
    """Makes a new user who follows a channel of a workshop."""
    homes = (tmp_path / f"user-{number}" for number in range(9))
    return lambda workshop, channel: Follower(workshop.desk, client, channel, next(homes))
