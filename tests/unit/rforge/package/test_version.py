from __future__ import annotations

import pytest

from rforge.package.version import is_development, is_version, version_key


@pytest.mark.parametrize("text", ["1.0", "7.3-58.2", "0.6-14", "1.2.3.9000", "0.1.2147483647"])
def test_numbers_joined_by_dots_and_hyphens_are_a_version(text: str) -> None:
    assert is_version(text)


@pytest.mark.parametrize(
    "text", ["", "1", "1.", "1.0a", "v1.0", "1..0", "1.0 ", "1.2147483648", "1." + "9" * 5000]
)
def test_anything_else_is_no_version(text: str) -> None:
    assert not is_version(text)


def test_versions_sort_as_numbers() -> None:
    versions = ["1.10.0", "1.9", "1.9.0", "1.9-1"]
    assert sorted(versions, key=version_key) == ["1.9", "1.9.0", "1.9-1", "1.10.0"]


@pytest.mark.parametrize(
    ("version", "expected"), [("1.0.0.9000", True), ("1.0.0.1", False), ("9000.1", False)]
)
def test_a_fourth_number_of_9000_says_development(version: str, expected: bool) -> None:
    assert is_development(version) is expected
