#!/bin/sh
# An incident report from the ledger and the logs, for people to complete.
# Options: those of `invoke incident`. Works in the repository of the working folder; PYTHON names the Python to use (python3).
exec "${PYTHON:-python3}" "$(dirname -- "$0")/dev.py" invoke incident "$@"
