"""Alembic's environment: the tables of the visits service."""

import services.visits.main  # noqa: F401 - imports every table
from shared.database.migration_environment import run_migrations

run_migrations()
