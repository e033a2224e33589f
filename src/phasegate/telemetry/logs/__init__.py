"""The log files as they lie in their folders: their lines, their names, what may touch them, what is appended."""
