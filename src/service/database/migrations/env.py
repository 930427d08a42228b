"""Run by Alembic for each of its commands, on the connection that src.service.database.migration has opened."""

from alembic import context

from src.service.database.tables import TableBase

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=TableBase.metadata,
    render_as_batch=True,  # SQLite alters a table by writing it anew
)
with context.begin_transaction():
    context.run_migrations()
