"""The rollback kinds: a module each, found by its name, with one pure function `choose`."""
