from __future__ import annotations

import pytest

from phasegate.adoption.tags import Scheme, choose_scheme
from phasegate.version.semver import Version


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ((), "v{version}"),
        (("v1.0.0", "v1.1.0-rc.1"), "v{version}"),
        (("1.0.0", "1.2.0"), "{version}"),
        (("release/1.0.0", "latest", "v2", "nightly-2020.01.01"), "release/{version}"),
        (("demo-v1.0.0",), "demo-v{version}"),
        (("demo@1.0.0",), "demo@{version}"),
        (("v1.0.0-rc.1",), "v{version}"),
        (("rc-1.0.0-rc.1", "v1.0.0"), "v{version}"),
        (("{1.0.0",), "v{version}"),
    ],
)
def test_tags_of_one_form_are_gone_on_with(tags: tuple[str, ...], expected: str) -> None:
    assert choose_scheme(tags, None) == Scheme(expected)


def test_of_several_forms_it_is_the_one_whose_newest_the_plugin_names() -> None:
    tags = ("v0.1.0", "1.0.0", "1.2.0", "demo-2.0.0")
    assert choose_scheme(tags, Version.parse("1.2.0")) == Scheme("{version}")


@pytest.mark.parametrize("released", [None, "1.0.0", "9.9.9"])
def test_what_the_plugin_does_not_tell_is_not_guessed(released: str | None) -> None:
    scheme = choose_scheme(
        ("a-1.2.0", "b-1.3.0", "v1.0.0-rc.1"), Version.parse(released) if released else None
    )
    assert scheme == Scheme("v{version}", ("a-{version}", "b-{version}"))
