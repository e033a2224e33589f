from __future__ import annotations

from graphlib import CycleError, TopologicalSorter

from hypothesis import given
from hypothesis import strategies as st

from rforge.ecosystem import Ecosystem
from rforge.package.description import Dependency, Description

NAMES = [f"p{number}" for number in range(7)]
GRAPHS = st.dictionaries(st.sampled_from(NAMES), st.sets(st.sampled_from(NAMES)), min_size=1)


def ecosystem(graph: dict, field: str = "Imports") -> Ecosystem:
    return Ecosystem(
        {
            name: Description({"Package": name}, tuple(Dependency(field, other) for other in sorted(needed)))
            for name, needed in graph.items()
        }
    )


def test_a_change_reaches_users_and_their_users_with_the_number_of_steps() -> None:
    chain = ecosystem({"a": [], "b": ["a"], "c": ["b"], "d": []})
    assert chain.distances("a") == {"b": 1, "c": 2}


def test_whoever_suggests_a_package_is_reached_and_its_users_by_need_alone() -> None:
    suggests = Ecosystem(
        {
            "a": Description({}),
            "b": Description({}, (Dependency("Suggests", "a"),)),
            "c": Description({}, (Dependency("Suggests", "b"),)),
            "d": Description({}, (Dependency("Imports", "b"),)),
        }
    )
    assert suggests.distances("a") == {"b": 1, "d": 2}
    assert suggests.users_of("a", hard=True) == frozenset()
    assert suggests.levels() == (("a", "b", "c"), ("d",))


def test_r_itself_and_the_package_s_own_name_are_no_dependencies() -> None:
    assert ecosystem({"a": ["R", "a", "x"]}).outside["a"] == (Dependency("Imports", "x"),)


def test_circles_are_found_and_stand_in_one_level() -> None:
    circles = ecosystem({"a": ["b"], "b": ["a"], "c": ["a", "d"], "d": []})
    assert circles.cycles() == (("a", "b"),)
    assert circles.levels() == (("a", "b", "d"), ("c",))


def test_a_thousand_packages_in_a_chain_are_no_recursion() -> None:
    chain = ecosystem({f"p{n:04}": [f"p{n - 1:04}"] if n else [] for n in range(1500)})
    assert len(chain.levels()) == 1500


@given(GRAPHS)
def test_each_level_needs_only_the_levels_before_it_and_its_own_circles(graph: dict[str, set[str]]) -> None:
    made = ecosystem(graph)
    level_of = {name: number for number, level in enumerate(made.levels()) for name in level}
    assert sorted(level_of) == sorted(graph)
    together = {name: set(cycle) for cycle in made.cycles() for name in cycle}
    for name in graph:
        for other in made.needed_by(name):
            assert level_of[other] < level_of[name] or other in together.get(name, ())


@given(GRAPHS)
def test_there_is_a_circle_exactly_where_the_standard_library_sees_one(graph: dict[str, set[str]]) -> None:
    made = ecosystem(graph)
    try:
        TopologicalSorter({name: made.needed_by(name) for name in graph}).prepare()
        assert made.cycles() == ()
    except CycleError:
        assert made.cycles()


@given(GRAPHS)
def test_a_change_of_what_a_package_needs_reaches_it(graph: dict[str, set[str]]) -> None:
    made = ecosystem(graph)
    for name in graph:
        for other in made.needed_by(name):
            assert made.distances(other)[name] == 1
