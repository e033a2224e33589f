"""A hostile configuration: read or refused with its mistakes, and what is read harms nothing when it is used."""

from __future__ import annotations

import json
import posixpath
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import strategies as st

from faults.hostile import COMMANDS, LEAVES, PATHS, TEXTS, foreseen, mixed, put_back, values
from phasegate.config import CRITERIA, PHASES, Config
from phasegate.config_file import parse_config, read_config
from phasegate.toml_table import is_ref_name

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from workshop import Workshop

pytestmark = pytest.mark.timeout(900)

KEYS = st.sampled_from([
    *Config.__dataclass_fields__,
    *PHASES,
    *("stable", "docs", "channel", "soak", "criteria", "session", "args", "artifact", "file", "console", "apprise_variable"),
])  # fmt: skip
NAMES = st.sampled_from(["stable", "a/b", "{version}", "v{version}", *CRITERIA, *COMMANDS, *PATHS]) | TEXTS
PHASE = st.fixed_dictionaries(
    {},
    optional={
        "channel": NAMES | LEAVES,
        "gates": st.lists(NAMES, max_size=3) | LEAVES,
        "soak": LEAVES,
        "criteria": st.lists(NAMES, max_size=2),
    },
)
GATE = st.fixed_dictionaries(
    {}, optional={"session": NAMES, "args": st.lists(NAMES, max_size=2), "artifact": NAMES | LEAVES}
)
VALUES = {
    **dict.fromkeys(("remote", "source", "tag_format", "changelog", "docs_branch", "jobs"), NAMES | LEAVES),
    "plugins": st.lists(NAMES, max_size=3) | LEAVES,
    "channels": st.dictionaries(NAMES, NAMES | LEAVES, max_size=3) | LEAVES,
    "phases": st.dictionaries(st.sampled_from(PHASES) | NAMES, PHASE, max_size=3) | LEAVES,
    "gates": st.dictionaries(NAMES, GATE, max_size=3) | LEAVES,
    "notify": st.dictionaries(KEYS | NAMES, NAMES | LEAVES, max_size=3) | LEAVES,
}
ONE_KEY = st.sampled_from(sorted(VALUES)).flatmap(lambda key: st.fixed_dictionaries({key: VALUES[key]}))
TABLES = mixed(ONE_KEY, ONE_KEY, ONE_KEY, st.fixed_dictionaries({}, optional=VALUES))
"""Mostly with one key, so that others' mistakes do not hide what it does."""


def toml(value: Any) -> str:
    """A value as TOML writes it, or something like it."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{toml(str(k))} = {toml(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(toml, value)) + "]"
    return (
        {None: "1979-05-27T07:32:00Z"}.get(value, json.dumps(value))
        if not isinstance(value, float)
        else repr(value)
    )


DOCUMENTS = st.one_of(
    st.text(max_size=60).map(lambda text: text.encode("utf-8", "surrogatepass")),
    st.binary(max_size=40),
    TABLES.map(lambda t: "".join(f"{toml(k)} = {toml(v)}\n" for k, v in t.items()).encode("utf-8", "surrogatepass")),
    st.tuples(KEYS, TEXTS, TEXTS).map(lambda t: f"[{t[0]}.{toml(t[1])}]\n{t[0]} = '''{t[2]}'''\n".encode("utf-8", "surrogatepass")),
    st.tuples(KEYS, st.sampled_from(["[", "{a=", '"', "'''", "9", "0x", "[["]), st.integers(1, 9_000)).map(
        lambda t: f"{t[0]} = {t[1] * t[2]}".encode()
    ),
    st.tuples(KEYS, st.integers(1, 5_000)).map(lambda t: f"{t[0]} = {'[' * t[1]}{']' * t[1]}".encode()),
    st.tuples(KEYS, st.integers(1, 3_000)).map(lambda t: f"{'.'.join([t[0]] * t[1])} = 1".encode()),
)  # fmt: skip


def harmless(config: Config) -> None:
    """What every later step relies on."""
    branches = [config.remote, *config.channels.values()]
    branches += [name for name in (config.source, config.docs_branch) if name is not None]
    tag = config.tag_format.format(version="1.2.3-rc.4")
    assert all(is_ref_name(name) for name in (*branches, tag))
    gates = [*config.gates.values(), *(config.gate(n) for p in config.phases.values() for n in p.gates)]
    names = [*branches, *config.channels, *(text for gate in gates for text in (gate.name, gate.session))]
    assert not [name for name in names if name.startswith("-") or not name.isprintable() or not name]
    places = [config.changelog, config.notify.file, *config.plugins, *(gate.artifact for gate in gates)]
    for place in filter(None, places):
        parts = place.split("/")
        assert place == posixpath.normpath(place)
        assert not place.startswith("/")
        assert ".." not in parts
        assert ".git" not in [part.casefold() for part in parts]
        assert not set(place) & set("\0\n\\")
    assert all(0 <= phase.soak_s <= 3650 * 86400 for phase in config.phases.values())
    assert config.jobs >= 1


def test_any_text(fuzz: Callable[..., None]) -> None:
    def check(content: bytes) -> bool:
        places = ({"phasegate.toml": content}, {"pyproject.toml": b"[tool.phasegate]\n" + content})
        found = [foreseen(lambda files=files: read_config(files)) for files in places]  # type: ignore[misc]
        taken = [config for config in found if config is not None]
        for config in taken:
            harmless(config)
        return bool(taken)

    fuzz(DOCUMENTS, check, "config text")


def test_any_table(fuzz: Callable[..., None]) -> None:
    def check(table: Any) -> bool:
        config = foreseen(lambda: parse_config(table))
        if config is not None:
            harmless(config)
        return config is not None

    leaves = LEAVES | st.just(datetime(2027, 1, 15, 8))  # noqa: DTZ001 - TOML has times without a zone
    fuzz(mixed(TABLES, TABLES, TABLES, values(KEYS, leaves)), check, "config table")


def test_a_hostile_configuration_in_use(
    fuzz: Callable[..., None], released: Workshop, tmp_path: Path
) -> None:
    """Whatever is read, planning and deploying end well or in a typed error, and no canary appears."""
    before = released.remote_refs()
    plain = [
        "internal",
        "stable",
        "main",
        "x",
        "demo",
        "demo/commands",
        "demo/flags.json",
        "noxfile.py",
        "noxfile.py/x",
    ]
    names = mixed(st.sampled_from(plain), st.sampled_from([*COMMANDS, *PATHS]))
    keys = {
        **dict.fromkeys(("source", "changelog"), names),
        "tag_format": names.map("{{version}}{}".format) | names.map("{}{{version}}".format),
        "docs_branch": names | st.booleans(),
        "plugins": st.lists(names, max_size=2),
        "channels": st.dictionaries(
            st.sampled_from(["internal", "canary", "stable", "beta"]) | names, names, max_size=2
        ),
        "gates": st.dictionaries(names, st.fixed_dictionaries({}, optional={"artifact": names}), max_size=1),
        "phases": st.dictionaries(
            st.sampled_from(PHASES),
            st.fixed_dictionaries({"gates": st.lists(names, min_size=1, max_size=2)}),
            max_size=2,
        ),
    }
    tables = st.sampled_from(["changelog", *sorted(keys)]).flatmap(
        lambda key: st.fixed_dictionaries({key: keys[key]})
    )

    def check(table: dict[str, Any]) -> bool:
        text = "".join(f"{toml(k)} = {toml(v)}\n" for k, v in table.items())
        (released.root / "phasegate.toml").write_bytes(text.encode())
        taken = foreseen(lambda: released.config) is not None
        for kind in ("quick", "full", "docs", "flag"):
            foreseen(lambda kind=kind: released.plan_rollback(kind))  # type: ignore[misc]
        foreseen(lambda: released.plan_deploy("public"))
        done = foreseen(lambda: released.deploy("internal"))
        assert done is not None or released.remote_refs() == before
        put_back(released, before)
        assert not list(tmp_path.rglob("CANARY*"))
        return taken

    fuzz(tables, check, "config in use")
