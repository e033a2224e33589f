"""The configuration: defaults, values, and every mistake at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from phasegate.config import PHASES, Config, Gate, Group, Phase
from phasegate.config_file import load_config, parse_config, read_config
from phasegate.errors import ErrorCode, PhasegateError

if TYPE_CHECKING:
    from pathlib import Path


def mistakes_of(table: object) -> tuple[str, ...]:
    with pytest.raises(PhasegateError) as caught:
        parse_config(table)
    assert caught.value.code is ErrorCode.CONFIG_INVALID
    assert caught.value.hint
    return caught.value.details


def test_an_empty_table_is_the_defaults() -> None:
    assert parse_config({}) == Config()


def test_every_key_is_taken() -> None:
    config = parse_config(
        {
            "remote": "upstream",
            "remote_timeout": "90s",
            "source": "dev",
            "tag_format": "p{version}",
            "changelog": False,
            "plugins": ["one", "two/"],
            "channels": {"stable": "main"},
            "docs_branch": "pages",
            "phases": {"canary": {"gates": ["security", "bench"], "soak": "2h", "criteria": []}},
            "gates": {
                "bench": {
                    "session": "benchmarks",
                    "args": ["--fast"],
                    "artifact": "out",
                    "group": "performance",
                }
            },
            "notify": {"console": False, "file": "notices.md", "apprise_variable": "URLS"},
            "jobs": 4,
        }
    )
    assert (config.remote, config.source, config.tag_format) == ("upstream", "dev", "p{version}")
    assert (config.changelog, config.plugins, config.docs_branch) == (None, ("one", "two"), "pages")
    assert config.channels == {"internal": "internal", "canary": "canary", "stable": "main"}
    assert config.phase("canary") == Phase("canary", "canary", ("security", "bench"), 7200.0, ())
    assert config.gate("bench") == Gate("bench", "benchmarks", ("--fast",), "out", Group.PERFORMANCE)
    assert (config.notify.console, config.notify.file) == (False, "notices.md")
    assert config.notify.apprise_variable == "URLS"
    assert (config.remote_timeout_s, config.jobs) == (90.0, 4)


def test_a_gate_that_no_table_describes_is_the_session_of_its_name() -> None:
    assert Config().gate("lint") == Gate("lint", "lint")


def test_a_gate_s_group_goes_by_its_name_and_its_table_decides() -> None:
    config = parse_config({"gates": {"slow": {"group": "security"}, "docs": {}}})
    names = ("tests", "docs", "performance", "regression", "security", "slow")
    assert [config.gate(name).group.value for name in names] == [
        *("code", "documentation", "performance", "compatibility", "security", "security"),
    ]
    assert "gates.slow.group: must be one of code" in mistakes_of({"gates": {"slow": {"group": "speed"}}})[0]


def test_the_docs_gate_leaves_the_site() -> None:
    assert Config().gate("docs").artifact == "site"


@pytest.mark.parametrize(
    ("table", "mistake"),
    [
        ({"remot": "x"}, "remot: unknown key; did you mean 'remote'?"),
        ({"remote": "-x"}, "remote: must be a branch or remote name that git accepts"),
        (
            {"source": "stable"},
            "source: branch 'stable' is already channels.stable; each needs a branch of its own",
        ),
        ({"docs_branch": "canary"}, "docs_branch: branch 'canary' is already channels.canary"),
        ({"channels": {"extra": "stable"}}, "channels.extra: branch 'stable' is already channels.stable"),
        ({"phases": {"beta": {}}}, "phases.beta: unknown key"),
        (
            {"phases": {"internal": {"gates": []}}},
            "phases.internal.gates: the first phase needs at least one gate",
        ),
        (
            {"phases": {"docs": {"channel": "stable"}}},
            "phases.docs.channel: the docs phase publishes to docs_branch",
        ),
        ({"phases": {"canary": {"channel": "no"}}}, "phases.canary.channel: 'no' is none of the channels"),
        (
            {"phases": {"canary": {"channel": "stable"}}},
            "phases.public.channel: phase canary publishes there already",
        ),
        ({"phases": {"canary": {"soak": "long"}}}, "phases.canary.soak: must be seconds"),
        ({"gates": {"x": {"artifact": "../x"}}}, "gates.x.artifact: must be a path below the repository"),
        (
            {"notify": {"apprise_variable": "mailto://a:b@c"}},
            "notify.apprise_variable: must be the name of an env",
        ),
        ({"jobs": 0}, "jobs: must be a whole number of 1 or more"),
        ([], "[tool.phasegate]: must be a table"),
    ],
)
def test_a_mistake_is_reported_with_its_key(table: Any, mistake: str) -> None:
    assert any(found.startswith(mistake) for found in mistakes_of(table)), mistakes_of(table)


def test_every_mistake_is_reported_at_once() -> None:
    found = mistakes_of({"remot": 1, "jobs": 0, "tag_format": "v", "phases": {"canary": {"soak": "x"}}})
    assert [mistake.split(":")[0] for mistake in found] == [
        "remot",
        "tag_format",
        "phases.canary.soak",
        "jobs",
    ]


def test_an_unknown_phase_is_an_error_that_lists_the_phases() -> None:
    with pytest.raises(PhasegateError) as caught:
        Config().phase("beta")
    assert caught.value.code is ErrorCode.PHASE_UNKNOWN
    assert all(name in caught.value.hint for name in PHASES)


def test_phases_come_in_rollout_order() -> None:
    assert [phase.name for phase in Config().phases_before("public")] == ["internal", "canary", "docs"]
    assert Config().phases_before("internal") == ()


def test_without_a_docs_branch_there_is_no_docs_phase() -> None:
    config = parse_config({"docs_branch": False})
    assert list(config.phases) == ["internal", "canary", "public"]
    assert config.docs_branch is None


def test_a_sandbox_waits_for_no_soak() -> None:
    config = Config().without_soak()
    assert all(phase.soak_s == 0 for phase in config.phases.values())
    assert config.phase("canary").gates == Config().phase("canary").gates


def test_the_public_channel_is_where_phase_public_publishes() -> None:
    assert Config().public_channel == "stable"


def test_a_folder_without_configuration_has_the_defaults(tmp_path: Path) -> None:
    assert load_config(tmp_path) == Config()


def test_phasegate_toml_is_read_before_pyproject(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool.phasegate]\njobs = 3\n", encoding="utf-8")
    assert load_config(tmp_path).jobs == 3
    (tmp_path / "phasegate.toml").write_text("jobs = 5\n", encoding="utf-8")
    assert load_config(tmp_path).jobs == 5


@pytest.mark.parametrize("text", ["tool = 7\n", "[tool]\nx = 1\n", ""])
def test_a_pyproject_that_says_nothing_of_phasegate_means_the_defaults(tmp_path: Path, text: str) -> None:
    (tmp_path / "pyproject.toml").write_text(text, encoding="utf-8")
    assert load_config(tmp_path) == Config()


@pytest.mark.parametrize("content", [b"jobs = ", b"\xff\xfe"])
def test_a_file_that_is_no_toml_is_an_error_that_names_it(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "phasegate.toml").write_bytes(content)
    with pytest.raises(PhasegateError) as caught:
        load_config(tmp_path)
    assert caught.value.code is ErrorCode.CONFIG_INVALID
    assert "phasegate.toml" in caught.value.what
    assert caught.value.why


def test_mistakes_in_a_file_are_reported_with_its_name(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool.phasegate]\njobs = 0\nremot = 1\n", encoding="utf-8")
    with pytest.raises(PhasegateError, match=r"pyproject.toml has 2 mistakes") as caught:
        load_config(tmp_path)
    assert len(caught.value.details) == 2


@pytest.mark.parametrize(
    "text",
    ["a = " + "[" * 5000, "jobs = " + "9" * 5000, 'a = "\\ud800"', "\x00", "a = 1\na = 2"],
    ids=lambda t: t[:9],
)
def test_what_cannot_be_read_is_one_clear_error(text: str) -> None:
    with pytest.raises(PhasegateError) as caught:
        read_config({"phasegate.toml": text.encode()})
    assert caught.value.code is ErrorCode.CONFIG_INVALID


@pytest.mark.parametrize(
    "path", ["/etc/passwd", "../x", "a/../../x", "C:/x", "\\\\server\\x", ".git/hooks/x", "."]
)
def test_notices_and_the_changelog_stay_below_their_folders(path: str) -> None:
    mistakes = mistakes_of({"changelog": path, "notify": {"file": path}})
    assert [mistake.split(":")[0] for mistake in mistakes] == ["changelog", "notify.file"]


@pytest.mark.parametrize("key", ["gates", "channels"])
def test_a_name_that_is_no_name_is_a_mistake(key: str) -> None:
    value: object = {"session": "x"} if key == "gates" else "x"
    assert mistakes_of({key: {"--output": value}})
    assert mistakes_of({"phases": {"canary": {"gates": ["--noxfile=x"]}}, "gates": {"g": {"session": "-f"}}})
