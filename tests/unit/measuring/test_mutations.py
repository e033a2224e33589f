from __future__ import annotations

from pathlib import Path

import pytest

from measuring.mutations import Mutation, read_mutations, staleness

ROOT = Path(__file__).resolve().parents[3]
MUTATIONS = read_mutations(ROOT / "tests" / "mutations.toml")
SUITES = ("unit", "integration", "performance", "regression", "e2e")

ENTRY = """
[[mutation]]
name = "it breaks"
area = "flags"
file = "code.py"
old = "one"
new = "two"
tests = ["tests/unit/test_code.py::test_one"]
"""


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.name)
def test_every_mutation_can_still_be_planted(mutation: Mutation) -> None:
    assert staleness(mutation, ROOT) == ""
    assert mutation.new != mutation.old
    assert mutation.suite in SUITES


def test_there_are_20_mutations_or_more() -> None:
    assert len(MUTATIONS) >= 20
    assert {"flags", "protocol", "modes", "budgets", "formats", "compatibility", "errors"} <= {
        m.area for m in MUTATIONS
    }


@pytest.fixture
def listed(tmp_path: Path) -> Path:
    file = tmp_path / "mutations.toml"
    file.write_text(ENTRY, encoding="utf-8")
    return file


def test_an_entry_is_read_with_the_suite_of_its_tests(listed: Path) -> None:
    [mutation] = read_mutations(listed)
    assert (mutation.name, mutation.old, mutation.suite) == ("it breaks", "one", "unit")


def test_two_entries_of_one_name_are_refused(listed: Path) -> None:
    listed.write_text(ENTRY * 2, encoding="utf-8")
    with pytest.raises(ValueError, match=r"twice in mutations\.toml: it breaks"):
        read_mutations(listed)


@pytest.mark.parametrize(
    "change", [('area = "flags"\n', ""), ('new = "two"', 'new = "two"\nolder = "x"')], ids=["less", "more"]
)
def test_an_entry_with_other_fields_is_refused(listed: Path, change: tuple[str, str]) -> None:
    listed.write_text(ENTRY.replace(*change), encoding="utf-8")
    with pytest.raises(ValueError, match="mutation 'it breaks' has"):
        read_mutations(listed)


@pytest.mark.parametrize(
    ("code", "why"),
    [
        (None, "code.py is not there"),
        ("two", "the old text is 0 times in code.py: 'one'"),
        ("one, one", "2 times"),
        ("one", "there is no tests/unit/test_code.py::test_one"),
    ],
)
def test_a_mutation_that_cannot_be_planted_says_why(
    listed: Path, tmp_path: Path, code: str | None, why: str
) -> None:
    if code is not None:
        (tmp_path / "code.py").write_text(code, encoding="utf-8")
    [mutation] = read_mutations(listed)
    assert why in staleness(mutation, tmp_path)
