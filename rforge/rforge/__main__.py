"""`python -m rforge COMMAND …`: see `rforge.command_line`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from rforge.telemetry.starting import loaded

if TYPE_CHECKING:
    from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; its exit status."""
    return int(loaded("rforge.command_line").main(arguments))


if __name__ == "__main__":
    sys.exit(main())
