"""What every asset says of itself: group, owners, kinds, partitions and the columns of its declaration.

Partitions are dynamic, so that an edition opened in a home needs neither a commit nor a restart. A table holds every
edition and is made in one pass, whichever editions a run is asked for: a run takes several of them, and reads all
editions of what it makes tables from. For Dagster each edition of an asset follows from the same edition of another:
told that it follows from all of them, a backfill of three editions launched from the interface makes every edition of
the calendar, with or without files. What follows from an earlier edition is known by `warehouse.archive.freshness`.
"""

import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import dagster as dg
import pandas as pd

from assets.session import Session
from warehouse.model.schema import Table

EDITIONS = dg.DynamicPartitionsDefinition(name="editions")
OWNERS = ["team:panorama"]

NOTHING_SHOWN: Mapping[Table, Mapping[str, Any]] = {}

AssetDecorator = Callable[[Callable[..., Any]], dg.AssetsDefinition]

# Said of every backfill policy, and of every sensor that Dagster copies: known, and asked for.
warnings.filterwarnings("ignore", "Parameter `(backfill_policy|owners)`", dg.BetaWarning)
ONE_RUN = dg.BackfillPolicy.single_run()


def tables_asset(group: str, made_from: Mapping[Table, Sequence[Table]]) -> AssetDecorator:
    """Declare the tables that one step makes, an asset each, with what each is made from.

    The asset's name, description and columns are those of the declaration of the table.
    """
    specs = [
        dg.AssetSpec(
            table.name,
            deps=[source.name for source in sources],
            description=f"{table.title}. {table.description}",
            group_name=group,
            owners=OWNERS,
            kinds={"python", "parquet"},
            metadata={"dagster/column_schema": _columns(table)},
            partitions_def=EDITIONS,
        )
        for table, sources in made_from.items()
    ]
    decorator: AssetDecorator = dg.multi_asset(specs=specs, backfill_policy=ONE_RUN)
    return decorator


def output_asset(name: str, group: str, description: str, *kinds: str, made_from: Sequence[str]) -> AssetDecorator:
    """Declare an asset that is a folder, a database or a platform rather than a table."""
    decorator: AssetDecorator = dg.asset(
        name=name,
        description=description,
        group_name=group,
        owners=OWNERS,
        kinds={"python", *kinds},
        partitions_def=EDITIONS,
        backfill_policy=ONE_RUN,
        deps=list(made_from),
    )
    return decorator


def made(
    context: dg.AssetExecutionContext,
    session: Session,
    tables: Mapping[Table, pd.DataFrame],
    shown: Mapping[Table, Mapping[str, Any]] = NOTHING_SHOWN,
) -> Iterator[dg.MaterializeResult[None]]:
    """Hand whole tables on, write the editions that a run writes, and tell Dagster, also of those not asked for.

    `shown` is what the interface shows of a table beside its count of rows.
    """
    editions = session.accepted_editions()
    for table, frame in tables.items():
        session.store.keep(table, frame, editions)
        changed = session.store.write_slices(table, session.to_write())
        said: dict[str, Any] = {"dagster/row_count": len(frame), "changed": changed, **shown.get(table, {})}
        yield dg.MaterializeResult(asset_key=table.name, metadata=said)
        tell_others(context, session, table.name, changed)


def tell_others(context: dg.AssetExecutionContext, session: Session, asset: str, changed: Sequence[str]) -> None:
    """Tell Dagster of the editions that a run made again without being asked to."""
    for edition in changed:
        if edition not in session.asked:
            context.log_event(dg.AssetMaterialization(asset, partition=edition))


def _columns(table: Table) -> dg.TableSchema:
    return dg.TableSchema(
        columns=[
            dg.TableColumn(
                column.name,
                column.kind,
                f"{column.title}. {column.description}" + (f" [{column.unit}]" if column.unit else ""),
                dg.TableColumnConstraints(nullable=not column.required, unique=column.unique),
            )
            for column in table.columns
        ]
    )
