"""Alembic's entry: runs the migrations on the connection that the history hands over."""

from alembic import context

from callwatch.store.models import Base

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=Base.metadata, render_as_batch=True)
context.run_migrations()
