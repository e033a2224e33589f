"""The readers against R itself: every field of every package in a library, and none may differ.

The library is a folder of installed packages, or of source packages; RFORGE_R_LIBRARY names one or several. R gives the
answers (`oracle.R`); what is compared, and what is made alike before:

- fields of DESCRIPTION: as text; blanks and line breaks at the beginning and end of a line do not matter;
- dependencies: versions by the numbers in them (`7.3-58` is `7.3.58`, `package_version` says);
- persons: several given names or addresses as one text;
- text whose bytes are UTF-8 is UTF-8, whatever the field Encoding says;
- namespaces: lists as sets where their order means nothing; of `if`, both branches.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tarfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from fixtures.mediationverse import write_mediationverse
from rforge.deadline import Deadline
from rforge.package.survey import survey
from rforge.package.version import is_version, version_key

if TYPE_CHECKING:
    from collections.abc import Callable

    from rforge.package.namespace import Directive, Namespace
    from rforge.package.survey import Package

VARIABLE = "RFORGE_R_LIBRARY"
ORACLE = Path(__file__).with_name("oracle.R")

pytestmark = pytest.mark.timeout(600)


@pytest.fixture(scope="module")
def rscript() -> str:
    program = shutil.which("Rscript")
    if program is None:
        pytest.skip("there is no Rscript on this machine")
    return program


@pytest.fixture
def library() -> list[Path]:
    named = os.environ.get(VARIABLE, "")
    if not named:
        pytest.skip(f"{VARIABLE} names no folder of R packages")
    return [Path(folder) for folder in named.split(os.pathsep)]


def test_every_field_of_every_package_in_the_library_is_what_r_reads(
    rscript: str, library: list[Path], figure: Callable[[str], None]
) -> None:
    compared = differences(rscript, library)
    figure(f"{compared.packages} packages, {compared.values} values compared with R's, none differs")
    assert compared.packages > 0
    assert compared.found == []


def test_every_field_of_the_mediationverse_s_sources_is_what_r_reads(
    rscript: str, tmp_path: Path, fixtures: Path
) -> None:
    compared = differences(rscript, [write_mediationverse(tmp_path), fixtures])
    assert compared.packages == 6
    assert compared.found == []


class Compared:
    """How much was compared, and what differed: package, what of it, R's answer, ours."""

    def __init__(self) -> None:
        self.packages = 0
        self.values = 0
        self.found: list[tuple[str, str, Any, Any]] = []

    def compare(self, package: str, what: str, expected: Any, actual: Any, values: int = 1) -> None:
        self.values += values
        if expected != actual:
            self.found.append((package, what, expected, actual))


def differences(rscript: str, library: list[Path]) -> Compared:
    done = subprocess.run(
        [rscript, "--vanilla", str(ORACLE), *map(str, library)],
        capture_output=True,
        env={**os.environ, "LC_ALL": "C.UTF-8"},
        check=False,
        timeout=540,
    )
    assert done.returncode == 0, done.stderr.decode("utf-8", "replace")
    compared = Compared()
    for line in done.stdout.decode("utf-8").splitlines():
        expected = json.loads(line)
        root = Path(expected["folder"])
        package = survey(root, root.name, Deadline.after(60, lambda: 0.0), {"namespace"})
        compared.packages += 1
        compare_description(compared, package, expected)
        if expected["namespace"] is not None:
            assert package.namespace is not None
            for what, rows in as_r_reads(package.namespace).items():
                key = sorted_once if what in ORDER_MEANS_NOTHING else list
                wanted = [tuple(row) if isinstance(row, list) else row for row in expected["namespace"][what]]
                compared.compare(package.folder, what, key(wanted), key(rows), len(wanted))
    return compared


def sorted_once(names: list[str]) -> list[str]:
    return sorted(set(names))


def compare_description(compared: Compared, package: Package, expected: dict[str, Any]) -> None:
    description = package.description
    compared.compare(package.folder, "names of fields", set(expected["fields"]), set(description.fields))
    for name, value in expected["fields"].items():
        compared.compare(package.folder, name, bare(value), bare(description.fields.get(name, "")))
    dependencies = [[d.field, d.name, d.operator, number(d.version)] for d in description.dependencies]
    wanted = [[*entry[:3], number(entry[3])] for entry in expected["dependencies"]]
    compared.compare(package.folder, "dependencies", wanted, dependencies, len(wanted))
    people = [[p.given, p.family, p.email, " ".join(p.roles), p.orcid] for p in description.authors]
    compared.compare(package.folder, "people", expected["people"], people, 5 * len(people))
    compared.compare(package.folder, "oddities", (), description.oddities)


def bare(value: str) -> list[str]:
    return [line.strip() for line in value.strip().split("\n")]


def number(version: str) -> object:
    return version_key(version) if is_version(version) else version


ORDER_MEANS_NOTHING = frozenset(("exports", "exportPatterns", "exportClasses", "exportMethods"))
"""R turns the order of some around, and keeps what one directive exports together."""


def as_r_reads(namespace: Namespace) -> dict[str, list[Any]]:
    """A namespace in the shape of what `parseNamespaceFile` gives."""
    assert namespace.oddities == ()
    named: dict[str, list[Directive]] = {}
    for each in namespace.directives:
        named.setdefault(each.name, []).append(each)

    def arguments(*names: str) -> list[str]:
        return [text for name in names for each in named.get(name, ()) for text in each.arguments]

    def parts(name: str) -> list[tuple[str, ...]]:
        return [(d.arguments[0], text, "") for d in named.get(name, ()) for text in d.arguments[1:]]

    whole = [
        (text, "", " ".join(d.options.get("except", ())))
        for d in named.get("import", ())
        for text in d.arguments
    ]
    libraries = list(dict.fromkeys(namespace.libraries))
    return {
        "exports": arguments("export"),
        "exportPatterns": list(namespace.export_patterns),
        "exportClasses": arguments("exportClass", "exportClasses"),
        "exportClassPatterns": arguments("exportClassPattern"),
        "exportMethods": arguments("exportMethods"),
        "imports": sorted_imports(namespace, whole),
        "importClasses": parts("importClassesFrom"),
        "importMethods": parts("importMethodsFrom"),
        "S3methods": list(dict.fromkeys(s3_method(each) for each in named.get("S3method", ()))),
        "dynlibs": libraries,
        "nativeRoutines": [found for name in libraries if (found := routines(named["useDynLib"], name))],
    }


def sorted_imports(namespace: Namespace, whole: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Imports in the order of their directives, as R keeps them."""
    found: list[tuple[str, ...]] = []
    rest = iter(whole)
    for each in namespace.directives:
        if each.name == "import":
            found += [next(rest) for _ in each.arguments]
        elif each.name == "importFrom":
            found += [(each.arguments[0], text, "") for text in each.arguments[1:]]
    return found


def s3_method(each: Directive) -> tuple[str, ...]:
    package, _, generic = each.arguments[0].rpartition("::")
    method = each.arguments[2] if len(each.arguments) > 2 else ""
    return (generic, each.arguments[1], method, package)


def routines(directives: list[Directive], name: str) -> tuple[str, ...]:
    """What is loaded from a shared library: whether its registration is used, the prefix, and the symbols; empty if nothing."""
    own = [each for each in directives if each.arguments[:1] == (name,)]
    registration = any("TRUE" in each.options.get(".registration", ()) for each in own)
    prefix = "".join(text for each in own for text in each.options.get(".fixes", ()))
    symbols = [
        f"{prefix}{label or text} {text}"
        for each in own
        for text, label in list(zip(each.arguments, each.names))[1:]
    ]
    if not registration and not symbols:
        return ()
    if registration:
        symbols = [each[len(prefix) :] for each in symbols]
    return (name, str(registration).upper(), prefix if registration else "", *symbols)


def test_the_inventory_is_what_r_builds(rscript: str, tmp_path: Path) -> None:
    root = write_mediationverse(tmp_path / "sources") / "medfit"
    for path in (
        *(
            "R/a.R~",
            "R/.Rhistory",
            "src/a.c",
            "src/a.o",
            "src/a.d",
            "src/medfit.dll",
            "TITLE",
            "x.bak",
            ".gitignore",
        ),
        *(
            "inst/Old/a",
            "inst/old.txt",
            "inst/CVS/a",
            "medfit.Rcheck/00check.log",
            "medfit_0.1.tar.gz",
            "._a",
        ),
        *("data-raw/deep/b.R", "cran-comments.md", "inst/.hidden", "tools/autom4te.cache/a", "notes/check/a"),
    ):
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text("\n", encoding="utf-8")
    command = [str(Path(rscript).with_name("R")), "CMD", "build", "--no-build-vignettes", str(root)]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, timeout=300)
    with tarfile.open(tmp_path / "medfit_0.3.0.tar.gz") as archive:
        built = {member.name[len("medfit/") :] for member in archive if member.isfile()}
    inventory = survey(root, "medfit", Deadline.after(60, lambda: 0.0), {"inventory"}).inventory
    assert inventory is not None
    assert {file.path for file in inventory.files} == built
