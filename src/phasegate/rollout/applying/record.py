"""From a plan and its built objects to the operation that the ledger keeps. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from phasegate.ledger.operation import Operation
from phasegate.ledger.records import Channel, Docs, Effect, Move, Release

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from phasegate.ledger.records import Judgement
    from phasegate.ledger.state import State
    from phasegate.rollout.planning.plan import Plan, PlannedChannel


def record_operation(
    plan: Plan,
    state: State,
    *,
    ids: Mapping[str, str],
    tree_of: Callable[[str], str],
    judgements: tuple[Judgement, ...] = (),
    overrides: tuple[str, ...] = (),
) -> Operation:
    """The operation that `plan` becomes; `ids` are its objects, `tree_of` gives a commit's tree."""
    return Operation(
        number=plan.number,
        kind=plan.kind,
        title=plan.title,
        at=plan.at,
        who=str(plan.identity),
        why=plan.why,
        plan=plan.hash,
        moves=tuple(Move(m.ref, m.old, ids.get(m.new or "", m.new)) for m in plan.moves),
        releases=plan.adopted + _releases(plan, ids, tree_of),
        channels={c.name: _channel(c, state, ids, tree_of) for c in plan.channels},
        docs=_docs(plan, state, ids, tree_of),
        rollout=plan.rollout,
        withdrawn=dict(plan.withdrawn),
        judgements=judgements,
        overrides=overrides,
        effects=tuple(Effect(f"{plan.number}/{e.name}", e.name, dict(e.values)) for e in plan.effects),
    )


def _releases(plan: Plan, ids: Mapping[str, str], tree_of: Callable[[str], str]) -> tuple[Release, ...]:
    return tuple(
        Release(
            version=planned.version,
            kind=planned.kind,
            tree=tree_of(planned.node),
            content=planned.content,
            commit=ids.get(planned.node, planned.node),
            source=planned.source,
            operation=plan.number,
            at=plan.at,
            tag=planned.tag,
            restores=planned.restores,
            flags=dict(planned.flags),
        )
        for planned in plan.releases
    )


def _channel(
    planned: PlannedChannel, state: State, ids: Mapping[str, str], tree_of: Callable[[str], str]
) -> Channel:
    known = state.channels.get(planned.name)
    history = known.history if known else ()
    adopted = (planned.adopted,) if planned.adopted else ()
    return Channel(
        ref=planned.ref,
        commit=ids[planned.node],
        tree=tree_of(planned.node),
        version=planned.version,
        history=(*history, *adopted, planned.version),
    )


def _docs(plan: Plan, state: State, ids: Mapping[str, str], tree_of: Callable[[str], str]) -> Docs | None:
    if plan.docs is None:
        return None
    sites = dict(state.docs.sites) if state.docs else {}
    taken_back = state.docs.taken_back if state.docs else ()
    if plan.kind == "rollback" and state.docs and state.docs.version:
        taken_back = tuple(v for v in (*taken_back, state.docs.version) if v != plan.docs.version)
    if plan.docs.version is not None and plan.docs.site is not None:
        sites[plan.docs.version] = ids.get(plan.docs.site, plan.docs.site)
    return Docs(
        plan.docs.ref, ids[plan.docs.node], tree_of(plan.docs.node), plan.docs.version, sites, taken_back
    )
