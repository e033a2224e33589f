"""`python -m phasegate.tasks.reference --check | --write`: the documentation's generated pages."""

from __future__ import annotations

from phasegate.docs import exit_statuses, task_reference
from phasegate.docs.command import main
from phasegate.tasks.collection import namespace

PAGES = (exit_statuses.PAGE, task_reference.page(namespace))
"""Every page that the code writes."""

if __name__ == "__main__":
    raise SystemExit(main(PAGES))
