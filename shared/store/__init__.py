"""A service's store: one SQLite file, or PostgreSQL where it must scale out. Nobody else opens it."""
