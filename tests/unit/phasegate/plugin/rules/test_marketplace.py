from __future__ import annotations

from typing import Callable

import pytest

from phasegate.plugin.rules.marketplace import (
    MarketplaceAgreement,
    MarketplaceHead,
    MarketplaceKeys,
    MarketplaceNames,
    MarketplacePins,
)

Says = Callable[..., list[str]]
PATH = ".claude-plugin/marketplace.json"
RULES = (MarketplaceAgreement, MarketplaceHead, MarketplaceKeys, MarketplaceNames, MarketplacePins)


def market(*entries: object, **changes: object) -> dict[str, object]:
    return {PATH: {"name": "m", "owner": {"name": "o"}, "plugins": list(entries), **changes}}


def pinned(**source: object) -> dict[str, object]:
    return market({"name": "q", "source": source})


def test_name_and_owner_must_be_there(says: Says) -> None:
    assert says(MarketplaceHead, market(name="My Market", owner={"name": ""})) == [
        f"error {PATH}:2: name: must be lower-case words joined by '-'",
        f"error {PATH}:3: owner.name: must be a non-empty text",
    ]


def test_an_unknown_key_of_an_entry_is_an_error(says: Says) -> None:
    entry = {"name": "p", "source": "./p", "categroy": "x", "metadata": {}}
    assert says(MarketplaceKeys, market(entry)) == [
        f"error {PATH}:10: plugins.0.categroy: unknown key; did you mean 'category'?",
        f"error {PATH}:11: plugins.0.metadata: refused by client 2.1.42, with the whole marketplace",
    ]


def test_two_entries_cannot_share_a_name(says: Says) -> None:
    one, two = {"name": "p", "source": "./p"}, {"name": "p", "source": {"source": "npm", "package": "p"}}
    assert says(MarketplaceNames, market(one, two)) == [
        f"error {PATH}:12: plugins.1.name: 'p' is already plugins.0"
    ]


def test_an_entry_that_contradicts_its_plugin_is_told(says: Says) -> None:
    assert says(MarketplaceAgreement, market({"name": "x", "source": "./p", "version": "1.0.1"})) == [
        f"error {PATH}:8: plugins.0.name: 'x' here, 'p' in plugin.json",
        f"error {PATH}:10: plugins.0.version: '1.0.1' here, '1.0.0' in plugin.json",
    ]


def test_an_entry_whose_folder_does_not_exist_is_told(says: Says) -> None:
    assert says(MarketplaceAgreement, market({"name": "n", "source": "./none"})) == [
        f"error {PATH}:9: plugins.0.source: folder 'none' does not exist"
    ]


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ({"source": "pip", "package": "x"}, "source: 'pip' is none of github, url, git-subdir, npm, archive"),
        ({"source": ["github"]}, "source: ['github'] is none of github, url, git-subdir, npm, archive"),
        ({"source": "github"}, "repo: must be a non-empty text"),
        ({"source": "github", "repo": "x/q", "ref": 1}, "ref: must be a non-empty text"),
        (
            {"source": "github", "repo": "x/q", "sha": "ABC"},
            "sha: 'ABC' is not 40 lower-case hexadecimal digits",
        ),
        ({"source": "url", "url": "u", "sha": None}, "sha: None is not 40 lower-case hexadecimal digits"),
    ],
)
def test_a_source_that_clients_cannot_fetch_is_an_error(
    says: Says, source: dict[str, object], message: str
) -> None:
    assert says(MarketplacePins, pinned(**source)) == [f"error {PATH}:9: plugins.0.source: {message}"]


def test_a_ref_beside_a_sha_is_a_warning(says: Says) -> None:
    assert says(MarketplacePins, pinned(source="github", repo="x/q", sha="a" * 40, ref="main")) == [
        f"warning {PATH}:9: plugins.0.source: ref: has no effect beside sha"
    ]


def test_a_version_that_is_none_is_told(says: Says) -> None:
    assert says(MarketplacePins, market({"name": "p", "source": "./p", "version": "one"})) == [
        f"error {PATH}:10: plugins.0.version: 'one' is no semantic version"
    ]


def test_without_a_marketplace_there_is_nothing_to_say(says: Says) -> None:
    for rule in RULES:
        assert says(rule, {PATH: None}) == []
