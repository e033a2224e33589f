"""The points of a release to CRAN: one module asks about one subject, each point looks at one thing and says what it saw."""
