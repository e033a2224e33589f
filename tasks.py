"""Operates: `invoke --list` shows the verbs of a release; noxfile.py verifies."""

from phasegate.tasks.collection import namespace

__all__ = ["namespace"]
