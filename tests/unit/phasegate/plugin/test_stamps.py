from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phasegate.errors import ErrorCode, PhasegateError
from phasegate.plugin.manifest import MARKETPLACE, Plugin, find_plugins
from phasegate.plugin.stamps import changelog_mistakes, neutralise, stamp_flags_off, stamp_version
from phasegate.plugin.tree import SUBMODULE, SYMLINK, MemoryFiles

MANIFEST = "p/.claude-plugin/plugin.json"
FLAGS = "p/flags.json"
PLUGIN = Plugin("p", "p", None, MANIFEST)

KEYS = st.text(max_size=5) | st.sampled_from(["version", "description", "author"])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=8,
)
VERSIONS = st.sampled_from(["0.0.0", "1.2.3", "2.0.0-rc.1", "10.20.30"])


@st.composite
def written(draw: st.DrawFn, data: object) -> bytes:
    """`data` as someone might have written it."""
    newline = draw(st.sampled_from(["\n", "\r\n"]))
    text = json.dumps(
        data,
        indent=draw(st.sampled_from([None, 0, 2, 3, "\t"])),
        separators=draw(st.sampled_from([(",", ":"), (", ", ": "), (" ,", " :  ")])),
        ensure_ascii=draw(st.booleans()),
    )
    return (
        (text + draw(st.sampled_from(["", "\n", "\n\n"])))
        .replace("\n", newline)
        .encode("utf-8", "surrogatepass")
    )


@st.composite
def trees(draw: st.DrawFn) -> dict[str, bytes]:
    """A marketplace, a plugin, a flag file and a changelog, some of which may be absent."""
    further = draw(st.dictionaries(KEYS, VALUES, max_size=4))
    further.pop("version", None)
    items = list({**further, "name": "p", **draw(optional_version())}.items())
    contents = {
        MANIFEST: draw(written(dict(draw(st.permutations(items))))),
        "CHANGELOG.md": b"# 1",
        "other": b"x",
    }
    entry = {"name": "p", "source": "./p", **draw(optional_version())}
    foreign = {"name": "q", "source": {"source": "github", "repo": "x/q"}, "version": "7.7.7"}
    if draw(st.booleans()):
        contents[MARKETPLACE] = draw(
            written({"name": "m", "plugins": draw(st.permutations([entry, foreign]))})
        )
    if draw(st.booleans()):
        flags = draw(st.dictionaries(st.sampled_from(["a", "b"]), st.booleans(), min_size=1))
        contents[FLAGS] = draw(
            written({"schema": 1, "flags": {n: {"enabled": on, "percent": 5} for n, on in flags.items()}})
        )
    return contents


def optional_version() -> st.SearchStrategy[dict[str, str]]:
    return st.just({}) | st.builds(lambda version: {"version": version}, VERSIONS)


def applied(contents: dict[str, bytes], changes: dict[str, Any]) -> dict[str, bytes]:
    return {path: c for path, c in {**contents, **changes}.items() if c is not None}


def neutral(contents: dict[str, bytes]) -> dict[str, bytes]:
    return applied(contents, neutralise(MemoryFiles(contents), [PLUGIN], "CHANGELOG.md"))


def stamped(contents: dict[str, bytes], version: str) -> dict[str, bytes]:
    return applied(contents, stamp_version(MemoryFiles(contents), [PLUGIN], version))


def without_lone_surrogates(contents: dict[str, bytes]) -> bool:
    try:
        return bool([content.decode() for content in contents.values()])
    except UnicodeDecodeError:
        return False


TREES = trees().filter(without_lone_surrogates)


@given(TREES, VERSIONS)
def test_a_stamp_changes_nothing_that_counts_as_content(contents: dict[str, bytes], version: str) -> None:
    release = {**stamped(contents, version), "CHANGELOG.md": b"# 2\n\n# 1"}
    assert neutral(release) == neutral(contents)
    if FLAGS in contents:
        off = applied(release, stamp_flags_off(MemoryFiles(release), [PLUGIN]))
        assert neutral(off) == neutral(contents)


@given(TREES)
def test_what_is_neutral_stays_as_it_is(contents: dict[str, bytes]) -> None:
    assert neutral(neutral(contents)) == neutral(contents)


@given(TREES, VERSIONS)
def test_a_stamp_is_read_back_and_moves_no_other_value(contents: dict[str, bytes], version: str) -> None:
    release = stamped(contents, version)
    assert find_plugins(MemoryFiles(release), ("p",))[0].version == version
    before, after = json.loads(contents[MANIFEST]), json.loads(release[MANIFEST])
    assert {**before, "version": version} == after
    assert release["other"] == contents["other"]
    if MARKETPLACE in contents:
        for old, new in zip(*(json.loads(side[MARKETPLACE])["plugins"] for side in (contents, release))):
            assert new == ({**old, "version": version} if old["name"] == "p" and "version" in old else old)


@given(TREES, st.sampled_from(["key", "byte", "file"]))
def test_any_other_difference_survives(contents: dict[str, bytes], kind: str) -> None:
    other = dict(contents)
    if kind == "key":
        data = json.loads(contents[MANIFEST])
        other[MANIFEST] = json.dumps({**data, "description": [data.get("description"), 1]}).encode()
    elif kind == "byte":
        other[MANIFEST] = contents[MANIFEST] + b" "
    else:
        other["p/new"] = b""
    assert neutral(other) != neutral(contents)


def test_the_form_of_a_manifest_is_kept_to_the_byte() -> None:
    text = '{\r\n\t"author": {"version": "9"},\r\n\t"name" : "p",\r\n\t"version" : "0.0.0" , "keywords": ["ü", "\\u00fc"]}'
    contents = {MANIFEST: text.encode()}
    assert stamped(contents, "2.0.0")[MANIFEST].decode() == text.replace('"0.0.0"', '"2.0.0"')


def test_flags_go_off_and_all_else_in_their_file_stays() -> None:
    text = '{"schema": 1,\n "flags": {"a": { "enabled" : true }, "b": {"enabled": false}}}'
    contents = {MANIFEST: b'{"name": "p"}', FLAGS: text.encode()}
    assert stamp_flags_off(MemoryFiles(contents), [PLUGIN]) == {FLAGS: text.replace("true", "false").encode()}


def test_flags_that_are_off_already_need_no_change() -> None:
    contents = {MANIFEST: b'{"name": "p"}', FLAGS: b'{"schema": 1, "flags": {"a": {"enabled": false}}}'}
    assert stamp_flags_off(MemoryFiles(contents), [PLUGIN]) == {}


@pytest.mark.parametrize("contents", [{}, {FLAGS: b'{"schema": 1, "flags": {}}'}], ids=["no file", "no flag"])
def test_without_a_flag_there_is_nothing_to_turn_off(contents: dict[str, bytes]) -> None:
    with pytest.raises(PhasegateError, match="no feature flag") as caught:
        stamp_flags_off(MemoryFiles({MANIFEST: b'{"name": "p"}', **contents}), [PLUGIN])
    assert caught.value.code is ErrorCode.MANIFEST_INVALID
    assert FLAGS in caught.value.why


def test_a_broken_flag_file_is_refused_with_every_mistake() -> None:
    files = MemoryFiles(
        {MANIFEST: b'{"name": "p"}', FLAGS: b'{"flags": {"A b": 1,\n"c": {"enabled": "yes"}}}'}
    )
    with pytest.raises(PhasegateError) as caught:
        neutralise(files, [PLUGIN], None)
    assert caught.value.details == (
        f"{FLAGS}:1: schema: must be 1",
        f"{FLAGS}:1: flags.A b: a name is lower-case letters, digits, '_', '.', '-'",
        f"{FLAGS}:1: flags.A b: must be an object",
        f"{FLAGS}:2: flags.c.enabled: must be there, true or false",
    )


def test_a_flag_file_that_is_no_json_is_refused() -> None:
    with pytest.raises(PhasegateError) as caught:
        stamp_flags_off(MemoryFiles({MANIFEST: b'{"name": "p"}', FLAGS: b"{"}), [PLUGIN])
    assert caught.value.details[0].startswith(f"{FLAGS}:1: no JSON")


def test_a_manifest_that_breaks_after_it_was_found_is_refused() -> None:
    with pytest.raises(PhasegateError) as caught:
        stamp_version(MemoryFiles({}), [PLUGIN], "1.0.0")
    assert caught.value.details == (f"{MANIFEST}: the file is missing",)


def test_without_a_plugin_the_changelog_alone_is_stamped() -> None:
    files = MemoryFiles({"CHANGELOG.md": b"x", "other": b"y"})
    assert stamp_version(files, [], "1.0.0") == {}
    assert neutralise(files, [], "CHANGELOG.md") == {"CHANGELOG.md": None}
    assert neutralise(files, [], "NEWS.md") == {}
    with pytest.raises(PhasegateError, match="no feature flag"):
        stamp_flags_off(files, [])


@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        (MemoryFiles({"a/LOG.md": b"/etc/passwd"}, {"a/LOG.md": SYMLINK}), "a/LOG.md: the changelog must be a file of its own"),
        (MemoryFiles({}, {"a/LOG.md": SUBMODULE}), "a/LOG.md: the changelog must be a file of its own"),
        (MemoryFiles({"a/LOG.md/x": b""}), "a/LOG.md: the changelog must be a file, and is a folder"),
        (MemoryFiles({"a": b""}), "a: the changelog is to be a/LOG.md, and this is no folder"),
    ],
)  # fmt: skip
def test_a_changelog_that_could_not_be_written_without_harm_is_a_mistake(
    files: MemoryFiles, sentence: str
) -> None:
    (mistake,) = changelog_mistakes(files, "a/LOG.md")
    assert str(mistake).startswith(sentence)


def test_a_changelog_that_is_a_file_or_not_there_is_none() -> None:
    assert not list(
        changelog_mistakes(MemoryFiles({"a/LOG.md": b"", "a/LOG.mdx": b"", "b": b""}), "a/LOG.md")
    )
    assert not list(changelog_mistakes(MemoryFiles({"a/other": b""}), "a/LOG.md"))
    assert not list(changelog_mistakes(MemoryFiles({}), None))
