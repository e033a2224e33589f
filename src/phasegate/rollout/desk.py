"""Where an operator works: repository, configuration, clock, and somebody who reads along."""

from __future__ import annotations

import os
import re
import time
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Callable

from phasegate.errors import ErrorCode, PhasegateError
from phasegate.redaction import Discretion, secrets_in
from phasegate.rollout.reading.materials import Occasion
from phasegate.rollout.reading.world import observe

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from phasegate.config import Config
    from phasegate.git.repository import Repository
    from phasegate.rollout.reading.world import World


def _system_time_s() -> int:
    return int(time.time())


@dataclass(frozen=True)
class Desk:
    """What every operation needs.

    Attributes:
        repository: the user's repository.
        config: its configuration.
        environments: the folder of nox's environments.
        say: takes a line of progress for people.
        environment: the process's environment variables.
        clock: the time, seconds since 1970.
    """

    repository: Repository
    config: Config
    environments: Path
    say: Callable[[str], None]
    environment: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))
    clock: Callable[[], int] = _system_time_s

    @property
    def project(self) -> str:
        """What notices call the repository: the last part of its remote's URL."""
        url = self.discreet(self.repository.settings.get(f"remote.{self.config.remote}.url", ""))
        path = re.sub(r"^[\w+.-]+://[^/]*|[?#].*$", "", url.replace("\\", "/"), flags=re.DOTALL)
        name = re.split(r"[/:@]", re.sub(r"/*(\.git)?/*$", "", path))[-1]
        return name or self.repository.root.name

    def observe(self) -> World:
        """The remote as it is now; raises what `reading.world.observe` raises."""
        return observe(self.repository, self.config)

    def judged(self, world: World) -> World:
        """`world` with what the judge says of the phases that are to be watched."""
        from phasegate.rollout.reading.watching import decide

        return decide(self.repository, world, self.config, self.environment, self.clock())

    @cached_property
    def discreet(self) -> Discretion:
        """Takes the secrets of the environment and of git's settings out of a text."""
        variables = (self.config.notify.apprise_variable, self.config.telemetry.prometheus_variable)
        named = filter(None, variables)
        return Discretion(secrets_in(self.environment, *named) | self.repository.secrets)

    def occasion(self, why: str = "") -> Occasion:
        """Who acts, now, and why; raises `identity-missing`, or `usage` for a time that is none.

        `SOURCE_DATE_EPOCH` (https://reproducible-builds.org) fixes the time that objects carry, never the clock.
        """
        now_s = self.clock()
        fixed = self.environment.get("SOURCE_DATE_EPOCH", "")
        at_s = _epoch_s(fixed) if fixed else now_s
        return Occasion(
            self.repository.identity(), at_s, now_s, self.discreet(why), self.discreet.unmistakable
        )


def _epoch_s(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,10}", text):
        raise PhasegateError(
            ErrorCode.USAGE,
            "SOURCE_DATE_EPOCH is no time.",
            why="It must be a whole number of seconds since 1970, of ten digits at most.",
            hint="Set it to such a number, or unset it.",
        )
    return int(text)
