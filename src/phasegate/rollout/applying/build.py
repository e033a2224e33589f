"""Building a plan's objects. They are invisible until they are pushed, and the same each time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from phasegate.errors import ErrorCode, PhasegateError
from phasegate.git.objects import Stamp, tree_id, write_commit, write_tag, write_tree
from phasegate.rollout.planning.plan import NODE
from phasegate.rollout.reading.snapshot import content_of, read_snapshot

if TYPE_CHECKING:
    from phasegate.config import Config
    from phasegate.git.repository import Repository
    from phasegate.rollout.planning.plan import Plan, TreeSpec

ARTIFACT = f"{NODE}artifact"
"""The node of the tree that a gate built."""


class Builder:
    """Builds the objects of one plan, each once, when somebody needs it."""

    def __init__(self, repository: Repository, plan: Plan) -> None:
        self._repository = repository
        self._plan = plan
        self._stamp = Stamp(plan.identity, plan.at_s)
        self._commits = {spec.node: spec for spec in plan.commits}
        self._tags = {f"{NODE}{spec.ref}": spec for spec in plan.tags}
        self._trees: dict[tuple[str | None, tuple[tuple[str, bytes | None], ...]], str] = {}
        self._ids: dict[str, str] = {}

    def give(self, node: str, object_id: str) -> None:
        """Say what stands behind a node that no spec builds."""
        self._ids[node] = object_id

    def build_all(self) -> dict[str, str]:
        """Build every object of the plan; node → object id."""
        for node in (*self._commits, *self._tags):
            self.resolve(node)
        return dict(self._ids)

    def resolve(self, name: str) -> str:
        """The object id behind a node, which is built if need be; an object id is itself."""
        if not name.startswith(NODE):
            return name
        if name not in self._ids:
            self._ids[name] = self._build(name)
        return self._ids[name]

    def tree_of(self, name: str) -> str:
        """The tree of the commit behind `name`."""
        if name in self._commits:
            return self.write(self._commits[name].tree)
        return tree_id(self._repository.git, name)

    def write(self, spec: TreeSpec) -> str:
        """The id of the tree that `spec` describes."""
        key = (spec.base, tuple(sorted(spec.replaced.items())))
        if key not in self._trees:
            base = self.resolve(spec.base) if spec.base is not None else None
            self._trees[key] = write_tree(self._repository.git, base, spec.replaced)
        return self._trees[key]

    def _build(self, node: str) -> str:
        if node in self._tags:
            tag = self._tags[node]
            target = self.resolve(tag.target)
            name = tag.ref.partition("refs/tags/")[2]
            return write_tag(
                self._repository, name=name, target=target, message=tag.message.strip(), stamp=self._stamp
            )
        spec = self._commits[node]
        return write_commit(
            self._repository,
            tree=self.write(spec.tree),
            parents=[self.resolve(parent) for parent in spec.parents],
            message=spec.message,
            stamp=self._stamp,
        )


def check_contents(repository: Repository, config: Config, plan: Plan, builder: Builder) -> None:
    """See that every new release differs from what was judged in its stamped fields only.

    Raises:
        PhasegateError: `internal`: the plan would publish bytes that nobody judged.
    """
    for release in plan.releases:
        tree = builder.tree_of(release.node)
        content = content_of(repository.git, read_snapshot(repository.git, tree, config))
        if content != release.content:
            raise PhasegateError(
                ErrorCode.INTERNAL,
                f"{release.version} would differ from what was judged in more than its stamped fields.",
                why=f"Its content is {content}, not {release.content}.",
                hint="Nothing was published. Please report this, with the output of the same command and --plan.",
            )
