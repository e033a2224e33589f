"""The namespace that a repository's `tasks.py` loads."""

from __future__ import annotations

from invoke.collection import Collection

from phasegate.tasks import (
    adopting,
    deploying,
    exporting,
    judging,
    looking,
    monitoring,
    protecting,
    reporting,
    tending,
    watching,
)

namespace = Collection(
    adopting.init,
    protecting.protect,
    looking.status,
    looking.history,
    looking.next_version,
    judging.gates,
    judging.checklist,
    looking.verify,
    looking.rehearse,
    deploying.deploy,
    deploying.rollback,
    deploying.resume,
    deploying.notify,
    watching.watch,
    watching.incident,
)

_monitor = Collection(
    "monitor",
    monitoring.performance,
    monitoring.errors,
    tending.prune,
    tending.silence,
    tending.probe,
    exporting.export,
    exporting.push,
    exporting.serve,
)
_monitor.add_task(monitoring.monitor, default=True)
namespace.add_collection(_monitor)

_report = Collection("report", reporting.validate, reporting.usage)
_report.add_task(reporting.report, default=True)
namespace.add_collection(_report)
