"""How packages depend on each other: a graph, its cycles, and the order in which they can be released. Pure.

Hard dependencies (Depends, Imports, LinkingTo) have to be installed before a package can be; of the others (Suggests,
Enhances) a package can do without, so that they make no cycle and no order.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rforge.package.description import HARD_FIELDS, STANDARD_PACKAGES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from rforge.package.description import Dependency, Description


class Ecosystem:
    """Packages by name, and which of them needs which.

    Args:
        descriptions: what each package says about itself, by its name.
    """

    def __init__(self, descriptions: Mapping[str, Description]) -> None:
        self.names = tuple(sorted(descriptions))
        self.inside: dict[str, tuple[Dependency, ...]] = {}
        self.outside: dict[str, tuple[Dependency, ...]] = {}
        self._users: dict[str, set[str]] = {name: set() for name in descriptions}
        for name in self.names:
            entries = [d for d in descriptions[name].dependencies if d.name not in ("R", name)]
            self.inside[name] = tuple(d for d in entries if d.name in descriptions)
            self.outside[name] = tuple(d for d in entries if d.name not in descriptions)
            for dependency in self.inside[name]:
                self._users[dependency.name].add(name)

    def needed_by(self, name: str) -> frozenset[str]:
        """The packages here that `name` cannot do without."""
        return frozenset(d.name for d in self.inside.get(name, ()) if d.field in HARD_FIELDS)

    def needed_from_outside(self, name: str) -> frozenset[str]:
        """The packages that `name` cannot do without, that are not here and do not come with R."""
        entries = self.outside.get(name, ())
        return frozenset(d.name for d in entries if d.field in HARD_FIELDS) - STANDARD_PACKAGES

    def users_of(self, name: str, *, hard: bool = False) -> frozenset[str]:
        """The packages here that name `name` among their dependencies; those only that cannot do without it if `hard`."""
        users = self._users.get(name, set())
        return frozenset(user for user in users if not hard or name in self.needed_by(user))

    def distances(self, name: str) -> dict[str, int]:
        """Every package that a change of `name` can reach, with the number of steps to it.

        The first step may be of any kind: tests of a package that suggests `name` can fail too. Further steps are hard.
        """
        reached = dict.fromkeys(self.users_of(name), 1)
        edge: Iterable[str] = sorted(reached)
        steps = 1
        while edge:
            steps += 1
            edge = sorted(
                {user for package in edge for user in self.users_of(package, hard=True)}
                - set(reached)
                - {name}
            )
            reached.update(dict.fromkeys(edge, steps))
        return reached

    def cycles(self) -> tuple[tuple[str, ...], ...]:
        """Packages that hardly need each other in a circle, each circle sorted: none of them can be installed first."""
        return tuple(tuple(sorted(part)) for part in self._components() if len(part) > 1)

    def levels(self) -> tuple[tuple[str, ...], ...]:
        """The packages in the order in which they can be released: each level needs only the levels before it.

        Packages in a circle stand in one level.
        """
        level_of: dict[str, int] = {}
        for part in self._components():
            needed = {other for name in part for other in self.needed_by(name)} - set(part)
            level = 1 + max((level_of[other] for other in needed), default=-1)
            level_of.update(dict.fromkeys(part, level))
        levels: list[list[str]] = [[] for _ in range(1 + max(level_of.values(), default=-1))]
        for name in self.names:
            levels[level_of[name]].append(name)
        return tuple(tuple(level) for level in levels)

    def _components(self) -> list[list[str]]:
        """The strongly connected components, those that are needed first (Kosaraju's two searches)."""
        seen: set[str] = set()
        finished = [
            name for root in self.names for name in _search(root, lambda n: self.users_of(n, hard=True), seen)
        ]
        seen = set()
        found = (_search(root, self.needed_by, seen) for root in reversed(finished))
        return [component for component in found if component]


def _search(root: str, neighbours: Callable[[str], Iterable[str]], seen: set[str]) -> list[str]:
    """What can be reached from `root` and was not `seen`, in the order in which a depth-first search leaves it."""
    if root in seen:
        return []
    seen.add(root)
    left: list[str] = []
    path = [(root, iter(sorted(neighbours(root))))]
    while path:
        name, rest = path[-1]
        step = next((other for other in rest if other not in seen), None)
        if step is None:
            left.append(name)
            path.pop()
        else:
            seen.add(step)
            path.append((step, iter(sorted(neighbours(step)))))
    return left
