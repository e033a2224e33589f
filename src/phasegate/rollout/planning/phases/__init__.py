"""The phases of a rollout: a module each, found by its name, with one pure function `plan`."""
