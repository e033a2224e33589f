from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from phasegate.adoption.configuration import Decisions, config_text
from phasegate.adoption.layout import Layout
from phasegate.adoption.tags import Scheme
from phasegate.config_file import read_config
from phasegate.errors import ErrorCode, PhasegateError

if TYPE_CHECKING:
    from phasegate.config import Config

PLAIN = Decisions(
    remote=None,
    layout=Layout("main"),
    scheme=Scheme(),
    changelog="CHANGELOG.md",
    docs=True,
    gates={"internal": ("plugin", "tests"), "canary": (), "docs": ("docs",), "public": ("rehearse",)},
)


def read(decisions: Decisions) -> Config:
    own = read_config({"phasegate.toml": config_text(decisions, "").encode()})
    table = read_config({"pyproject.toml": config_text(decisions, "tool.phasegate").encode()})
    assert own == table
    return own


def test_what_is_decided_is_what_is_read_back() -> None:
    config = read(PLAIN)
    assert (config.source, config.docs_branch, config.changelog) == ("main", "gh-pages", "CHANGELOG.md")
    assert {name: phase.gates for name, phase in config.phases.items()} == PLAIN.gates


def test_every_decision_that_is_no_default_is_written() -> None:
    decided = replace(
        PLAIN, remote="upstream", layout=Layout("dev", stable="main"), scheme=Scheme("x/{version}"), changelog=None, docs=False,
        gates={"internal": ("plugin",), "canary": (), "public": ()},
    )  # fmt: skip
    config = read(decided)
    assert (config.remote, config.source, config.channels["stable"]) == ("upstream", "dev", "main")
    assert (config.tag_format, config.changelog, config.docs_branch) == ("x/{version}", None, None)
    assert list(config.phases) == ["internal", "canary", "public"]


@pytest.mark.parametrize("prefix", ["", "tool.phasegate"])
def test_what_is_left_open_is_a_comment_that_becomes_the_answer(prefix: str) -> None:
    undecided = replace(
        PLAIN, layout=Layout("main", perhaps=("dev", "main")), scheme=Scheme(others=("x-{version}",))
    )
    text = config_text(undecided, prefix)
    name = "pyproject.toml" if prefix else "phasegate.toml"
    assert read_config({name: text.encode()}).source == "main"
    answered = "\n".join(
        line.removeprefix("# ") for line in text.splitlines() if 'source = "main"' not in line
    )
    config = read_config({name: answered.encode()})
    assert (config.source, config.channels["stable"], config.tag_format) == ("dev", "main", "x-{version}")


def test_an_answer_that_holds_either_way_stands_once() -> None:
    text = config_text(replace(PLAIN, layout=Layout("dev", perhaps=("dev", "main"))), "")
    answered = "\n".join(line.removeprefix("# ") for line in text.splitlines())
    config = read_config({"phasegate.toml": answered.encode()})
    assert (config.source, config.channels["stable"]) == ("dev", "main")


@pytest.mark.parametrize("name", ["trunk-🚀", 'quoted"', "größer", "日本"])
def test_names_of_any_letters_are_read_back(name: str) -> None:
    decided = replace(PLAIN, layout=Layout(name), scheme=Scheme(f"{name}-{{version}}"))
    config = read(decided)
    assert (config.source, config.tag_format) == (name, f"{name}-{{version}}")


def test_a_name_that_is_no_utf8_is_refused() -> None:
    with pytest.raises(PhasegateError) as caught:
        config_text(replace(PLAIN, layout=Layout("caf\udce9")), "")
    assert caught.value.code is ErrorCode.CONFIG_INVALID
    assert "caf\\udce9" in caught.value.what


def test_another_changelog_is_named() -> None:
    assert read(replace(PLAIN, changelog="CHANGES.md")).changelog == "CHANGES.md"
