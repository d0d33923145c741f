"""What the assets ask for: the home, the Parquet store, the database, and where tables are kept between steps."""

from pathlib import Path

import dagster as dg
import pandas as pd
import sqlalchemy as sa

from warehouse.archive.database import database_url, open_database
from warehouse.archive.tables import TABLES
from warehouse.home.home import Home
from warehouse.home.store import ParquetStore


class HomeResource(dg.ConfigurableResource[Home]):
    """The home, from its folder."""

    root: str

    def create_resource(self, context: dg.InitResourceContext) -> Home:
        """The home, with its folders made."""
        home = Home(Path(self.root))
        home.create()
        return home


class StoreResource(dg.ConfigurableResource[ParquetStore]):
    """The Parquet store of a home."""

    home: dg.ResourceDependency[Home]

    def create_resource(self, context: dg.InitResourceContext) -> ParquetStore:
        """The store, in the home's warehouse."""
        return ParquetStore(self.home.warehouse)


class DatabaseResource(dg.ConfigurableResource[sa.Engine]):
    """The warehouse database: `PANORAMA_DATABASE_URL`, else SQLite in the home."""

    home: dg.ResourceDependency[Home]

    def create_resource(self, context: dg.InitResourceContext) -> sa.Engine:
        """An engine; nothing is connected yet."""
        return open_database(database_url(self.home))


class ParquetIOManager(dg.ConfigurableIOManager):
    """Keeps each table asset in the Parquet store; a frame that does not conform is refused by name."""

    store: dg.ResourceDependency[ParquetStore]

    def handle_output(self, context: dg.OutputContext, obj: pd.DataFrame) -> None:
        """Write one edition of a table."""
        table = TABLES[context.asset_key.path[-1]]
        written = self.store.write(table, context.partition_key, obj)
        path = self.store.path(table, context.partition_key)
        context.add_output_metadata(
            {"dagster/row_count": len(written), "path": dg.MetadataValue.path(str(path.resolve()))}
        )

    def load_input(self, context: dg.InputContext) -> pd.DataFrame:
        """Read one edition of a table."""
        return self.store.read(TABLES[context.asset_key.path[-1]], context.partition_key)
