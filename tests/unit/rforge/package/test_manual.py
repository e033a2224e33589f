from __future__ import annotations

import pytest

from rforge.package.manual import Manual, Page, parse_page, parse_topics


@pytest.mark.parametrize(
    ("text", "topics"),
    [
        (r"\alias{a}\alias{ b }", {"a", "b"}),
        (r"\alias{\%>\%}", {"%>%"}),
        (r"\alias{[<-.foo}", {"[<-.foo"}),
        (r"\alias{x,ANY-method}", {"x,ANY-method"}),
        ("% \\alias{a}\n\\alias{b} % \\alias{c}", {"b"}),
        ("\\% \\alias{a}", {"a"}),
        (r"\alias {a}", {"a"}),
        ("no alias", set()),
    ],
)
def test_topics_are_the_aliases_outside_comments(text: str, topics: set[str]) -> None:
    assert parse_topics(text) == topics


def test_pages_for_one_system_count_and_macros_do_not(build) -> None:
    package = build(
        {"man/a.Rd": r"\alias{a}", "man/windows/b.rd": r"\alias{b}", "man/macros/m.Rd": r"\alias{m}"}
    )
    assert (package.manual.pages, package.manual.topics) == (2, frozenset("ab"))
    assert [page.file for page in package.manual.documents] == ["man/a.Rd", "man/windows/b.rd"]


def test_an_installed_package_has_its_topics_in_an_index(build) -> None:
    package = build({"help/AnIndex": "a\tpage\nb\tpage\n%>%\tpipe\n"}, "Built: R 4.2.2\n")
    assert package.manual == Manual(2, frozenset(("a", "b", "%>%")))


def test_an_installed_package_without_an_index_has_no_help(build) -> None:
    assert build({}, "Built: R 4.2.2\n").manual is None


def test_a_page_says_what_it_holds() -> None:
    text = (
        "\\name{a}\\alias{a}\\alias{\\%b\\%}\\keyword{internal}\n\\value{x}\n\\examples{\n a()\n}\n% \\url{https://no.test}\n"
        "\\url{https://a.test/50\\%}\\href{https://b.test}{b}"
    )
    assert parse_page("man/a.Rd", text) == Page(
        "man/a.Rd",
        "a",
        frozenset(("a", "%b%")),
        has_examples=True,
        has_value=True,
        is_internal=True,
        urls=("https://a.test/50%", "https://b.test"),
    )
    assert parse_page("x", "\\examples{ }\\value{}") == Page("x")
