#!/bin/sh
# Errors of the plugin as they are logged, coloured by severity, until Ctrl-C.
# Options: those of `invoke monitor.errors`. Works in the repository of the working folder; PYTHON names the Python to use (python3).
exec "${PYTHON:-python3}" "$(dirname -- "$0")/dev.py" invoke monitor.errors "$@"
