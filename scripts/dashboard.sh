#!/bin/sh
# The dashboard: figures, trends, the rollout and its judge, alerts; every ten seconds, until Ctrl-C.
# Options: those of `invoke monitor`. Works in the repository of the working folder; PYTHON names the Python to use (python3).
exec "${PYTHON:-python3}" "$(dirname -- "$0")/dev.py" invoke monitor "$@"
