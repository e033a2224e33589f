#!/bin/sh
# Runs of the plugin as they end, coloured by their time budgets, until Ctrl-C.
# Options: those of `invoke monitor.performance`. Works in the repository of the working folder; PYTHON names the Python to use (python3).
exec "${PYTHON:-python3}" "$(dirname -- "$0")/dev.py" invoke monitor.performance "$@"
