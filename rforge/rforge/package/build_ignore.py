"""What `R CMD build` leaves out of a package: by `.Rbuildignore`, and always.

Source: Writing R Extensions, 1.3.2, and `.build_packages`, `get_exclude_patterns`, `inRbuildignore` and
`.hidden_file_exclusions` in R 4.2's package tools.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

FILE = ".Rbuildignore"

MAX_REPETITIONS = 4
"""A pattern with more open repetitions is not tried: matching it could outlast every budget."""

MAX_PATTERNS = 500
MAX_PATTERN_CHARACTERS = 200
"""Longer patterns, and more of them, are not tried."""

_PATTERNS = (
    *(r"^\.Rbuildignore$", r"(^|/)\.DS_Store$", r"^\.(RData|Rhistory)$", r"~$", r"\.bak$", r"\.swp$"),
    *(r"(^|/)\.#[^/]*$", r"(^|/)#[^/]*#$", r"^TITLE$", r"^data/00Index$", r"^inst/doc/00Index\.dcf$"),
    *(r"^config\.(cache|log|status)$", r"(^|/)autom4te\.cache$", r"^src/.*\.d$", r"^src/Makedeps$"),
    *(r"^src/so_locations$", r"^inst/doc/Rplots\.(ps|pdf)$", r"^(GPATH|GRTAGS|GTAGS)$"),
)
_HIDDEN = frozenset(
    (
        *(
            ".Renviron",
            ".Rprofile",
            ".Rproj.user",
            ".Rhistory",
            ".Rapp.history",
            ".tex",
            ".log",
            ".aux",
            ".pdf",
        ),
        *(".png", ".backups", ".cvsignore", ".cproject", ".directory", ".dropbox", ".exrc", ".gdb.history"),
        *(".gitattributes", ".gitignore", ".gitmodules", ".hgignore", ".hgtags", ".htaccess"),
        *(".latex2html-init", ".project", ".seed", ".settings", ".tm_properties"),
        *("Read-and-delete-me", "GNUMakefile"),
    )
)
_FOLDERS = frozenset(
    ("check", "chm", "CVS", ".svn", ".arch-ids", ".bzr", ".git", ".hg", "_darcs", ".metadata")
)
_OLD_FOLDER = re.compile(r"([Oo]ld|\.Rcheck)$")
_TOP_FOLDERS = frozenset(("src-i386", "src-x64", "src-x86_64", "src-ppc"))
_TAILS = ("inst/doc/.Rinstignore", "inst/doc/.build.timestamp", "vignettes/.Rinstignore")
_COMPILED = re.compile(r"src/([^/]*\.(o|so|dylib|mod)|symbols\.rds|\.libs|_libs)")
_POSIX = {
    "alnum": "A-Za-z0-9",
    "alpha": "A-Za-z",
    "blank": " \\t",
    "digit": "0-9",
    "lower": "a-z",
    "punct": r"!-/:-@\[-`{-~",
    "space": r"\s",
    "upper": "A-Z",
    "word": r"\w",
    "xdigit": "0-9A-Fa-f",
}
_POSIX_CLASS = re.compile(r"\[:(\w+):\]")
_REPETITION = re.compile(r"[*+]|\{\d*,\d*\}")
_REPEATED_GROUP = re.compile(r"[*+?}|][^()]*\)+(?:[*+]|\{)")
_ESCAPE_OR_CLASS = re.compile(r"\\.|\[\^?\]?(?:\\.|\[:\w+:\]|[^\]\\])*\]", re.DOTALL)


@dataclass(frozen=True)
class BuildIgnore:
    """The rules for one package.

    Attributes:
        package: the package's name; its archives and its compiled files are left out.
        patterns: the regular expressions that are tried on each path.
        oddities: lines of `.Rbuildignore` that are not tried, a sentence each.
    """

    package: str
    patterns: tuple[re.Pattern[str], ...]
    oddities: tuple[str, ...] = ()

    def covers(self, path: str, *, is_folder: bool) -> bool:
        """Whether the file or folder `path`, relative to the package and with forward slashes, is left out."""
        name = path.rpartition("/")[2]
        return (
            name in _HIDDEN
            or name.startswith("._")
            or path.startswith(".Rbuildindex.")
            or path.endswith(_TAILS)
            or (is_folder and self._covers_folder(path, name))
            or _COMPILED.fullmatch(path) is not None
            or any(pattern.search(path) for pattern in self.patterns)
        )

    def _covers_folder(self, path: str, name: str) -> bool:
        return (
            name in _FOLDERS
            or path in _TOP_FOLDERS
            or _OLD_FOLDER.search(name) is not None
            or (path.startswith("src") and name == ".deps")
        )


def parse_build_ignore(text: str, package: str) -> BuildIgnore:
    """The rules for `package` with this `.Rbuildignore`: a Perl regular expression a line, in any case of letters."""
    name = re.escape(package)
    own = (
        rf"^{name}_[0-9.-]+\.(tar\.gz|tar|tar\.bz2|tar\.xz|tgz|zip)$",
        rf"^src/{name}(\.a|\.dll|\.def|_res\.rc)$",
    )
    found = [re.compile(each, re.IGNORECASE) for each in _PATTERNS]
    found += [re.compile(each) for each in own]
    oddities: list[str] = []
    for number, line in enumerate(text.split("\n", MAX_PATTERNS)[:MAX_PATTERNS], start=1):
        pattern = _compiled(line) if line else None
        if pattern is not None:
            found.append(pattern)
        elif line:
            oddities.append(f"{FILE}: line {number} is not tried: {line[:80]!r}")
    return BuildIgnore(package, tuple(found), tuple(oddities))


def _compiled(line: str) -> re.Pattern[str] | None:
    """The pattern, or None where Python has no such syntax or where it could take exponential time."""
    if len(line) > MAX_PATTERN_CHARACTERS:
        return None
    bare = _ESCAPE_OR_CLASS.sub("x", line)
    if len(_REPETITION.findall(bare)) > MAX_REPETITIONS or _REPEATED_GROUP.search(bare):
        return None
    try:
        return re.compile(_POSIX_CLASS.sub(lambda match: _POSIX.get(match[1], ""), line), re.IGNORECASE)
    except (re.error, RecursionError, OverflowError):
        return None
