"""The ways out for a notice, a module each; a new module here is a new way, found by `notify.dispatch`."""
