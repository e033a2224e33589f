"""What a rule is: a class whose docstring is its title, and whose `check` says in its docstring what to do."""

from __future__ import annotations

import inspect
import re
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from phasegate.plugin.tree import paths_below

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from phasegate.config import Config
    from phasegate.plugin.finding import Finding
    from phasegate.plugin.json_file import JsonFile
    from phasegate.plugin.manifest import Catalogue, Plugin
    from phasegate.plugin.tree import Files


@dataclass(frozen=True)
class Subject:
    """What is checked.

    Attributes:
        files: the tree.
        catalogue: its plugins, and its marketplace.
        config: the repository's configuration.
        released: version → id of the tree that it stands for.
        tree: the id of the tree itself; empty where it has none, as in a folder with changes.
    """

    files: Files
    catalogue: Catalogue
    config: Config
    released: Mapping[str, str] = field(default_factory=dict)
    tree: str = ""

    def manifests(self) -> Iterator[tuple[Plugin, JsonFile]]:
        """Every plugin that can be read, with its manifest."""
        for plugin in self.catalogue.plugins:
            yield plugin, self.catalogue.manifests[plugin.manifest_path]

    def delivered(self) -> Iterator[tuple[Plugin, str]]:
        """Every path that a client receives, with the plugin that it belongs to."""
        for plugin in self.catalogue.plugins:
            for path in paths_below(self.files, plugin.folder):
                yield plugin, path

    def delivered_paths(self) -> tuple[str, ...]:
        """Every path that a client receives, once, whatever number of plugins it belongs to."""
        return tuple(dict.fromkeys(path for _, path in self.delivered()))


class Rule(ABC):
    """A check of a tree; each subclass in `phasegate.plugin.rules` is found and run."""

    @property
    def name(self) -> str:
        """The class's name in kebab-case."""
        return re.sub(r"(?<!^)(?=[A-Z])", "-", type(self).__name__).lower()

    @property
    def title(self) -> str:
        """What holds where the rule holds."""
        return inspect.getdoc(type(self)) or self.name

    @property
    def advice(self) -> str:
        """What to do where it does not hold."""
        return inspect.getdoc(self.check) or ""

    @abstractmethod
    def check(self, subject: Subject) -> Iterator[Finding]:
        """What to do about a finding."""
