"""What the steps ask for: the home, the session of a run that holds it, the database."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from pathlib import Path

import dagster as dg
import sqlalchemy as sa
from dagster._core.storage.tags import (  # the tags are documented, their names are not exported
    ASSET_PARTITION_RANGE_END_TAG,
    ASSET_PARTITION_RANGE_START_TAG,
    PARTITION_NAME_TAG,
)

from assets.declaring import EDITIONS
from assets.session import Session
from pipelines.orphans import fail_orphans, living
from warehouse.archive.database import database_url, open_database, require_reachable
from warehouse.archive.versions import BY_TAG, KNOWN_ON_TAG, ONLY_TAG, WHY_TAG, Change, parse_known_on
from warehouse.home.home import Home
from warehouse.home.state import read_state
from warehouse.home.store import RunStore


class HomeResource(dg.ConfigurableResource[Home]):
    """The home, from its folder."""

    root: str

    @contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Iterator[Home]:
        """The home, with the folders that it lacks made; a run says that it goes on as long as it has it.

        Raises:
            ConfigurationError: the folder is not a home.
        """
        home = Home(Path(self.root))
        home.require()
        home.create()
        with living(home, context.run.run_id) if context.run else nullcontext():
            yield home


class SessionResource(dg.ConfigurableResource[Session]):
    """One run on the home, which holds it from its first step to its last: runs on one home take turns."""

    home: dg.ResourceDependency[Home]

    @contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Iterator[Session]:
        """The session, told by the tags of the run which editions it is asked for, and what it says of their change."""
        tags = context.run.tags if context.run else {}
        with self.home.writing():
            if context.instance:
                fail_orphans(self.home, context.instance)
            yield Session(
                read_state(self.home),
                RunStore(self.home.warehouse),
                asked_editions(tags, context.instance),
                only=ONLY_TAG in tags,
                change=Change(parse_known_on(tags.get(KNOWN_ON_TAG)), tags.get(BY_TAG), tags.get(WHY_TAG)),
            )


def asked_editions(tags: Mapping[str, str], instance: dg.DagsterInstance | None) -> tuple[str, ...]:
    """The editions that a run is asked for, in calendar order: its partition, or those of its range."""
    if PARTITION_NAME_TAG in tags:
        return (tags[PARTITION_NAME_TAG],)
    first, last = tags.get(ASSET_PARTITION_RANGE_START_TAG), tags.get(ASSET_PARTITION_RANGE_END_TAG)
    if first is None or last is None:
        return ()
    # In the order in which the instance met them, which is that of its ranges.
    known = instance.get_dynamic_partitions(str(EDITIONS.name)) if instance else []
    return tuple(sorted(known[known.index(first) : known.index(last) + 1]))


class DatabaseResource(dg.ConfigurableResource[sa.Engine]):
    """The warehouse database: `PANORAMA_DATABASE_URL`, else SQLite in the home."""

    home: dg.ResourceDependency[Home]

    def create_resource(self, context: dg.InitResourceContext) -> sa.Engine:
        """An engine; a database that cannot be reached stops the run before its first step.

        Raises:
            ServiceError: it cannot be reached.
        """
        engine = open_database(database_url(self.home))
        require_reachable(engine)
        return engine
