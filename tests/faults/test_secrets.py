"""Secrets planted wherever phasegate reads are in nothing that it prints, keeps, publishes or sends."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import pytest
from hypothesis import strategies as st

from phasegate.redaction import Discretion, secrets_in, secrets_in_settings
from workshop import NOXFILE, git

if TYPE_CHECKING:
    from collections.abc import Callable

    from workshop import Workshop

if sys.platform == "win32":
    pytest.skip("operators are forked processes", allow_module_level=True)

from faults.operators import Ended, operate

LETTERS = (
    "aB3dE6gH9jK2mN5pQ8sT1vW4yZ7" * 3
)  # put together, so that no scanner takes a planted token for a real one
FORMS = {
    "github": "ghp_" + LETTERS[:36],
    "npm": "npm_" + LETTERS[:36],
    "pypi": "pypi-" + "AgEIcHlwaS5vcmcC" + LETTERS[:40],
    "amazon": "AKIA" + "ABCDEFGH01234567",
    "google": "AIza" + LETTERS[:35],
    "anthropic": "sk-" + "ant-api03-" + LETTERS[:60],
    "slack": "xoxb-" + "123456789012-" + LETTERS[:24],
    "web token": "eyJ" + "hbGciOiJIUzI1NiJ9.eyJ" + "zdWIiOiIxMjM0In0." + LETTERS[:43],
}
ENVIRONMENT = {
    "GITHUB_TOKEN": "env-github-value-1",
    "NPM_TOKEN": "env-npm-value-2",
    "DEPLOY_SECRET": "env-secret-value-3",
    "DB_PASSWORD": "env=pass/word&value 4",
    "SIGNING_KEY": "-----BEGIN PRIVATE" + " KEY-----\nenvKeyLine5AAAA\nenvKeyLine6BBBB\n-----END PRIVATE" + " KEY-----",
    "APPRISE_URLS": "json://apprise:apprisePassw7@127.0.0.1:9/apprisePath8AAAABBBB",
    "PIP_INDEX_URL": "https://index:indexPassw9@127.0.0.1:9/simple",
}  # fmt: skip
NOTICES = "json://noticesUser:noticesPassw10@127.0.0.1:9/noticesPath11AAAABBBB"
REMOTE_TOKEN, HEADER = "remoteT0kenV4lue12", "aGVhZGVyVmFsdWUxMw=="
PLANTED = {
    **FORMS,
    "env github": "env-github-value-1",
    "env npm": "env-npm-value-2",
    "env secret": "env-secret-value-3",
    "env password": "env=pass/word&value 4",
    "env key": "envKeyLine5AAAA",
    "env key's second line": "envKeyLine6BBBB",
    "apprise": "apprisePassw7",
    "apprise's path": "apprisePath8AAAABBBB",
    "index": "indexPassw9",
    "notices": "noticesPassw10",
    "notices' path": "noticesPath11AAAABBBB",
    "remote": REMOTE_TOKEN,
    "header": HEADER,
}
TELLING = """

@nox.session(venv_backend="none")
def tests(session):
    import json, pathlib, subprocess
    told = pathlib.Path("told.txt").read_text(encoding="utf-8") + repr(dict(os.environ)) + "\\n".join(os.environ.values())
    print(told)
    print(subprocess.run(["git", "config", "--list", "--show-origin"], capture_output=True, text=True).stdout)
    with open(os.environ["PHASEGATE_VERDICTS"], "a", encoding="utf-8") as lines:
        lines.write(json.dumps({"check": "tell", "verdict": SAID, "reason": told}) + "\\n")
"""


def everything() -> str:
    return " ".join(PLANTED.values())


@pytest.fixture
def telltale(workshop: Workshop) -> Workshop:
    """A workshop whose URL, settings, environment, messages and gates hold secrets, each in its place."""
    url = f"https://user:{REMOTE_TOKEN}@git.test/demo.git"
    git(workshop.root, "config", f"url.{workshop.remote}.insteadOf", url)
    git(workshop.root, "remote", "set-url", "origin", url)
    git(workshop.root, "config", "http.https://git.test/.extraheader", f"AUTHORIZATION: basic {HEADER}")
    workshop.write(
        {"phasegate.toml": '[notify]\napprise_variable = "NOTICES"\n[phases.canary]\nsoak = "0s"\n'}
    )
    release(workshop, "PASS", "feat")
    return workshop


def release(workshop: Workshop, verdict: str, kind: str) -> None:
    noxfile = NOXFILE.replace('"tests", ', "") + TELLING.replace("SAID", repr(verdict))
    git(workshop.root, "add", "--all")
    message = f"{kind}(x): say {everything()}\n\nBREAKING CHANGE: {everything()}"
    git(workshop.root, "config", "remote.pushing.url", str(workshop.remote))
    told = {"noxfile.py": noxfile, "told.txt": f"{everything()}\n{ENVIRONMENT['SIGNING_KEY']}\n{verdict}\n"}
    workshop.commit(message, told, push=False)
    git(workshop.root, "push", "--quiet", "pushing", "HEAD:refs/heads/main")


def spilled(text: str) -> list[str]:
    return [name for name, secret in PLANTED.items() if secret in text]


def published(workshop: Workshop) -> str:
    """Every object that phasegate pushed: all but the source's own commits, trees and files."""
    rows = git(
        workshop.remote, "rev-list", "--objects", "--all", "refs/phasegate/ledger", "--not", "refs/heads/main"
    )
    sources = set(git(workshop.remote, "rev-list", "--objects", "refs/heads/main").split())
    ids = [row.split(" ")[0] for row in rows.splitlines() if row.split(" ")[0] not in sources]
    tags = git(workshop.remote, "for-each-ref", "--format=%(objectname) %(contents)", "refs/tags")
    texts = [git(workshop.remote, "cat-file", "-p", object_id) for object_id in ids]
    assert any('"schema"' in text for text in texts), "the ledger is among them"
    return "\n".join([tags, *texts])


def kept(workshop: Workshop) -> dict[str, str]:
    """Every file that phasegate keeps on this machine."""
    folder = workshop.root / ".git" / "phasegate"
    return {str(p.relative_to(folder)): p.read_text(encoding="utf-8", errors="replace") for p in folder.rglob("*") if p.is_file()}  # fmt: skip


def test_no_planted_secret_is_in_any_output(
    telltale: Workshop, figure: Callable[[str], None], whole: bool
) -> None:
    ended: list[tuple[tuple[str, ...], Ended]] = []

    def verb(*arguments: str) -> Ended:
        done = operate(telltale.root, *arguments, environment={**ENVIRONMENT, "NOTICES": NOTICES})
        ended.append((arguments, done))
        return done

    why, reason = ("--override", everything()), ("--reason", everything())
    verb("deploy", "--phase", "internal", *why, "--plan")
    for phase in ("internal", "canary", "docs", "public") if whole else ("internal", "public"):
        verb("deploy", "--phase", phase, *why, "--plan", "--json")
        verb("deploy", "--phase", phase, *why, "--yes", "--json")
    release(telltale, "INCONCLUSIVE", "feat")
    if whole:
        assert verb("deploy", "--phase", "internal", "--yes").status == 34
    assert verb("deploy", "--phase", "internal", "--yes", *why).status == 50
    verb("rollback", "--full", "--yes", "--json", *reason)
    release(telltale, "FAIL", "fix")
    assert verb("deploy", "--phase", "internal", "--yes", *why, "--json").status == 33
    verb("history")
    if whole:
        assert verb("gates", "--only", "tests", "--json").status == 33
        verb("rollback", "--flag", "--yes", *reason)
        verb("rollback", "--quick", "--to", "1.0.0", "--yes", *reason)
        for looking in (("status",), ("history",), ("verify",), ("next-version",), ("resume", "--yes")):
            verb(*looking)
            verb(*looking, "--json")
        verb("notify", "--kind", "summary", "--yes")
    assert verb("deploy", "--phase", everything(), "--json").status == 31
    assert verb("rollback", "--quick", "--channel", everything()).status == 2
    git(telltale.root, "config", "--remove-section", f"url.{telltale.remote}")
    assert verb("status").status == 13
    assert {done.status for _, done in ended} >= {0, 50}, (
        "deploys went out, and their Apprise notices did not"
    )
    assert {arguments: spilled(done.output + done.errors) for arguments, done in ended if spilled(done.output + done.errors)} == {}  # fmt: skip
    files = kept(telltale)
    assert {"notices.md", "logs/tests.log"} <= set(files)
    assert any(name.startswith("evidence/") for name in files)
    assert any(name.startswith("incidents/") for name in files)
    assert any(name.startswith("release-notes/") for name in files)
    assert {name: spilled(text) for name, text in files.items() if spilled(text)} == {}
    text = published(telltale)
    assert spilled(text) == []
    assert "***" in text
    said = "".join(done.output + done.errors for _, done in ended)
    assert "***" in said
    figure(f"{len(PLANTED)} secrets, {len(ended)} commands, {len(files)} files")


def test_no_secret_survives_in_any_text(fuzz: Callable[..., None]) -> None:
    """A planted token of any form, in any surroundings, in any order with others."""
    around = st.sampled_from(["", " ", "\n", "'", '"', "(", ")", "=", ": ", ",", "<", ">", "`", "\t", "[", "]", "/", "?x=", "&y=", "\u2028", "ü"])  # fmt: skip

    def check(drawn: list[tuple[str, str, str]]) -> bool:
        text = "".join(f"{before}{FORMS[form]}{after}" for before, form, after in drawn)
        assert not [form for _, form, _ in drawn if FORMS[form] in Discretion()(text)]
        values = {f"{form}_TOKEN": value[::-1] for form, value in FORMS.items()}
        assert not [v for v in values.values() if v in Discretion(secrets_in(values))(f"{v}{text}{v}")]
        settings = {"remote.origin.url": f"https://user:{drawn[0][0].strip()}{LETTERS}@host.test/x"}
        assert LETTERS not in Discretion(secrets_in_settings([*settings.items()]))(
            f"{text} {drawn[0][0].strip()}{LETTERS} {json.dumps(settings)}"
        )
        return True

    fuzz(
        st.lists(
            st.tuples(around.filter(bool), st.sampled_from(sorted(FORMS)), around), min_size=1, max_size=4
        ),
        check,
        "texts with secrets",
    )
