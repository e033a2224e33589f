from __future__ import annotations

from invoke.collection import Collection
from invoke.tasks import task

from phasegate.docs.task_reference import PATH, page, render


@task(help={"phase": "which phase: internal|canary", "yes": "do not ask"})
def deploy(c, phase, yes=False, colour=True, jobs=2, long_name="x"):  # type: ignore[no-untyped-def]
    """Carry a release into a phase.

    Then say so.
    """


@task
def status(c):  # type: ignore[no-untyped-def]
    """Show what is."""


EXPECTED = """\
## `invoke deploy`

Carry a release into a phase.

Then say so.

| option | what it does |
| --- | --- |
| `--phase=STR`, `-p` | which phase: internal\\|canary |
| `--yes`, `-y` | do not ask |
| `--[no-]colour`, `-c` |  |
| `--jobs=INT`, `-j` |  |
| `--long-name=STR`, `-l` |  |

## `invoke status`

Show what is.
"""


def test_every_task_is_there_with_its_options_in_order() -> None:
    assert render(Collection(status, deploy)).endswith(EXPECTED)


def test_rendering_twice_gives_the_same_and_leaves_the_tasks_their_help() -> None:
    collection = Collection(deploy)
    assert page(collection).render() == page(collection).render()
    assert page(collection).path == PATH
    assert collection["deploy"].help["yes"] == "do not ask"


def test_tasks_of_a_nested_collection_have_their_full_name() -> None:
    assert "## `invoke inner.status`" in render(Collection(inner=Collection(status)))


def test_the_default_task_of_a_nested_collection_goes_by_its_name_and_before_the_others() -> None:
    inner = Collection("inner", deploy)
    inner.add_task(status, default=True)
    headings = [line for line in render(Collection(inner)).splitlines() if line.startswith("## ")]
    assert headings == ["## `invoke inner`", "## `invoke inner.deploy`"]
