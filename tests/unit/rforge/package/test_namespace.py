from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rforge.errors import TimeBudgetExceeded
from rforge.package.folder import decode
from rforge.package.namespace import Namespace, parse_namespace

if TYPE_CHECKING:
    from pathlib import Path


def test_exports_are_read_over_lines_comments_and_quotes() -> None:
    namespace = parse_namespace('export(a, # b\n  "c",\n `d<-`\n)\nexport("%>%")')
    assert namespace.exports == {"a", "c", "d<-", "%>%"}
    assert namespace.oddities == ()


def test_patterns_are_strings_as_r_reads_them() -> None:
    assert parse_namespace(r'exportPattern("^[^\\.]", "x$")').export_patterns == (r"^[^\.]", "x$")


def test_methods_have_generic_and_class_and_late_ones_their_package() -> None:
    namespace = parse_namespace(
        'S3method(print, a)\nS3method("[<-", "b", replace)\nS3method(pkg::gen, c)\nS3method(odd)'
    )
    assert namespace.s3_methods == (("print", "a"), ("[<-", "b"), ("pkg::gen", "c"))


def test_imports_of_every_kind_name_their_packages() -> None:
    namespace = parse_namespace(
        'import(a, "b")\nimport(c, except = c(x, y))\nimportFrom(d, e, f = g, "h")\n'
        "importClassesFrom(i, j)\nimportMethodsFrom(k, l)\nimportFrom()"
    )
    assert namespace.imported_packages == {"a", "b", "c", "d", "i", "k"}
    assert namespace.imported_objects == {"e", "g", "h"}
    assert namespace.oddities == ()


def test_options_of_a_library_are_no_libraries() -> None:
    assert parse_namespace('useDynLib(glue, .registration = TRUE)\nuseDynLib("b", r = s)').libraries == (
        "glue",
        "b",
    )


def test_both_branches_of_a_condition_count() -> None:
    namespace = parse_namespace(
        'if (tools:::.OStype() == "windows" && (getRversion() >= "4.0.0")) {\n  export(a)\n} else export(b)\n'
        "if (x) S3method(print, c)"
    )
    assert namespace.exports == {"a", "b"}
    assert namespace.s3_methods == (("print", "c"),)
    assert namespace.oddities == ()


def test_names_in_c_are_spread_out() -> None:
    assert parse_namespace('export(c(a, "b"), d)').exports == {"a", "b", "d"}


def test_an_argument_that_is_an_expression_names_nothing() -> None:
    assert parse_namespace("export(a + b, list(x), c)").exports == {"c"}


@pytest.mark.parametrize(
    ("text", "oddity"),
    [
        ("exprot(a)", "line 1: exprot is no directive"),
        ("\nexport(a", "line 2: the parenthesis after export is never closed"),
        ("export a", "line 1: 'export' is no directive"),
    ],
)
def test_what_r_would_refuse_is_odd(text: str, oddity: str) -> None:
    assert oddity in parse_namespace(text).oddities


def test_brackets_of_any_depth_are_read() -> None:
    depth = 5000
    text = "export(" + "c(" * depth + ")" * depth + ", a)" + "{" * depth
    assert parse_namespace(text).exports == {"a"}


def test_reading_ends_when_the_time_is_up() -> None:
    def stop() -> None:
        raise TimeBudgetExceeded(5.0)

    with pytest.raises(TimeBudgetExceeded):
        parse_namespace("export(a)", stop)


def test_the_fixture_is_read_as_roxygen_wrote_it(fixtures: Path) -> None:
    namespace = parse_namespace(decode((fixtures / "medfit" / "NAMESPACE").read_bytes()).text)
    assert namespace.present
    assert namespace.by_roxygen
    assert namespace.exports == {"%of%", "boot_indirect", "fit_mediation", "paths"}
    assert ("rlang::as_label", "medfit") in namespace.s3_methods
    assert namespace.imported_packages == {"rlang", "stats"}
    assert namespace.oddities == ()


@given(st.text(alphabet="export(c),{}\"'`#=:\n ifls\\"))
def test_any_text_is_read(text: str) -> None:
    parse_namespace(text)


@given(st.lists(st.from_regex(r"[^\x00]{1,10}", fullmatch=True)))
def test_every_name_that_is_quoted_is_exported(names: list[str]) -> None:
    quoted = [name.replace("\\", "\\\\").replace('"', '\\"') for name in names]
    text = "\n".join(f'export("{name}")' for name in quoted)
    assert parse_namespace(text).exports == set(names)


def test_imports_and_exports_have_their_lines() -> None:
    namespace = parse_namespace(
        "import(a, b)\nimportFrom(c,\n  d,\n  e)\nexport(f,\n  g)\nimportClassesFrom(h, i)"
    )
    assert namespace.imports == (("a", "", 1), ("b", "", 1), ("c", "d", 3), ("c", "e", 4), ("h", "i", 7))
    assert namespace.export_lines == {"f": 5, "g": 6}


def test_options_and_names_of_arguments_are_kept() -> None:
    (first, second) = parse_namespace(
        'useDynLib(a, x = y, .registration = TRUE)\nimport(b, except = c("d", e))'
    ).directives
    assert (first.arguments, first.names, first.options) == (
        ("a", "y"),
        ("", "x"),
        {".registration": ("TRUE",)},
    )
    assert second.options == {"except": ("d", "e")}


def test_the_line_of_every_export_is_found_in_one_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    namespace = parse_namespace("".join(f"export(a{number})\n" for number in range(300)))
    passes: list[tuple[str, ...]] = []
    named = Namespace._named

    def counted(self: Namespace, *names: str) -> object:
        passes.append(names)
        return named(self, *names)

    monkeypatch.setattr(Namespace, "_named", counted)
    assert [namespace.export_lines[f"a{number}"] for number in range(300)] == list(range(1, 301))
    assert passes == [("export",)]
