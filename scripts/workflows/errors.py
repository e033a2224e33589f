"""What can be wrong with a workflow before anything of it has run."""

from __future__ import annotations


class WorkflowError(Exception):
    """The workflow cannot be read, or asks for what this machine cannot do; the text says where."""
