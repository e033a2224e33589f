from __future__ import annotations

import pytest

from phasegate.adoption.layout import Contains, Layout, choose_layout


def answers(*contained: tuple[str, str]) -> Contains:
    """A repository in which the second of each pair holds no work that the first one lacks."""
    return lambda first, second: first == second or (first, second) in contained


def branches(*names: str) -> dict[str, str]:
    return {name: f"commit of {name}" for name in names}


def of(*pairs: tuple[str, str]) -> Contains:
    return answers(*((f"commit of {a}", f"commit of {b}") for a, b in pairs))


MAIN_FROM_DEV, DEV_FROM_MAIN = ("dev", "main"), ("main", "dev")


@pytest.mark.parametrize(
    ("default", "names", "contained", "layout"),
    [
        ("main", ("main",), (), Layout("main")),
        ("trunk", ("trunk", "dev", "main"), (MAIN_FROM_DEV,), Layout("trunk")),
        ("dev", ("dev", "main"), (MAIN_FROM_DEV,), Layout("dev", stable="main")),
        ("main", ("dev", "main"), (MAIN_FROM_DEV,), Layout("dev", stable="main")),
        ("main", ("dev", "main"), (MAIN_FROM_DEV, DEV_FROM_MAIN), Layout("dev", stable="main")),
        ("master", ("develop", "master"), (("develop", "master"),), Layout("develop", stable="master")),
        ("main", ("dev", "main"), (DEV_FROM_MAIN,), Layout("main")),
        ("main", ("dev", "main"), (), Layout("main", perhaps=("dev", "main"))),
        ("dev", ("dev", "main"), (), Layout("dev", perhaps=("dev", "main"))),
        ("dev", ("dev", "main"), (DEV_FROM_MAIN,), Layout("dev", perhaps=("dev", "main"))),
        ("dev", ("dev",), (), Layout("dev")),
        (None, ("only",), (), Layout("only")),
        (None, ("one", "two"), (), Layout(None)),
        (None, (), (), Layout(None)),
    ],
)
def test_the_layout_that_branches_show_or_a_question(
    default: str | None, names: tuple[str, ...], contained: tuple[tuple[str, str], ...], layout: Layout
) -> None:
    assert choose_layout(default, branches(*names), of(*contained)) == layout


def test_what_this_clone_cannot_tell_is_not_guessed() -> None:
    layout = choose_layout("dev", branches("dev", "main"), lambda first, second: None)
    assert layout == Layout("dev", perhaps=("dev", "main"))
