"""Whether the files of the open dataset may be released: right, the same in every format, and saying nothing more.

The files on disk are read back, not the frames they were made from. At run time schemas are applied by
`checks.released.files`, a reader of its own that shares no code with what writes: frictionless, which the tests run on
the same files, would bring thirty dependencies and a second of work for each edition.
"""

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa

from checks.released.files import (
    Columns,
    Released,
    Schema,
    csv_columns,
    json_columns,
    parquet_columns,
    refused,
    sqlite_columns,
    typed_columns,
    workbook_columns,
)
from checks.released.traces import checksum_findings, formula_findings, machine_findings
from warehouse.home.calendar import Edition
from warehouse.model.cells import submitted_text
from warehouse.model.findings import Finding, shorten
from warehouse.model.french import counted
from warehouse.model.vocabulary import DIMENSIONS, METHODS, PERIMETERS, SLIPPAGE_REFERENCES, SLIPPAGE_STATUSES
from warehouse.open_data.files import DATABASE, PublishedFile, published_files

SHOWN_WRONG_VALUES = 20


def release_findings(folder: Path, edition: Edition, home: Path | None = None) -> tuple[Released | None, list[Finding]]:
    """What the files say of themselves and of each other.

    Args:
        folder: the dataset of the edition.
        edition: the edition.
        home: a folder whose path must not be in any file.

    Returns:
        The dataset read back, None when it cannot be; and an error for each thing that is wrong.
    """
    files = tuple(published_files(edition))
    if missing := list(_presence(folder, files)):
        return None, missing
    released, findings = _read(folder, files)
    if released is None:
        return None, findings
    findings += [finding for file in files for finding in _format_findings(released, file)]
    findings += _database_findings(released)
    findings += [finding for file in files for finding in formula_findings(released, file)]
    findings += [finding for file in files for finding in machine_findings(folder / file.name, home)]
    return released, findings + list(checksum_findings(folder, files))


def _presence(folder: Path, files: Sequence[PublishedFile]) -> Iterator[Finding]:
    expected = {file.name for file in files}
    found = {path.name for path in folder.iterdir()} if folder.is_dir() else set()
    for name in sorted(expected ^ found):
        message = "Ce fichier déclaré manque." if name in expected else "Ce fichier n'est pas déclaré."
        yield refused(
            "dataset_is_complete",
            name,
            message,
            expected=counted(len(expected), "fichier déclaré", "fichiers déclarés"),
        )


def _read(folder: Path, files: Sequence[PublishedFile]) -> tuple[Released | None, list[Finding]]:
    schemas: dict[str, Schema] = {}
    texts: dict[str, dict[str, list[str | None]]] = {}
    tables: dict[str, Columns] = {}
    findings: list[Finding] = []
    for file in files:
        if file.extension != "csv":
            continue
        schema = json.loads((folder / f"{file.stem}.schema.json").read_text(encoding="utf-8"))
        names = [field["name"] for field in schema["fields"]]
        try:
            cells = csv_columns(folder / file.name)
        except (pa.ArrowException, UnicodeDecodeError) as error:
            findings.append(_against_schema(file.name, f"Ce CSV est illisible : {error}."))
            continue
        if list(cells) != names:
            findings.append(
                _against_schema(
                    file.name,
                    "Ce CSV n'a pas les colonnes de son schéma, dans le même ordre.",
                    value=", ".join(cells),
                    expected=", ".join(names),
                )
            )
            continue
        columns, wrong = typed_columns(cells, schema)
        findings += [
            _against_schema(
                file.name,
                "Cette valeur n'est pas de celles que le schéma admet.",
                row=each.row,
                column=each.column,
                value=shorten(each.value),
                expected=each.expected,
            )
            for each in wrong[:SHOWN_WRONG_VALUES]
        ]
        schemas[file.stem], texts[file.stem], tables[file.stem] = schema, cells, columns
    if len(tables) < sum(file.extension == "csv" for file in files):
        return None, findings
    return Released(folder, tuple(files), schemas, texts, tables), findings


def _against_schema(file: str, message: str, **details: Any) -> Finding:
    return refused("files_follow_their_schema", file, message, **details)


# The same table in several formats


def _format_findings(released: Released, file: PublishedFile) -> Iterator[Finding]:
    path = released.folder / file.name
    if file.table is None or file.extension in ("csv", "schema.json"):
        return
    schema = released.schemas[file.stem]
    readers = {
        "parquet": lambda: parquet_columns(path),
        "json": lambda: json_columns(path, schema),
        "xlsx": lambda: workbook_columns(path, schema),
        "ods": lambda: workbook_columns(path, schema),
    }
    try:
        found = readers[file.extension]()
    except Exception as error:  # each reader has its own errors, and any of them says the same
        yield refused("formats_agree", file.name, f"Ce fichier est illisible : {error}.")
        return
    yield from _compare(released, file.stem, found, file.name, is_workbook=file.extension in ("xlsx", "ods"))


def _database_findings(released: Released) -> list[Finding]:
    (name,) = DATABASE.names(Edition("", 0))
    named = {file.table.name: file.stem for file in released.files if file.table is not None}
    try:
        tables = sqlite_columns(
            released.folder / name, {table: released.schemas[stem] for table, stem in named.items()}
        )
    except Exception as error:  # see above
        return [refused("formats_agree", name, f"Ce fichier est illisible : {error}.")]
    return [
        finding
        for table, columns in tables.items()
        for finding in _compare(released, named[table], columns, f"{name}, table {table}")
    ]


def _compare(
    released: Released, stem: str, found: Columns, file: str, *, is_workbook: bool = False
) -> Iterator[Finding]:
    expected, schema = released.tables[stem], released.schemas[stem]
    if list(found) != list(expected):
        yield refused(
            "formats_agree",
            file,
            f"Ses colonnes ne sont pas celles de {stem}.csv.",
            value=", ".join(found),
            expected=", ".join(expected),
        )
        return
    for field in schema["fields"]:
        name = field["name"]
        ours, theirs = expected[name], found[name]
        if ours == theirs:
            continue
        if field["type"] == "string" and "enum" not in field.get("constraints", {}):
            # A workbook cannot hold every character nor a text of any length: there, only whether there is one counts.
            ours, theirs = ([_text(value, is_workbook=is_workbook) for value in values] for values in (ours, theirs))
        if ours == theirs:
            continue
        yield from _difference(name, ours, theirs, file, stem)


def _text(value: Any, *, is_workbook: bool) -> Any:
    if value is None or value == "":
        return None
    return "…" if is_workbook else submitted_text(str(value))


def _difference(name: str, ours: Sequence[Any], theirs: Sequence[Any], file: str, stem: str) -> Iterator[Finding]:
    if len(ours) != len(theirs):
        yield refused(
            "formats_agree",
            file,
            f"Ce fichier n'a pas les lignes de {stem}.csv.",
            column=name,
            value=counted(len(theirs), "ligne"),
            expected=counted(len(ours), "ligne"),
        )
        return
    for row, (one, other) in enumerate(zip(ours, theirs, strict=True), start=2):
        if one != other:
            yield refused(
                "formats_agree",
                file,
                f"Cette valeur n'est pas celle de {stem}.csv.",
                row=row,
                column=name,
                value=shorten(str(other)),
                expected=shorten(str(one)),
            )
            return


# What the publication says


def figure_findings(released: Released, figures: Mapping[str, Any], edition: Edition) -> Iterator[Finding]:
    """Whether the files give the key figures that the publication opens with.

    A total or a mean that counts withheld figures, or is not published to protect them, cannot be had from the rows.

    Args:
        released: the dataset.
        figures: the row of `OUT_KEY_FIGURES` of the edition.
        edition: the edition.
    """
    rows, file = released.table("panorama"), f"panorama-{edition.key}.csv"
    costs = [value for value in rows["cout_actualise_meur"] if value is not None]
    months = [value for value in rows["duree_actualisee_mois"] if value is not None]
    told = [
        ("le nombre de projets", len(rows["identifiant_projet"]), figures["projects"], True, 0.0),
        (
            "le coût total",
            math.fsum(costs),
            figures["total_cost_meur"],
            len(costs) == figures["costed_projects"],
            len(costs) * _rounding(released, "panorama", "cout_actualise_meur"),
        ),
        (
            "la durée moyenne en années",
            math.fsum(months) / max(len(months), 1) / 12,
            figures["mean_duration_years"],
            len(months) == figures["timed_projects"],
            0.0,
        ),
    ]
    ratio = _rounding(released, "ecarts", "taux_ecart") + _rounding(released, "indicateurs", "valeur")
    told += [(*headline, ratio) for headline in _headlines(released, edition)]
    for what, from_rows, published, is_comparable, rounding in told:
        if published is None or pd.isna(published) or not is_comparable:
            continue
        if not math.isclose(from_rows, published, rel_tol=1e-9, abs_tol=max(1e-9, rounding)):
            message = f"Pour {what}, ce fichier ne donne pas ce qui est publié."
            yield refused("files_agree_with_figures", file, message, value=str(from_rows), expected=str(published))


def _rounding(released: Released, table: str, column: str) -> float:
    """Half of the last decimal a column is published with."""
    stem = next(file.stem for file in released.files if file.table is not None and file.table.name == table)
    fields = {field["name"]: field for field in released.schemas[stem]["fields"]}
    return float(0.5 * 10 ** -fields[column]["decimals"])


def _headlines(released: Released, edition: Edition) -> Iterator[tuple[str, float, float | None, bool]]:
    """The mean slippage of each rate, from the rows of slippage and as the indicators have it."""
    slippages = pd.DataFrame(released.table("ecarts"))
    indicators = pd.DataFrame(released.table("indicateurs"))
    for label, chosen in indicators.loc[
        indicators["perimetre"].eq(PERIMETERS.label("published"))
        & indicators["dimension"].eq(DIMENSIONS.label("portfolio"))
        & indicators["methode"].eq(METHODS.label("mean_of_ratios"))
    ].groupby("taux"):
        known = slippages.loc[
            slippages["edition"].eq(edition.key)
            & slippages["taux"].eq(label)
            & slippages["reference"].eq(SLIPPAGE_REFERENCES.label("first_baseline"))
            & slippages["statut"].eq(SLIPPAGE_STATUSES.label("known")),
            "taux_ecart",
        ].astype("float64")
        line = chosen.iloc[0]
        mean = math.fsum(known) / max(len(known), 1)
        yield f"la moyenne de l'{str(label).lower()}", mean, line["valeur"], len(known) == line["nombre_connus"]
