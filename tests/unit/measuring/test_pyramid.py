from __future__ import annotations

from typing import TYPE_CHECKING

from measuring.pyramid import Scenario, count, scenarios

if TYPE_CHECKING:
    from pathlib import Path


def items(product: str, unit: int, integration: int, e2e: int) -> list[str]:
    files = {
        f"tests/unit/{product}/test_a.py": unit,
        f"tests/integration/{product}/deep/test_b.py": integration,
        f"tests/e2e/{product}/test_c.py": e2e,
    }
    return [f"{file}::test_x[{number}]" for file, times in files.items() for number in range(times)]


def mistakes(*found: str) -> list[str]:
    return [mistake for pyramid in count(found) for mistake in pyramid.mistakes()]


def test_60_30_10_is_right_for_both_products() -> None:
    assert mistakes(*items("phasegate", 60, 30, 10), *items("rforge", 600, 300, 100)) == []


def test_a_product_with_unit_tests_alone_is_far_off_on_each_level() -> None:
    assert mistakes(*items("phasegate", 60, 30, 10), *items("rforge", 95, 5, 0)) == [
        "rforge has 95% unit, and should have 60% ± 15%",
        "rforge has 5% integration, and should have 30% ± 15%",
        "rforge has 0% e2e, and should have 10% ± 7%",
    ]


def test_a_pyramid_upside_down_is_wrong() -> None:
    assert len(mistakes(*items("phasegate", 10, 30, 60), *items("rforge", 60, 30, 10))) == 2


def test_a_product_without_tests_is_wrong() -> None:
    assert mistakes(*items("phasegate", 60, 30, 10)) == ["rforge has no tests"]


def test_suites_that_play_the_whole_product_are_the_top_and_other_tests_are_not_counted() -> None:
    found = [
        "tests/faults/test_kill.py::test_x",
        "tests/client/test_rollout.py::test_x",
        "tests/e2e/test_commands.py::test_x",
        "tests/e2e/test_rforge.py::test_x",
        "tests/regression/test_backward_compatibility.py::test_x",
        "tests/performance/test_speed.py::test_x",
        "tests/unit/measuring/test_pyramid.py::test_x",
        "tests/unit/test_repository.py::test_x",
    ]
    phasegate, rforge = count(found)
    assert (dict(phasegate.counts), dict(rforge.counts)) == ({"e2e": 3}, {"e2e": 2})


def test_a_scenario_is_named_by_its_docstring_or_its_name_and_counts_once(tmp_path: Path) -> None:
    file = tmp_path / "e2e" / "test_a.py"
    file.parent.mkdir()
    text = 'def test_it_goes_out():\n    pass\n\ndef test_b():\n    """It comes back.\n\n    And so on."""\n\ndef helper():\n    pass\n'
    file.write_text(text, encoding="utf-8")
    (tmp_path / "e2e" / "test_b.py").write_text("def test_it_goes_out():\n    pass\n", encoding="utf-8")
    assert scenarios(tmp_path) == (
        Scenario("it goes out", "e2e/test_a.py::test_it_goes_out"),
        Scenario("It comes back.", "e2e/test_a.py::test_b"),
    )
