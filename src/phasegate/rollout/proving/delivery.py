"""Delivery: what a real client installed from a channel, held against what the ledger says is there."""

from __future__ import annotations

import os
import shutil
import tempfile
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from phasegate.errors import PhasegateError
from phasegate.gates.worktree import temporary_worktree
from phasegate.plugin.manifest import MANIFEST, read_catalogue
from phasegate.plugin.tree import SYMLINK, FolderFiles, join
from phasegate.rollout.proving.client import PENDING, RefusalError, User
from phasegate.rollout.proving.commands import commands_of
from phasegate.rollout.proving.verify import Check
from phasegate.verdict import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from phasegate.ledger.records import Channel
    from phasegate.plugin.manifest import Marketplace
    from phasegate.rollout.desk import Desk
    from phasegate.rollout.proving.client import Client, Installed, Session
    from phasegate.rollout.reading.world import World

_POLL_S = 0.5
_AT_ONCE = 2
_SHOWN = 3
_BOOKKEEPING = ".in_use/"
"""What a client adds to an installed folder, measured on 2.1.197 and 2.1.330: notes of the sessions that use it."""


_UNKNOWN = frozenset((PENDING, "needs-auth", "needs authentication"))
"""What a client says of a server that it cannot judge: without a login, or without having waited for it."""


@dataclass(frozen=True)
class _Offer:
    """What a marketplace has of its own repository: plugin id (`NAME@MARKETPLACE`) → folder."""

    marketplace: str
    folders: Mapping[str, str]


def check_delivery(desk: Desk, world: World, client: Client) -> tuple[Check, ...]:
    """What a new user of `client` gets from each channel that the ledger knows."""
    folder = Path(tempfile.mkdtemp(prefix="phasegate-users-"))
    try:
        channels = [name for name in desk.config.channels if name in world.state.channels]
        return check_followers(followers(desk, client, channels, folder), world)
    finally:
        shutil.rmtree(folder, ignore_errors=True)  # git's objects are read-only, which Windows minds


def followers(desk: Desk, client: Client, channels: Sequence[str], folder: Path) -> tuple[Follower, ...]:
    """One for each of `channels`, with a new home in `folder`."""
    return tuple(Follower(desk, client, name, folder / str(number)) for number, name in enumerate(channels))


def check_followers(users: Sequence[Follower], world: World) -> tuple[Check, ...]:
    """Let each take what there is, and look at what they got."""
    with ThreadPoolExecutor(max_workers=_AT_ONCE) as pool:
        try:
            looks = [pool.submit(user.check, world) for user in users]
            while wait(looks, _POLL_S).not_done:
                pass  # a wait without end would sleep on where another thread took the signal
            return tuple(check for look in looks for check in look.result())
        except BaseException:  # on Ctrl-C: each thread ends its client and removes its worktree
            for user in users:
                user.stop()
            raise


class Follower:
    """A user of the real client who follows a channel through everything that happens to it."""

    def __init__(self, desk: Desk, client: Client, channel: str, home: Path) -> None:
        self._desk = desk
        self._channel = channel
        self._user = User(client, home, desk.repository, desk.config.remote)
        self._has: Mapping[str, Installed] | None = None  # None: follows nothing yet

    def check(self, world: World) -> tuple[Check, ...]:
        """Take what the channel has, as users do, and compare it with the ledger; nothing while it has nothing."""
        channel = world.state.channels.get(self._channel)
        if channel is None:
            return ()
        subject = f"{channel.ref}, Claude Code {self._user.client.version}"
        try:
            return tuple(self._look(channel, subject))
        except PhasegateError as error:
            verdict = Verdict.FAIL if isinstance(error, RefusalError) else Verdict.INCONCLUSIVE
            return (Check(subject, verdict, " ".join(f"{error.what} {error.why}".split())),)

    def stop(self) -> None:
        """Take nothing more, because nobody waits for it."""
        self._user.stop()

    def _look(self, channel: Channel, subject: str) -> Iterator[Check]:
        git = self._desk.repository.git
        with temporary_worktree(git.with_environment(**self._user.git_environment), channel.commit) as root:
            catalogue = read_catalogue(FolderFiles(root))
            offer = _offer(catalogue.marketplace)
            if not offer.folders:
                reason = "no marketplace there lists a plugin of this repository, so no client can follow it"
                yield Check(subject, Verdict.INCONCLUSIVE, reason)
                return
            self._take(channel, offer)
            self._has = installed = self._user.installed()
            session = self._user.session()
            for plugin, folder in offer.folders.items():
                about, theirs, ours = (
                    f"{subject}, {plugin}",
                    installed.get(plugin),
                    FolderFiles(root / folder),
                )
                manifest = catalogue.manifests.get(join(folder, MANIFEST))
                declared = manifest.data if manifest else {}
                tree = git.run("rev-parse", "--verify", f"{channel.tree}:{'' if folder == '.' else folder}")
                yield _compared(about, ours, theirs, channel.version, tree)
                yield _loaded(about, theirs, plugin, commands_of(ours, declared), session)
                servers = declared.get("mcpServers")
                if isinstance(servers, dict) and servers:
                    yield _served(about, plugin, servers, session)

    def _take(self, channel: Channel, offer: _Offer) -> None:
        if self._has is None:
            self._user.follow(channel.ref.partition("refs/heads/")[2])
            self._has = {}
        else:
            self._user.refresh(offer.marketplace)
        for plugin in offer.folders:
            (self._user.update if plugin in self._has else self._user.install)(plugin)


def _offer(marketplace: Marketplace | None) -> _Offer:
    if marketplace is None:
        return _Offer("", {})
    name = str(marketplace.file.data.get("name"))
    here = [(entry.data.get("name"), entry.folder) for entry in marketplace.entries]
    return _Offer(name, {f"{plugin}@{name}": folder for plugin, folder in here if folder is not None})


def _compared(subject: str, ours: FolderFiles, theirs: Installed | None, version: str, tree: str) -> Check:
    if theirs is None:
        return Check(subject, Verdict.FAIL, "is not installed")
    if theirs.version != version:
        return Check(subject, Verdict.FAIL, f"{theirs.version} is installed, the ledger says {version}")
    if not theirs.folder.is_dir():
        return Check(subject, Verdict.FAIL, f"{version} is installed, but its folder is not there")
    wrong = differences(ours, FolderFiles(theirs.folder))
    if wrong:
        more = f" and {len(wrong) - _SHOWN} more" if len(wrong) > _SHOWN else ""
        said = f"{version} is installed, but not the bytes of tree {tree}: {', '.join(wrong[:_SHOWN])}{more}"
        return Check(subject, Verdict.FAIL, said)
    return Check(subject, Verdict.PASS, f"{version} is installed, every byte of tree {tree}")


def _loaded(
    subject: str, theirs: Installed | None, plugin: str, commands: frozenset[str] | None, session: Session
) -> Check:
    if theirs is not None and theirs.errors:
        return Check(subject, Verdict.FAIL, f"does not load: {'; '.join(theirs.errors)}")
    if theirs is None or session.plugins.get(plugin) != theirs.folder:
        return Check(subject, Verdict.FAIL, "no session loads it")
    if commands is None:
        reason = (
            "loads, but with which commands is not clear: the manifest names them in a way that is not known"
        )
        return Check(subject, Verdict.INCONCLUSIVE, reason)
    wanted = {f"{plugin.rpartition('@')[0]}:{command}" for command in commands}
    missing = sorted(wanted - session.commands)
    if missing:
        return Check(subject, Verdict.FAIL, f"loads without its commands {', '.join(missing)}")
    return Check(subject, Verdict.PASS, f"loads with {', '.join(sorted(wanted)) or 'no command'}")


def _served(subject: str, plugin: str, servers: Mapping[str, object], session: Session) -> Check:
    """Whether the client starts the servers of the manifest, and they answer."""
    if session.servers is None:
        return Check(subject, Verdict.INCONCLUSIVE, "this client does not say which MCP servers it starts")
    states = {
        name: session.servers.get(f"plugin:{plugin.rpartition('@')[0]}:{name}", "absent") for name in servers
    }
    said = ", ".join(f"{name} ({state})" for name, state in sorted(states.items()))
    wrong = set(states.values()) - {"connected"}
    if not wrong:
        return Check(subject, Verdict.PASS, f"starts its MCP servers: {said}")
    if wrong <= _UNKNOWN:
        return Check(subject, Verdict.INCONCLUSIVE, f"may start its MCP servers: {said}")
    return Check(subject, Verdict.FAIL, f"does not start its MCP servers: {said}")


def differences(ours: FolderFiles, theirs: FolderFiles) -> tuple[str, ...]:
    """The paths that are not the same file, byte for byte and with the same mode, in both folders.

    What a client adds for itself is left out. It writes links anew, by the shortest way: what counts is where they lead.
    """
    expected, found = _contents(ours), _contents(theirs)
    received = {path: file for path, file in found.items() if not path.startswith(_BOOKKEEPING)}
    return tuple(sorted(path for path in {*expected, *received} if expected.get(path) != received.get(path)))


def _contents(folder: FolderFiles) -> dict[str, tuple[str, bytes | None]]:
    modes = {path: folder.mode(path) for path in folder.paths()}
    links = {path: _end(folder.root, path) for path, mode in modes.items() if mode == SYMLINK}
    contents = {**folder.read_many(modes), **links}
    return {path: (mode, contents.get(path)) for path, mode in modes.items()}


def _end(root: Path, link: str) -> bytes:
    return os.fsencode(os.path.relpath(os.path.realpath(root / link), os.path.realpath(root)))
