"""Quantiles are continuous."""

from __future__ import annotations

from statistics import quantiles

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phasegate.telemetry.readers.quantiles import quantile


@given(st.lists(st.floats(0, 1e6), min_size=2))
def test_they_are_those_of_the_standard_library(values: list[float]) -> None:
    expected = quantiles(values, n=100, method="inclusive")
    for percent in (50, 95, 99):
        assert quantile(sorted(values), percent / 100) == pytest.approx(expected[percent - 1], abs=1e-6)


def test_of_nothing_there_is_none_and_of_one_it_is_that() -> None:
    assert quantile([], 0.5) is None
    assert quantile([2.5], 0.99) == 2.5
