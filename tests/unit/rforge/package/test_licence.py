from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from rforge.package.licence import Licence, parse_licence

if TYPE_CHECKING:
    from pathlib import Path

WITH_VERSIONS = (
    *("GPL", "LGPL", "AGPL", "MPL", "EUPL", "BSL", "EPL", "CPL", "CeCILL", "ACM", "Apache License"),
    *("Artistic License", "Lucent Public License", "GNU General Public License", "Mozilla Public License"),
)
TERMS = (
    *("", " (>= 2)", "(>=2)", " (> 2)", " (== 2.0)", " (!= 3)", " (<= 1.1)", " (< 2.1, > 1)", " (2)", " 2"),
    *(" 2.0", " version 1.0", "-2", "-2.0", "-2.1", "-3", "-1.0", "-1.1", " (>= 1.1)", " (>= 9)"),
)
WITHOUT = (
    *("MIT", "MIT License", "BSD_2_clause", "BSD_3_clause", "BSD 3-clause License", "FreeBSD", "CC0", "Zlib"),
    *("CC BY 4.0", "CC BY-SA 4.0", "CC BY-NC 4.0", "CC BY 3.0", "Unlimited", "file LICENSE", "file LICENCE"),
    *("My Own", "gpl-2", "GPL-2 | GPL-3", "GPL-2|My Own", "Artistic-1.0 | GPL-2", "ACM | GPL-2"),
)
ADDED = ("", " + file LICENSE", "+file LICENCE", " + file license")
LICENCES = [
    spec + added
    for spec in (*WITHOUT, *(f"{name}{term}" for name in WITH_VERSIONS for term in TERMS))
    for added in ADDED
]

ORACLE = """
for (text in readLines(file("stdin"))) {
  all <- tools:::analyze_license(text)
  # Of a version that is not in the database R says that it is free; such a licence does not exist.
  exists <- all(vapply(strsplit(text, "|", fixed = TRUE)[[1]], function(part) {
    bare <- sub("[[:space:]]*[+] *file LICEN[CS]E$", "", trimws(part))
    grepl("^(file LICEN[CS]E|Unlimited)$", bare) ||
      isTRUE(nrow(tools:::expand_license_spec_component_from_db(bare)) > 0)
  }, NA))
  extensible <- is.null(all$extensions) || all(all$extensions$extensible)
  cat(isTRUE(all$is_canonical && all$is_verified && exists && extensible), "\\n", sep = "")
}
"""


@pytest.mark.skipif(shutil.which("Rscript") is None, reason="no R here")
def test_what_r_takes_for_a_free_licence_is_one(tmp_path: Path) -> None:
    (tmp_path / "oracle.R").write_text(ORACLE, encoding="utf-8")
    ended = subprocess.run(
        ["Rscript", str(tmp_path / "oracle.R")],
        input="\n".join(LICENCES) + "\n",
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    said = dict(zip(LICENCES, ended.stdout.split()))
    assert len(said) == len(LICENCES)
    found = {text: parse_licence(text) for text in LICENCES}
    free = {text: one.is_free and not one.unknown and not one.restricted for text, one in found.items()}
    assert {text for text in LICENCES if free[text] != (said[text] == "TRUE")} == set()


def test_a_version_that_is_in_no_database_is_unknown_beside_one_that_is() -> None:
    assert parse_licence("GPL (>= 2) | MPL (>= 9)") == Licence(unknown=("MPL (>= 9)",), is_free=True)


def test_a_template_alone_and_a_file_that_may_add_nothing_are_told() -> None:
    assert parse_licence("MIT | GPL-2 + file LICENSE | GPL-3 + file LICENSE") == Licence(
        templates=("MIT",), restricted=("GPL-2 + file LICENSE",), is_free=True
    )
