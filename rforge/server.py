"""Entry point of the MCP server: `python3 server.py` from any working directory."""

from __future__ import annotations

import sys
from pathlib import Path

if __name__ == "__main__":
    sys.dont_write_bytecode = True  # the installed folder stays byte for byte what was released
    sys.path.insert(0, str(Path(__file__).resolve().parent))
    try:
        from rforge.stdio import main
    except Exception as error:
        from rforge.telemetry.starting import tell_failure

        tell_failure(error)
        raise

    sys.exit(main())
