"""What an enemy writes where phasegate reads, as Hypothesis draws it, and the law that all of it must keep."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Callable, TypeVar

from hypothesis import strategies as st

from phasegate.errors import ErrorCode, PhasegateError
from phasegate.terminal import printable
from workshop import git

if TYPE_CHECKING:
    from workshop import Workshop

T = TypeVar("T")

PROMISED = {
    "config text": 3_000,
    "config table": 4_000,
    "config in use": 100,
    "gates that run": 40,
    "manifests": 2_500,
    "folders": 300,
    "headers": 2_500,
    "ledger entries": 4_000,
    "ledger on a remote": 80,
    "ref names": 3_000,
    "ref listings": 2_000,
    "refs on a remote": 50,
}
"""Cases of each test in the whole session, over config, manifests, headers, ledger objects and ref names."""

CASES = {
    **PROMISED,
    "versions": 1_500,
    "commit messages": 1_500,
    "remote urls": 100,
    "project names": 500,
    "environments": 30,
    "requests": 60,
    "texts with secrets": 2_000,
}
"""The same with what may be hostile besides."""

COMMANDS = (
    *("--upload-pack=touch CANARY", "--output=CANARY", "-oProxyCommand=touch CANARY", "ext::sh -c touch% CANARY"),
    *("$(touch CANARY)", "`touch CANARY`", "; touch CANARY", "| touch CANARY", "&& touch CANARY", "a\ntouch CANARY"),
    *("--exec=touch CANARY", "-c core.sshCommand=touch CANARY", "!touch CANARY", "@{upstream}", "--help", "-", "--"),
)  # fmt: skip
PATHS = (
    *("../outside", "a/../../outside", "/etc/passwd", "/", "~", "~/x", "C:\\x", "C:/x", "\\\\server\\share", "//server/share"),
    *(".git/config", ".git/hooks/post-checkout", ".GIT/config", "git~1/config", ".git.", ".g\u200cit/x", "a\\..\\..\\x", "."),
    *("a//b", "./a", "a/", "con", "a:b", "a\0b", "x" * 300, "a/" * 200 + "b", " ", "..", "...", "-x"),
)  # fmt: skip
NUMBERS = (0, -1, 1, True, 2**63, -(2**63), 10**18, 10**400, 1.5, float("nan"), float("inf"), -0.0, 1e308)
TEXTS = st.one_of(
    st.text(max_size=12),
    st.text(st.characters(categories=["Cc", "Cf", "Cs", "Zl", "Zp"]), max_size=4),
    st.sampled_from(COMMANDS),
    st.sampled_from(PATHS),
    st.sampled_from(
        ["", "1.0.0", "main", "stable", "v{version}", "{version}", "{0}", "%s", "24h", "9" * 400 + "d", "²s"]
    ),
)
LEAVES = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.sampled_from(NUMBERS), TEXTS)


def mixed(*strategies: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """One of `strategies`, each as often as it stands there; `|` would count the branches of each."""
    return st.sampled_from(strategies).flatmap(lambda chosen: chosen)


def values(keys: st.SearchStrategy[str], leaves: st.SearchStrategy[Any] = LEAVES) -> st.SearchStrategy[Any]:
    """Any value, with `keys` in its tables."""
    return st.recursive(
        leaves,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys | TEXTS, inner, max_size=3),
        max_leaves=6,
    )


def as_json(data: object) -> st.SearchStrategy[bytes]:
    """`data` as JSON, or nearly: torn, too deep, with a key twice, in another encoding."""
    text, many = json.dumps(data), "9" * 5_000
    depths = st.integers(10, 1_200) | st.just(5_000)
    return st.one_of(
        st.just(text.encode()),
        st.just(json.dumps(data, ensure_ascii=False, indent=1).encode("utf-8", "surrogatepass")),
        st.integers(0, len(text)).map(lambda end: text[:end].encode()),
        depths.map(lambda n: text.replace("}", f', "x": {"[" * n}{"]" * n}}}', 1).encode()),
        st.sampled_from([
            b"\xef\xbb\xbf" + text.encode(),
            text.encode("utf-16"),
            text.replace("{", '{"name": 1, ', 1).encode(),
            text.replace("}", f', "x": {many}}}', 1).encode(),
            text.replace('"', '"\\ud800', 1).encode(),
            (text + "\0").encode(),
        ]),
    )  # fmt: skip


@st.composite
def mutated(draw: st.DrawFn, good: Any, hostile: st.SearchStrategy[Any]) -> Any:
    """`good` with a few of its values replaced (mostly by others of their type), removed, or joined by others."""
    data = json.loads(json.dumps(good))
    for _ in range(draw(st.integers(1, 2))):
        place = data
        while True:
            inner = [key for key, value in _items(place) if isinstance(value, (dict, list)) and value]
            if not inner or draw(st.integers(0, 9)) == 0:
                break
            place = place[draw(st.sampled_from(inner))]
        keys = [key for key, _ in _items(place)]
        action = draw(st.sampled_from([*["replace"] * 6, "remove", "rename", "add"]))
        if action == "add" or not keys:
            place.append(draw(hostile)) if isinstance(place, list) else place.update(
                {draw(TEXTS): draw(hostile)}
            )
            continue
        key = draw(st.sampled_from(keys))
        if action == "replace":
            other = draw(hostile)
            place[key] = str(other) if isinstance(place[key], str) and draw(st.integers(0, 4)) else other
        else:
            value = place.pop(key)
            place.update({draw(TEXTS): value}) if action == "rename" and isinstance(place, dict) else None
    return data


def _items(place: Any) -> list[tuple[Any, Any]]:
    return list(place.items()) if isinstance(place, dict) else list(enumerate(place))


def foreseen(act: Callable[[], T]) -> T | None:
    """What `act` gives; None where it ends in a typed error that people and scripts can be told. Nothing else ends it."""
    try:
        return act()
    except PhasegateError as error:
        can_be_told(error)
        return None


def put_back(workshop: Workshop, refs: dict[str, str]) -> None:
    """The remote as it was, and this clone without what it has seen since."""
    new = workshop.remote_refs().keys() - refs.keys()
    moves = [*(f"delete {ref}\n" for ref in new), *(f"update {ref} {value}\n" for ref, value in refs.items())]
    git(workshop.remote, "update-ref", "--stdin", stdin="".join(moves))
    git(workshop.root, "update-ref", "-d", "refs/phasegate/known/ledger")


def can_be_told(error: PhasegateError) -> None:
    """The error is a foreseen one, and people and scripts can be shown it."""
    assert error.code is not ErrorCode.INTERNAL, str(error)
    assert error.what
    assert "Traceback" not in str(error)
    json.dumps(error.as_json(), allow_nan=False)
    printable(str(error)).encode("utf-8")
