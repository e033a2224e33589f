"""Every rule on a tree, and the verdict."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from phasegate.plugin import rules
from phasegate.plugin.finding import Finding, Severity
from phasegate.plugin.manifest import MANIFEST, MARKETPLACE, read_catalogue
from phasegate.plugin.rule import Rule, Subject
from phasegate.verdict import Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping

    from phasegate.config import Config
    from phasegate.plugin.manifest import Catalogue
    from phasegate.plugin.tree import Files


@dataclass(frozen=True)
class Report:
    """What the rules found, and which manifests they looked at."""

    findings: tuple[Finding, ...]
    examined: tuple[str, ...]
    rules: tuple[Rule, ...] = field(default=(), compare=False)

    @property
    def verdict(self) -> Verdict:
        """`FAIL` with an error, `INCONCLUSIVE` where nothing was examined, else `PASS`; warnings keep nothing back."""
        if any(finding.severity is Severity.ERROR for finding in self.findings):
            return Verdict.FAIL
        return Verdict.PASS if self.examined else Verdict.INCONCLUSIVE


def check_plugin(
    files: Files, config: Config, *, released: Mapping[str, str] | None = None, tree: str = ""
) -> Report:
    """Run every rule on the plugins in `files`.

    Args:
        files: the tree.
        config: the repository's configuration.
        released: version → id of the tree that it stands for.
        tree: the id of the tree itself, to compare with `released`; empty where it has none.
    """
    known = set(files.paths())
    if not config.plugins and not {MANIFEST, MARKETPLACE} & known:
        return Report((), ())
    catalogue = read_catalogue(files, config.plugins)
    subject = Subject(files, catalogue, config, released or {}, tree)
    applied = all_rules()
    found = [replace(finding, rule=rule.name) for rule in applied for finding in rule.check(subject)]
    findings = dict.fromkeys((*catalogue.mistakes, *found))
    return Report(tuple(sorted(findings, key=_place)), _examined(catalogue), applied)


def all_rules() -> tuple[Rule, ...]:
    """An instance of every rule there is, in the order of their modules' names."""
    found = []
    for info in pkgutil.iter_modules(rules.__path__):
        module = importlib.import_module(f"{rules.__name__}.{info.name}")
        classes = (value for value in vars(module).values() if inspect.isclass(value))
        found += [c() for c in classes if issubclass(c, Rule) and c.__module__ == module.__name__]
    return tuple(found)


def _examined(catalogue: Catalogue) -> tuple[str, ...]:
    market = (catalogue.marketplace.file.path,) if catalogue.marketplace else ()
    return (*market, *catalogue.manifests)


def _place(finding: Finding) -> tuple[str, int, str]:
    return finding.path, finding.line or 0, finding.message
