"""Alembic's environment: the tables of the assistance service."""

import services.assistance.main  # noqa: F401 - imports every table
from shared.database.migration_environment import run_migrations

run_migrations()
