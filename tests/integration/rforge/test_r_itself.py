"""What rforge says of licences and of a check, against R itself."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from rforge.package.licence import parse_licence

SOURCE = Path(__file__).parents[3] / "rforge"

pytestmark = [
    pytest.mark.once,  # the same on every Python, and not swift
    pytest.mark.skipif(shutil.which("Rscript") is None, reason="there is no R on this machine"),
]

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

DESCRIPTION = """\
Title: Adds One
Description: Adds one to a number.
License: GPL-3
Encoding: UTF-8
Authors@R: person("Ada", "Byron", role = c("aut", "cre"), email = "ada@example.org")
"""
FILES = {
    "R/one.R": "plus_one <- function(x) x + 1\n",
    "NAMESPACE": "export(plus_one)\n",
    "man/one.Rd": "\\name{plus_one}\\alias{plus_one}\\title{Add One}\\description{Adds one.}\n"
    "\\usage{plus_one(x)}\\arguments{\\item{x}{A number.}}\\value{A number.}\\examples{plus_one(1)}\n",
}


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


@pytest.mark.parametrize(
    ("fields", "answer", "said"),
    [
        ("Version: 1.0.0\n", "ready", "0 notes (run just now with --as-cran; whether CRAN has that name"),
        ("Version: 1.0.0\nSuggests: nobody.has.this\n", "unknown", "could not check it here"),
        ("Version: 1.0.0.9000\n", "unknown", "NOTE, checking CRAN incoming feasibility"),
    ],
)
def test_a_check_that_r_runs_is_one_for_cran(tmp_path: Path, fields: str, answer: str, said: str) -> None:
    description = f"Package: one\n{fields}{DESCRIPTION}"
    for path, content in {"DESCRIPTION": description, **FILES}.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(content, encoding="utf-8")
    command = [sys.executable, "-m", "rforge", "status", "--mode", "release", "--check", "--format", "json"]
    ended = subprocess.run([*command, "--path", str(tmp_path)], cwd=SOURCE, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stderr
    [seen] = [point for point in json.loads(ended.stdout)["points"] if point["point"] == "R CMD check"]
    assert (seen["verdict"], said in seen["evidence"]) == (answer, True), seen
