"""From what is known and what is asked for to a plan; pure but for what it gathers."""
