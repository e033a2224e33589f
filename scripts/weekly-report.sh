#!/bin/sh
# What the plugin's events say of the last seven days.
# Options: those of `invoke report`. Works in the repository of the working folder; PYTHON names the Python to use (python3).
exec "${PYTHON:-python3}" "$(dirname -- "$0")/dev.py" invoke report --period week "$@"
