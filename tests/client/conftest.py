"""The clients that the tests are given, and what to do where none is."""

from __future__ import annotations

import functools
import os
from typing import TYPE_CHECKING, Callable

import pytest

from client.people import VERSIONS
from phasegate.errors import PhasegateError
from phasegate.rollout.proving.client import find_client
from phasegate.rollout.proving.delivery import Follower

if TYPE_CHECKING:
    from pathlib import Path

    from phasegate.rollout.proving.client import Client
    from workshop import Workshop

VARIABLE = "PHASEGATE_CLIENTS"
HOW = (
    f"npm install --ignore-scripts --prefix DIR @anthropic-ai/claude-code@{VERSIONS[-1]}, then "
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
    missing = sorted(set(VERSIONS) - {client.version for client in clients})
    if missing and metafunc.config.getoption("require_all"):
        raise pytest.UsageError(f"no Claude Code client {' and none '.join(missing)} is given: {HOW}")
    if clients:
        metafunc.parametrize("client", clients, ids=[client.version for client in clients])
    else:
        absent = pytest.mark.skip(reason=f"no Claude Code client is given: {HOW}")
        metafunc.parametrize("client", [pytest.param(None, marks=absent)], ids=["absent"])


@pytest.fixture
def follower(client: Client, tmp_path: Path) -> Callable[[Workshop, str], Follower]:
    """Makes a new user who follows a channel of a workshop."""
    homes = (tmp_path / f"user-{number}" for number in range(9))
    return lambda workshop, channel: Follower(workshop.desk, client, channel, next(homes))
