"""`python -m phasegate VERB`: the verbs where there is no tasks.py, as before `init` or in a bare repository."""

from __future__ import annotations

from invoke.program import Program

from phasegate.tasks.collection import namespace

if __name__ == "__main__":
    Program(name="phasegate", binary="python -m phasegate", namespace=namespace).run()
