"""Where an operator works: repository, configuration, clock, and somebody who reads along."""

from __future__ import annotations

import os
import re
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Callable

from phasegate.notify.redaction import secrets_in, without_secrets
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
        url = self.repository.settings.get(f"remote.{self.config.remote}.url", "")
        path = re.sub(r"/?\.git/?$|[?#].*$", "", url.replace("\\", "/")).rstrip("/")
        return re.split(r"[/:]", path)[-1] or self.repository.root.name

    def observe(self) -> World:
        """The remote as it is now; raises what `reading.world.observe` raises."""
        return observe(self.repository, self.config)

    def discreet(self, text: str) -> str:
        """`text` without the secrets of the environment."""
        return without_secrets(text, secrets_in(self.environment))

    def occasion(self, why: str = "") -> Occasion:
        """Who acts, now, and why; raises `identity-missing`.

        `SOURCE_DATE_EPOCH` (https://reproducible-builds.org) fixes the time that objects carry, never the clock.
        """
        now_s = self.clock()
        fixed = self.environment.get("SOURCE_DATE_EPOCH", "")
        return Occasion(
            self.repository.identity(), int(fixed) if fixed.isdigit() else now_s, now_s, self.discreet(why)
        )
