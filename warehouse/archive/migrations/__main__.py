"""Write the next revision from the declaration: `scripts/new-migration "message"`."""

import sys
import tempfile
from pathlib import Path

from warehouse.archive.database import open_database
from warehouse.archive.migrations import migrate, write_revision
from warehouse.model.errors import ConfigurationError


def main(message: str) -> None:
    """Compare the declaration with a throw-away SQLite database at the head, and write the difference."""
    with tempfile.TemporaryDirectory() as folder:
        engine = open_database(f"sqlite:///{Path(folder) / 'head.db'}")
        with engine.begin() as connection:
            migrate(connection)
            write_revision(connection, message)


if __name__ == "__main__":
    if len(sys.argv) != 2 or not sys.argv[1].strip():
        sys.exit('usage: scripts/new-migration "what changes"')
    try:
        main(sys.argv[1])
    except ConfigurationError as error:
        sys.exit(f"error: {error}")
