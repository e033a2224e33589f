"""The real Claude Code client, driven as somebody would who follows a channel: in a throw-away home, without a login."""

from __future__ import annotations

import re
import shutil
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from phasegate.errors import ErrorCode, PhasegateError
from phasegate.redaction import redact
from phasegate.rollout.proving.home import Home, client_failed
from phasegate.strict_json import read_json

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Mapping

    from phasegate.git.repository import Repository

_VERSION = re.compile(r"(\S+) \(Claude Code\)\s*")
_HEALTH = re.compile(r"^(\S+): .* - \W*(\w.*)$", re.MULTILINE)
"""A line of `claude mcp list`, such as `plugin:NAME:SERVER: python3 server.py - ✔ Connected`."""

PENDING = "pending"
"""What a client says of a server for whose answer it did not wait."""

_ALIAS = "https://git.test/marketplace.git"
_PLAIN_ADDRESS = re.compile(r"https://[^@/]+/.*\.git")


@dataclass(frozen=True)
class Client:
    """A client that runs here: its program and its version."""

    program: str
    version: str


@dataclass(frozen=True)
class Installed:
    """A plugin as `plugin list` shows it."""

    version: str
    folder: Path
    errors: tuple[str, ...]


@dataclass(frozen=True)
class Session:
    """What a session loads.

    Attributes:
        plugins: plugin id → its folder.
        commands: the slash commands.
        servers: MCP server → its status; None where the client does not say.
    """

    plugins: Mapping[str, Path]
    commands: frozenset[str]
    servers: Mapping[str, str] | None = None


class RefusalError(PhasegateError):
    """The client did its work, and refused what it was given; what else goes wrong tells nothing of that."""


def find_client(program: str) -> Client:
    """The client at the path (or of the name) `program`.

    Raises:
        PhasegateError: `client-failed`, where there is none, or something else.
    """
    found = shutil.which(program) or shutil.which(str(Path(program).expanduser().absolute()))
    if found is None:
        raise PhasegateError(
            ErrorCode.CLIENT_FAILED,
            f"There is no program {program!r} that can be started.",
            hint="Install the client with `npm install --prefix DIR @anthropic-ai/claude-code` and name its program.",
        )
    program = str(Path(found).absolute())
    with tempfile.TemporaryDirectory(prefix="phasegate-client-") as home:
        answer = Home(Path(home)).run(program, "--version")
    version = _VERSION.fullmatch(answer.stdout)
    if version is None:
        raise PhasegateError(
            ErrorCode.CLIENT_FAILED,
            f"{program} is not Claude Code.",
            why=f"It answered --version with {_words(answer) or 'nothing'}",
            hint="Name the program `claude` of the client that your users have.",
        )
    return Client(program, version[1])


class User:
    """Somebody with `client` and an empty `home`, who follows `remote` of a repository."""

    def __init__(self, client: Client, home: Path, repository: Repository, remote: str) -> None:
        self.client = client
        self._home = Home(home)
        origin = _address(repository, remote)
        self._address = origin if _PLAIN_ADDRESS.fullmatch(origin) else _ALIAS
        Path(self._home.folder, "gitconfig").write_bytes(
            _git_config(origin, self._address).encode("utf-8", "surrogateescape")
        )

    @property
    def git_environment(self) -> dict[str, str]:
        """The variables by which git checks out for others what it checks out for this user."""
        return {
            name: value for name, value in self._home.environment.items() if name.startswith("GIT_CONFIG")
        }

    def stop(self) -> None:
        """Take nothing more; what is at work is ended, and its call raises `Stopped`."""
        self._home.stop.set()

    def follow(self, branch: str) -> None:
        """Add the marketplace on `branch`.

        Raises:
            PhasegateError: `remote-unreachable`; `client-failed`, with the client's words.
        """
        asked = self._home.run("git", "ls-remote", "--exit-code", "--", self._address, f"refs/heads/{branch}")
        if asked.returncode != 0:
            raise PhasegateError(
                ErrorCode.REMOTE_UNREACHABLE,
                f"A new user cannot read branch {branch!r} of the remote.",
                why=_words(asked) or "git found no such branch",
                hint="Try where it can be read without a login: a new user has none.",
            )
        self._plugin("marketplace", "add", "--", f"{self._address}#{branch}")

    def refresh(self, marketplace: str) -> None:
        """Update what is known of `marketplace`; raises `client-failed`."""
        self._plugin("marketplace", "update", "--", marketplace)

    def install(self, plugin: str) -> None:
        """Install `plugin`, a name of the form `NAME@MARKETPLACE`; raises `client-failed`."""
        self._plugin("install", "--", plugin)

    def update(self, plugin: str) -> None:
        """Update `plugin`; raises `client-failed`. That it succeeds does not mean that anything was updated."""
        self._plugin("update", "--", plugin)

    def installed(self) -> dict[str, Installed]:
        """Plugin id → how it is installed; raises `client-failed`."""
        listing = self._plugin("list", "--json")
        try:
            return {row["id"]: _installed(row) for row in read_json(listing)}
        except (ValueError, KeyError, TypeError) as error:
            raise client_failed("claude plugin list --json", f"it answered {listing[:200]!r}") from error

    def session(self) -> Session:
        """What a session loads as it starts; it then ends, because nobody is logged in. Raises `client-failed`."""
        done = self._run("-p", "hi", "--output-format", "stream-json", "--verbose")
        for line in done.stdout.splitlines():
            event = _event(line)
            if event.get("subtype") == "init":
                session = _session(event)
                return replace(session, servers=session.servers and self._ask_pending(session.servers))
        raise client_failed("claude -p hi", f"no session began: {_words(done)}")

    def _ask_pending(self, servers: Mapping[str, str]) -> dict[str, str]:
        """The servers' states; older clients begin a session without waiting for a server, and tell when asked."""
        if PENDING not in servers.values():
            return dict(servers)
        health = dict(_HEALTH.findall(self._run("mcp", "list").stdout))
        return {
            name: health.get(name, state).lower() if state == PENDING else state
            for name, state in servers.items()
        }

    def _plugin(self, *arguments: str) -> str:
        done = self._run("plugin", *arguments)
        if done.returncode != 0:
            kind = RefusalError if done.returncode > 0 else PhasegateError  # else a signal ended it
            raise client_failed(" ".join(("claude plugin", *arguments)), _words(done), kind)
        return done.stdout

    def _run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return self._home.run(self.client.program, *arguments)


def _installed(row: dict[str, Any]) -> Installed:
    errors = tuple(" ".join(str(error).split()) for error in row.get("errors", ()))
    return Installed(str(row["version"]), Path(row["installPath"]), errors)


def _event(line: str) -> dict[str, Any]:
    try:
        event = read_json(line)
    except ValueError:
        return {}
    return event if isinstance(event, dict) else {}


def _session(event: dict[str, Any]) -> Session:
    try:
        plugins = {plugin["source"]: Path(plugin["path"]) for plugin in event["plugins"]}
        listed = event.get("mcp_servers")
        servers = None if listed is None else {server["name"]: server["status"] for server in listed}
        return Session(plugins, frozenset(event["slash_commands"]), servers)
    except (KeyError, TypeError) as error:
        raise client_failed("claude -p hi", f"its init event lacks {error}") from error


def _address(repository: Repository, remote: str) -> str:
    """The remote's URL as it is read from any folder."""
    url = repository.git.run("ls-remote", "--get-url", "--end-of-options", remote)
    elsewhere = "://" in url or (":" in url.partition("/")[0] and not Path(url).drive)
    return url if elsewhere else Path(repository.root, url).resolve().as_uri()


def _git_config(origin: str, address: str) -> str:
    """The settings by which `address` reads `origin`: clients take no path, and their arguments are no place for a password."""
    settings = "[safe]\n\tdirectory = *\n"
    if address != origin:
        quoted = origin.replace("\\", "\\\\").replace('"', '\\"')
        settings += f'[url "{quoted}"]\n\tinsteadOf = {address}\n'
    return settings


def _words(done: subprocess.CompletedProcess[str]) -> str:
    return " ".join(redact(f"{done.stdout}\n{done.stderr}").split())
