"""How the tests of a product share out over the levels of the pyramid, and which scenarios they play.

A test is an item that pytest collects, so a table of twenty rows is twenty tests. The levels are folders: `unit`;
`integration`; and what runs a whole product as its user does: `e2e`, `regression`, `faults`, `client`. Benchmarks are no
tests, and what tests the measuring itself, or the repository, belongs to no product.

A scenario is a behaviour that a user sees, by its name: a test function of the suites `e2e` and `regression`, whose name
(or docstring) says the behaviour. Its rows are one scenario, and so are its functions of one name.
"""

from __future__ import annotations

import ast
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

PRODUCTS = ("phasegate", "rforge")
LEVELS = {
    "unit": "unit",
    "integration": "integration",
    **dict.fromkeys(("e2e", "regression", "faults", "client"), "e2e"),
}
TARGET = {"unit": 0.60, "integration": 0.30, "e2e": 0.10}
TOLERANCE = {"unit": 0.15, "integration": 0.15, "e2e": 0.07}
"""How far a share may be off: each level keeps its place (the widest, the middle, the top), and none is missing. Closer
would make people write tests for the count: one parametrised table of a reader is 5 % of all."""

SCENARIO_SUITES = ("e2e", "regression")
FEWEST_SCENARIOS = 60
_OF_RFORGE = "rforge"


@dataclass(frozen=True)
class Pyramid:
    """How many tests a product has on each level."""

    product: str
    counts: Counter[str]

    @property
    def total(self) -> int:
        """All its tests."""
        return sum(self.counts.values())

    def share(self, level: str) -> float:
        """The share of a level, from 0 to 1; 0 where there is no test at all."""
        return self.counts[level] / self.total if self.total else 0.0

    def mistakes(self) -> list[str]:
        """What is too far off."""
        if not self.total:
            return [f"{self.product} has no tests"]
        return [
            f"{self.product} has {self.share(level):.0%} {level}, and should have {target:.0%} ± {TOLERANCE[level]:.0%}"
            for level, target in TARGET.items()
            if abs(self.share(level) - target) > TOLERANCE[level]
        ]


@dataclass(frozen=True)
class Scenario:
    """A behaviour that a user sees: its sentence, and the test that plays it."""

    sentence: str
    test: str


def count(items: Iterable[str]) -> tuple[Pyramid, ...]:
    """The pyramids of both products from pytest's ids, such as `tests/unit/rforge/test_a.py::test_b[c]`."""
    counts: dict[str, Counter[str]] = {product: Counter() for product in PRODUCTS}
    for item in items:
        folders = item.split("::")[0].split("/")[1:]
        level, product = LEVELS.get(folders[0]), _product(folders)
        if level and product:
            counts[product][level] += 1
    return tuple(Pyramid(product, counted) for product, counted in counts.items())


def _product(folders: list[str]) -> str | None:
    """By the folder below the suite; suites that play whole products are phasegate's where they name no product."""
    named = [product for product in PRODUCTS if product in folders]
    if named:
        return named[0]
    if folders[-1].startswith(f"test_{_OF_RFORGE}"):
        return _OF_RFORGE
    if folders[0] == "regression":
        return _OF_RFORGE
    return "phasegate" if LEVELS.get(folders[0]) == "e2e" else None


def scenarios(tests: Path) -> tuple[Scenario, ...]:
    """Every scenario below the folder `tests`, by the order of their files."""
    found: dict[str, Scenario] = {}
    for suite in SCENARIO_SUITES:
        for file in sorted((tests / suite).rglob("test_*.py")):
            for function in _functions(ast.parse(file.read_text(encoding="utf-8"))):
                docstring = ast.get_docstring(function)
                sentence = docstring.splitlines()[0] if docstring else function.name[5:].replace("_", " ")
                found.setdefault(
                    sentence, Scenario(sentence, f"{file.relative_to(tests).as_posix()}::{function.name}")
                )
    return tuple(found.values())


def _functions(tree: ast.Module) -> list[ast.FunctionDef]:
    return [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")]
