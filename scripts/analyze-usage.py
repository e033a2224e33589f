"""Who used what of the plugin in the last hours.

    python3 scripts/analyze-usage.py [--hours=24] [--json]

Other options are those of `invoke report.usage`. Works in the repository of the working folder.
"""

from __future__ import annotations

import argparse
import sys

from dev import main

if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--hours", type=int, default=24, help="how many hours it goes back (24)")
    chosen, others = parser.parse_known_args()
    sys.exit(main(["invoke", "report.usage", f"--since={chosen.hours}h", *others]))
