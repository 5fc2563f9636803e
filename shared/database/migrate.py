"""`python -m shared.database.migrate <service> [--revision MESSAGE]`: migrate a database."""

import argparse
import importlib
from pathlib import Path

from alembic import command
from alembic.config import Config

from shared.app.settings import database_url_of
from shared.events.topics import SERVICES


def alembic_config(service: str, database_url: str) -> Config:
    """Alembic's configuration for the database of `service`."""
    package = importlib.import_module(f"services.{service}")
    assert package.__file__ is not None  # noqa: S101 - a package on disk has a file
    config = Config()
    config.set_main_option("script_location", str(Path(package.__file__).parent / "migrations"))
    config.attributes["database_url"] = database_url
    return config


def main() -> None:
    """Upgrade the service's database to the newest revision, or write a new revision."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("service", choices=SERVICES)
    parser.add_argument("--revision", metavar="MESSAGE", help="write a revision from the models")
    arguments = parser.parse_args()
    config = alembic_config(arguments.service, database_url_of(arguments.service))
    if arguments.revision:
        command.revision(config, arguments.revision, autogenerate=True)
    else:
        command.upgrade(config, "head")


if __name__ == "__main__":
    main()
