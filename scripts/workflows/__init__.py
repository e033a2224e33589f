"""GitHub's workflow files, done on this machine as far as that goes, and never said to be done where it does not."""
