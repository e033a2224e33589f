"""Two ways to read what lies in log folders, with one answer: DuckDB, and nothing but Python."""
