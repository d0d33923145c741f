"""What every asset says of itself: group, owners, kinds, partitions and the columns of its declaration.

Partitions are dynamic, so that an edition opened in a home needs neither a commit nor a restart.
"""

from collections.abc import Callable, Sequence
from typing import Any

import dagster as dg

from warehouse.model.schema import Table

EDITIONS = dg.DynamicPartitionsDefinition(name="editions")
OWNERS = ["team:panorama"]

AssetDecorator = Callable[[Callable[..., Any]], dg.AssetsDefinition]


def table_asset(table: Table, group: str, deps: Sequence[dg.AssetsDefinition] = ()) -> AssetDecorator:
    """Declare an asset kept as one Parquet table by edition; `deps` come before it without being read as frames.

    The asset's name is the table's: the IO manager finds the declaration by it.
    """
    columns = [
        dg.TableColumn(
            column.name,
            column.kind,
            f"{column.title}. {column.description}" + (f" [{column.unit}]" if column.unit else ""),
            dg.TableColumnConstraints(nullable=not column.required, unique=column.unique),
        )
        for column in table.columns
    ]
    decorator: AssetDecorator = dg.asset(
        name=table.name,
        group_name=group,
        owners=OWNERS,
        kinds={"python", "parquet"},
        partitions_def=EDITIONS,
        deps=deps,
        metadata={"dagster/column_schema": dg.TableSchema(columns=columns)},
    )
    return decorator


def folder_asset(group: str, *kinds: str, deps: Sequence[dg.AssetsDefinition] = ()) -> AssetDecorator:
    """Declare an asset that writes a folder or a database; `deps` come before it without being read as frames."""
    decorator: AssetDecorator = dg.asset(
        group_name=group, owners=OWNERS, kinds={"python", *kinds}, partitions_def=EDITIONS, deps=deps
    )
    return decorator
