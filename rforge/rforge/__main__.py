"""`python -m rforge COMMAND …`: see `rforge.command_line`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; its exit status."""
    try:
        from rforge import command_line
    except Exception as error:
        from rforge.telemetry.starting import tell_failure

        tell_failure(error)
        raise
    return command_line.main(arguments)


if __name__ == "__main__":
    sys.exit(main())
