"""`python -m phasegate VERB`: the verbs where there is no tasks.py, as before `init` or in a bare repository."""

from __future__ import annotations

import sys

from invoke.exceptions import ParseError
from invoke.program import Program

from phasegate.errors import ErrorCode
from phasegate.tasks.collection import namespace


class _Phasegate(Program):
    def print_version(self) -> None:
        from importlib.metadata import PackageNotFoundError, version  # takes as long as all the rest

        try:
            self.version = version("phasegate")
        except PackageNotFoundError:
            self.version = "from a source tree"
        super().print_version()


def main() -> None:
    """Run what the command line says; one that makes no sense is `usage`, where Invoke says 1."""
    try:
        _Phasegate(name="phasegate", binary="python -m phasegate", namespace=namespace).run()
    except SystemExit as end:
        if isinstance(end.__context__, ParseError):
            sys.exit(ErrorCode.USAGE.exit_status)
        raise
    except ValueError as error:  # an option's value that is no number; a verb lets none through
        print(error, file=sys.stderr)
        sys.exit(ErrorCode.USAGE.exit_status)


if __name__ == "__main__":
    main()
