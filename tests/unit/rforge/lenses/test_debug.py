from __future__ import annotations

from typing import TYPE_CHECKING

from rforge.render.as_json import as_document
from rforge.request import Mode

if TYPE_CHECKING:
    from pathlib import Path


def debug(make_run, folder: Path, **asked: str) -> dict:
    return as_document(make_run("status", folder, mode=Mode.DEBUG, **asked).report())


def test_every_place_of_every_issue_has_its_file_and_line(fixtures: Path, make_run) -> None:
    issues = debug(make_run, fixtures)["issues"]
    places = {(issue["file"], issue["line"]) for issue in issues}
    assert {("NAMESPACE", 4), ("R/superiority.R", 3), ("NAMESPACE", 9), ("DESCRIPTION", 8)} <= places
    assert any(issue["message"].startswith("lavaan::") for issue in issues)


def test_the_tree_opens_each_package_once(write_ecosystem, make_run) -> None:
    packages = {
        "a": "Imports: b, c\n",
        "b": "Imports: d\n",
        "c": "Imports: d, cli (>= 3.0)\n",
        "d": "Suggests: a\n",
    }
    assert debug(make_run, write_ecosystem(packages))["tree"] == [
        *(
            "a",
            "  b",
            "    d",
            "      a [Suggests]",
            "  c",
            "    d (see above)",
            "    cli (>= 3.0) [Imports]",
        ),
        *("b (see above)", "c (see above)", "d (see above)"),
    ]


def test_a_circle_ends(write_ecosystem, make_run) -> None:
    tree = debug(make_run, write_ecosystem({"a": "Imports: b\n", "b": "Imports: a\n"}))["tree"]
    assert tree == ["a", "  b", "    a (see above)", "b (see above)"]


def test_a_chain_of_packages_is_shown_to_its_end(write_ecosystem, make_run) -> None:
    chain = {f"p{n:04}": f"Imports: p{n + 1:04}\n" for n in range(1100)}
    tree = debug(make_run, write_ecosystem({**chain, "p1100": ""}))["tree"]
    assert [line.strip() for line in tree[:1101]] == [*chain, "p1100"]


def test_what_was_read_is_shown_in_its_order(fixtures: Path, make_run) -> None:
    trace = debug(make_run, fixtures, context="probmed")["trace"]
    assert [(row["number"], row["file"]) for row in trace[:2]] == [(1, "DESCRIPTION"), (2, "NAMESPACE")]
    assert trace[0]["bytes"] == (fixtures / "probmed" / "DESCRIPTION").stat().st_size
