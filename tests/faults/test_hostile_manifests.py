"""Hostile manifests, marketplaces, flag files and command headers: findings or typed errors, and nothing outside is read."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import strategies as st

from faults.hostile import COMMANDS, PATHS, TEXTS, as_json, foreseen, mixed, mutated, values
from phasegate.config import Config
from phasegate.plugin.check import check_plugin
from phasegate.plugin.header import HeaderError, read_header
from phasegate.plugin.known import COMMAND_KEYS, ENTRY_KEYS, MANIFEST_KEYS, SOURCE_KINDS
from phasegate.plugin.manifest import find_plugins
from phasegate.plugin.stamps import changelog_mistakes, neutralise, stamp_flags_off, stamp_version
from phasegate.plugin.tree import SUBMODULE, SYMLINK, FolderFiles, MemoryFiles
from phasegate.terminal import printable

if TYPE_CHECKING:
    from collections.abc import Callable

    from phasegate.plugin.tree import Files

pytestmark = pytest.mark.timeout(900)

MANIFEST = {"name": "demo", "version": "0.0.0", "description": "Does.", "author": {"name": "Ann"}, "commands": ["./commands"]}  # fmt: skip
ENTRIES = [
    {"name": "demo", "source": "./demo", "version": "0.0.0"},
    {"name": "far", "source": {"source": "github", "repo": "a/b", "ref": "v1", "sha": "0" * 40}},
]
MARKET = {"name": "market", "owner": {"name": "Owner"}, "plugins": ENTRIES, "metadata": {"description": "x"}}
FLAGS = {"schema": 1, "flags": {"fast": {"enabled": True, "users": ["ann"]}}}
KEYS = st.sampled_from([*MANIFEST_KEYS, *ENTRY_KEYS, *SOURCE_KINDS, "ref", "sha", "schema", "flags", "enabled", "owner", "plugins", "pluginRoot"])  # fmt: skip
FOLDERS = st.sampled_from([".", "./", "./demo", "./demo/../demo", "./..", "./a\0b", *PATHS, *(f"./{path}" for path in PATHS)])  # fmt: skip
HOSTILE = st.one_of(values(KEYS), FOLDERS, st.sampled_from([*COMMANDS, "0.0.0", "1.0.0+x", "a" * 10_000]))
MODES = st.sampled_from(["100644", "100644", "100644", "100755", SYMLINK, SUBMODULE])

MARKUP = st.sampled_from([
    *("---\n", "a: b\n", "description: x\n", "allowed-tools: ", "? ", "- ", "[", "]", "{", "}", "&a ", "*a", "!!", "!<", "%YAML 1.1\n", "|\n", ">"),
    *('"\\U', '"\\x', '"\\ud800"', "FFFFFFFF", "'", '"', ": ", "\n", "\r\n", "\t", "#", "<<: ", "...", "\0", "\x85", "\ufeff", "Bash(git:*)", "~"),
    *(f"{key}: " for key in COMMAND_KEYS),
])  # fmt: skip
SCALARS = st.sampled_from([
    *('"\\UFFFFFFFF"', '"\\U00110000"', '"\\ud800"', '"\\x4"', '"', "'", "*a", "&a [*a]", "&a {*a : *a}", "!!int x", "!<%zz> x", "|", ">-\n  x", "[a, 1]"),
    *("{a: b}", "yes", "~", "1e999", "0x" + "f" * 99, "2027-02-30", "? x", "a: b: c", "#", "Bash(git:*), Read", "Bash((((", "x" * 9_999, "\t", "@", "%"),
])  # fmt: skip
LINES = st.tuples(
    st.sampled_from([*COMMAND_KEYS, "<<", "? [a]", "&a x", '"\\x41"']) | TEXTS, mixed(SCALARS, SCALARS, TEXTS)
)
DEEP = st.tuples(st.sampled_from(["[", "{", "- ", "? ", "&a [", "!!x "]), st.integers(1, 3_000))
HEADERS = mixed(
    *[
        st.lists(LINES.map(": ".join), max_size=4).map(
            lambda lines: "---\n" + "\n".join(lines) + "\n---\nbody"
        )
    ]
    * 8,
    *[
        st.lists(mixed(MARKUP, MARKUP, MARKUP, TEXTS), max_size=8).map(
            lambda p: "---\n" + "".join(p) + "\n---\nbody"
        )
    ]
    * 8,
    *[st.lists(MARKUP, max_size=12).map("".join), st.text(max_size=80)] * 3,
    DEEP.map(lambda t: f"---\na: {t[0] * t[1]}\n---\nbody"),
)


def report_of(files: Files, config: Config | None = None) -> bool:
    """Everything that reads manifests, on `files`; whatever it finds can be told. Whether there were plugins to stamp."""
    config = config or Config()
    report = foreseen(lambda: check_plugin(files, config))
    for finding in report.findings if report else ():
        printable(str(finding)).encode("utf-8")
        json.dumps(finding.as_json(), allow_nan=False)
    plugins = foreseen(lambda: find_plugins(files, config.plugins))
    if plugins:
        foreseen(lambda: stamp_version(files, plugins, "1.2.3"))
        foreseen(lambda: neutralise(files, plugins, config.changelog))
        foreseen(lambda: stamp_flags_off(files, plugins))
    list(changelog_mistakes(files, config.changelog))
    return bool(plugins)


def test_any_manifest_marketplace_or_flag_file(fuzz: Callable[..., None]) -> None:
    def check(drawn: Any) -> bool:
        market, manifest, flags, at_root, modes, folders = drawn
        home = "" if at_root else "demo/"
        contents = {
            ".claude-plugin/marketplace.json": market,
            f"{home}.claude-plugin/plugin.json": manifest,
            f"{home}flags.json": flags,
            f"{home}commands/hello.md": b"---\ndescription: Hello\n---\nSay hello.\n",
            "CHANGELOG.md": b"# Changelog\n",
        }
        kept = {path: content for path, content in contents.items() if content is not None}
        return report_of(MemoryFiles(kept, dict(zip(kept, modes))), Config(plugins=tuple(folders)))

    def files(good: object) -> st.SearchStrategy[Any]:
        unchanged = st.just(json.dumps(good).encode())
        changed = mutated(good, HOSTILE).map(lambda data: json.dumps(data).encode())
        torn = mutated(good, HOSTILE).flatmap(as_json) | as_json(good) | st.none()
        return mixed(*[unchanged] * 5, *[changed] * 4, torn)

    fuzz(
        st.tuples(
            files(MARKET), files(MANIFEST), files(FLAGS), st.booleans(), mixed(*[st.just([])] * 4, st.lists(MODES, max_size=3)),
            mixed(*[st.just([])] * 4, st.lists(FOLDERS, max_size=2)),
        ),
        check,
        "manifests",
    )  # fmt: skip


def test_any_header(fuzz: Callable[..., None]) -> None:
    def check(text: str) -> bool:
        header = None
        try:
            header = read_header(text)
        except HeaderError as error:
            printable(str(error)).encode("utf-8")
        else:
            assert all(value.line >= 1 for value in header.values.values())
        manifest = json.dumps(MANIFEST).encode()
        command = text.encode("utf-8", "surrogatepass")
        report_of(MemoryFiles({".claude-plugin/plugin.json": manifest, "commands/x.md": command}))
        return header is not None and bool(header.values)

    fuzz(HEADERS, check, "headers")


@pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege there")
def test_nothing_outside_a_folder_is_read(fuzz: Callable[..., None], tmp_path: Path) -> None:
    """Links and paths that lead out: what lies there is in no finding, stamped in no file, and stays as it is."""
    outside = tmp_path / "outside"
    (outside / ".claude-plugin").mkdir(parents=True)
    secret = {"name": "SPILLED", "version": "9.9.9", "description": "SPILLED", "SPILLED": 1}
    for path in (".claude-plugin/plugin.json", "flags.json", "x.md"):
        (outside / path).write_text(json.dumps(secret), encoding="utf-8")
    before = {path: path.read_bytes() for path in outside.rglob("*") if path.is_file()}
    root = tmp_path / "inside"
    (root / ".claude-plugin").mkdir(parents=True)
    (root / "demo" / ".claude-plugin").mkdir(parents=True)
    (root / "demo" / ".claude-plugin" / "plugin.json").write_text(json.dumps(MANIFEST), encoding="utf-8")
    links = {
        "linked": outside,
        "demo/commands": outside,
        "up": Path("../outside"),
    }
    for name, target in links.items():
        (root / name).symlink_to(target)
    odd = st.sampled_from(
        ["../outside", str(outside), "./linked", "./up", "./demo/..", "./demo/../../outside", "linked"]
    )
    ways = mixed(st.sampled_from(["./demo", "demo"]), odd, FOLDERS)

    flags = root / "demo" / "flags.json"

    def check(drawn: tuple[list[str], list[str], str, bool]) -> bool:
        sources, folders, component, is_linked = drawn
        flags.unlink(missing_ok=True)
        if is_linked:
            flags.symlink_to(outside / "flags.json")
        entries = [{"name": f"p{n}", "source": source} for n, source in enumerate(sources)]
        market = {**MARKET, "plugins": entries}
        (root / ".claude-plugin" / "marketplace.json").write_text(json.dumps(market), encoding="utf-8")
        manifest = {**MANIFEST, "commands": component, "hooks": component}
        (root / "demo" / ".claude-plugin" / "plugin.json").write_text(json.dumps(manifest), encoding="utf-8")
        files = FolderFiles(root)
        report = foreseen(lambda: check_plugin(files, Config(plugins=tuple(folders))))
        assert report is None or "SPILLED" not in "".join(map(str, report.findings))
        plugins = foreseen(lambda: find_plugins(files, folders))
        stamped = foreseen(lambda: stamp_version(files, plugins, "1.2.3")) if plugins else None
        assert not [
            path
            for path in stamped or {}
            if path.startswith(("/", "..")) or b"SPILLED" in (stamped or {})[path]
        ]
        assert {path: path.read_bytes() for path in before} == before
        return bool(stamped)

    fuzz(
        st.tuples(st.lists(ways, max_size=3), st.lists(ways, max_size=2), ways, st.booleans()),
        check,
        "folders",
    )


def test_nothing_reads_more_than_the_files_there_are() -> None:
    """A path that the listing does not name is never asked for, whatever a manifest says."""

    class Watched(MemoryFiles):
        asked: list[str] = []  # noqa: RUF012 - one for the test

        def _contents(self, paths: list[str]) -> dict[str, bytes]:
            self.asked.extend(paths)
            return super()._contents(paths)

    market = {**MARKET, "plugins": [{"name": f"p{n}", "source": f"./{path}"} for n, path in enumerate(PATHS)]}
    files = Watched({".claude-plugin/marketplace.json": json.dumps(market).encode()})
    report_of(files)
    assert set(files.asked) == {".claude-plugin/marketplace.json"}
