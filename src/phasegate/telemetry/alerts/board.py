"""What is remembered of alerts from one look to the next: their states, the silences, and who was told of what."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from itertools import count
from typing import TYPE_CHECKING, Any

from phasegate.strict_json import read_json
from phasegate.telemetry.alerts.attention import REPEAT_S, Silence, groups_to_tell
from phasegate.telemetry.alerts.states import SCHEMA, Alert, Phase
from phasegate.whole_file import write_whole

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from phasegate.telemetry.alerts.attention import Group


_UNHEARD_S = 86400.0

_CLOCK_SLACK_S = 60.0


@dataclass(frozen=True)
class Told:
    """The last notice of a group through one channel: when, and which of its alerts fired then."""

    at_s: float
    firing: tuple[str, ...]


@dataclass(frozen=True)
class Board:
    """All of it.

    Attributes:
        alerts: the alerts after the last look.
        silences: the silences, also those that are over.
        told: group and channel → the last notice.
    """

    alerts: tuple[Alert, ...] = ()
    silences: tuple[Silence, ...] = ()
    told: Mapping[str, Told] = field(default_factory=dict)

    def due(self, channel: str, at_s: float) -> tuple[Group, ...]:
        """The groups of which `channel` is due a notice: what fires is other than was told, or it is time to repeat it."""
        return tuple(
            group
            for group in groups_to_tell(self.alerts, self.silences, at_s)
            if self._is_due(group, channel, at_s)
        )

    def with_told(self, group: Group, channel: str, at_s: float) -> Board:
        """The same after a notice of `group` went out through `channel`."""
        return replace(self, told={**self.told, _key(group, channel): Told(at_s, _firing(group))})

    def after(self, alerts: Iterable[Alert], at_s: float) -> Board:
        """The same after a look: what is over stays for a day, while somebody heard that it fires and not yet of its end."""
        there = {alert.fingerprint: alert for alert in alerts}
        heard = {firing for told in self.told.values() for firing in told.firing}
        for alert in self.alerts:
            is_over = alert.resolved_s is not None and at_s - alert.resolved_s < _UNHEARD_S
            if is_over and _episode(alert) in heard:
                there.setdefault(alert.fingerprint, alert)
        lasting = {_episode(alert) for alert in there.values()}
        told = {key: told for key, told in self.told.items() if not told.firing or lasting & set(told.firing)}
        return replace(self, alerts=tuple(there.values()), told=told)

    def silenced(self, silence: Silence, at_s: float) -> Board:
        """The same with one more silence, and without those that are over."""
        return replace(self, silences=(*(s for s in self.silences if s.until_s > at_s), silence))

    def _is_due(self, group: Group, channel: str, at_s: float) -> bool:
        before, firing = self.told.get(_key(group, channel), Told(0.0, ())), _firing(group)
        if firing != before.firing:
            return True
        is_recent = -_CLOCK_SLACK_S <= at_s - before.at_s < REPEAT_S[group.severity]  # a clock may go back
        return bool(firing) and not is_recent

    def as_json(self) -> dict[str, Any]:
        """Itself as JSON has it."""
        return {
            "schema": SCHEMA,
            "alerts": [alert.as_json() for alert in self.alerts],
            "silences": [silence.as_json() for silence in self.silences],
            "told": {
                key: {"at_s": told.at_s, "firing": list(told.firing)} for key, told in self.told.items()
            },
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Board:
        """The inverse of `as_json`; raises KeyError, TypeError or ValueError for what is none."""
        if data["schema"] != SCHEMA:
            raise ValueError(f"a board of schema {data['schema']}, not {SCHEMA}")
        return cls(
            tuple(map(Alert.from_json, data["alerts"])),
            tuple(map(Silence.from_json, data["silences"])),
            {key: Told(float(told["at_s"]), tuple(told["firing"])) for key, told in data["told"].items()},
        )


def load_board(path: Path) -> tuple[Board, str]:
    """The board in the file at `path`, and what is wrong with it (empty: nothing); a broken one is kept aside.

    Raises:
        OSError: the system refuses to read it.
    """
    wrong = "it is a folder"
    if not path.is_dir():
        try:
            return Board.from_json(read_json(path.read_bytes())), ""
        except FileNotFoundError:
            return Board(), ""
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            wrong = str(error)
    return Board(), f"{path} is broken ({wrong}); timers begin anew, and {_put_aside(path)}"


def _put_aside(path: Path) -> str:
    """Rename it to what nothing is called yet; what became of it."""
    names = (path.with_suffix(f".broken{number or ''}") for number in count())
    aside = next(name for name in names if not name.exists())
    try:
        path.replace(aside)
    except OSError as error:
        return f"it could not be kept: {error.strerror}"
    return f"it is kept as {aside.name}"


def save_board(path: Path, board: Board) -> None:
    """Replace the file at `path` in one step."""
    write_whole(path, json.dumps(board.as_json()))


def _key(group: Group, channel: str) -> str:
    return f"{channel}{{{','.join(f'{name}={value}' for name, value in group.labels)}}}"


def _firing(group: Group) -> tuple[str, ...]:
    return tuple(sorted(_episode(alert) for alert in group.alerts if alert.phase is Phase.FIRING))


def _episode(alert: Alert) -> str:
    """What tells an alert from the same one at another time: what fires again is news."""
    return f"{alert.fingerprint}@{alert.fired_s}"
