"""The operator's verbs as Invoke tasks: parse, call, render; nothing else."""
