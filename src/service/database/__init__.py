"""The database: its tables, its migrations and the transactions on it, for SQLite and PostgreSQL."""

from src.service.database.engine import Database, DatabaseError, first_line, open_database, open_engine, unusable

__all__ = ["Database", "DatabaseError", "first_line", "open_database", "open_engine", "unusable"]
