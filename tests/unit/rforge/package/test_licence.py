from __future__ import annotations

from rforge.package.licence import Licence, parse_licence


def test_a_version_that_is_in_no_database_is_unknown_beside_one_that_is() -> None:
    assert parse_licence("GPL (>= 2) | MPL (>= 9)") == Licence(unknown=("MPL (>= 9)",), is_free=True)


def test_a_template_alone_and_a_file_that_may_add_nothing_are_told() -> None:
    assert parse_licence("MIT | GPL-2 + file LICENSE | GPL-3 + file LICENSE") == Licence(
        templates=("MIT",), restricted=("GPL-2 + file LICENSE",), is_free=True
    )
