"""The documents of the open dataset, all generated from the declarations: dictionary, read-me, Data Package, sums."""

import json
from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from assets.dataset.about import (
    KEYWORDS,
    LICENCE_TITLE,
    LICENCE_URL,
    PUBLISHER,
    SUMMARY,
    About,
    markdown_table,
)
from assets.dataset.formats import DICTIONARY_WIDTHS, dictionary_row
from warehouse.model.schema import Table
from warehouse.open_data.files import PublishedFile

# What the Data Package does not list: itself, and what lists it.
UNLISTED = ("datapackage.json", "dcat.jsonld", "SHA256SUMS")
_TEMPLATES = Environment(loader=PackageLoader("assets.page"), autoescape=True, undefined=StrictUndefined)


def json_document(value: Any) -> str:
    """A JSON document to be read by people too."""
    return json.dumps(value, ensure_ascii=False, indent=2, allow_nan=False) + "\n"


def described_tables(files: Iterable[PublishedFile]) -> list[tuple[str, Table]]:
    """The stem and the table of each table of the dataset, in order."""
    return [(file.stem, file.table) for file in files if file.table is not None and file.extension == "csv"]


def dictionary_html(about: About, files: Iterable[PublishedFile]) -> str:
    """The dictionary as one page without any outside resource."""
    tables = described_tables(files)
    page: str = _TEMPLATES.get_template("dictionary.html.j2").render(
        about=about,
        tables=tables,
        headers=list(DICTIONARY_WIDTHS),
        keys={table.name: _key(table) for _, table in tables},
        rows={table.name: [dictionary_row(column) for column in table.columns] for _, table in tables},
    )
    return page + "\n"


def _key(table: Table) -> str:
    return ", ".join(table.column(name).published for name in table.primary_key)


def dictionary_markdown(about: About, files: Iterable[PublishedFile]) -> str:
    """The dictionary as Markdown."""
    parts = ["# Dictionnaire des données", about.title, *about.notes()]
    for stem, table in described_tables(files):
        key = f"Clé : {_key(table)}." if table.primary_key else "Sans clé."
        rows = markdown_table(DICTIONARY_WIDTHS, map(dictionary_row, table.columns))
        parts += [f"## {stem}", f"{table.title}. {table.description} {key}", *map("- {}".format, table.caveats), rows]
    return "\n\n".join(parts) + "\n"


def readme_text(about: About, files: Iterable[PublishedFile]) -> str:
    """`LISEZMOI.md`: each file, how to read it, the precautions, the licence."""
    listed = list(files)
    by_stem: dict[str, list[PublishedFile]] = {}
    for file in listed:
        if file.extension != "schema.json":
            by_stem.setdefault(file.stem, []).append(file)
    rows = [(stem, ", ".join(file.name for file in same), same[0].description) for stem, same in by_stem.items()]
    caveats = "\n".join(f"- {caveat}" for caveat in about.caveats())
    notes = "\n\n".join(about.notes())
    name = f"panorama-{about.edition.key}"
    return f"""# {about.title}

{notes}

## Précautions

{caveats}

## Fichiers

Un fichier qui porte le mois de l'édition, et « indicateurs », ne contiennent que cette édition ; les autres \
contiennent toutes les éditions jusqu'à celle-ci, depuis {about.first.month_label()}. Chaque table a son schéma \
(« .schema.json »).

{markdown_table(("Contenu", "Fichiers", "Description"), rows)}

## Lire les fichiers

Les CSV sont en UTF-8, séparés par des virgules, avec un point décimal et des dates AAAA-MM-JJ. Une apostrophe précède \
un texte libre qui commencerait par =, +, - ou @, pour qu'aucun tableur ne l'exécute.

```python
import pandas as pd
projets = pd.read_parquet("{name}.parquet")  # ou pd.read_csv("{name}.csv")
```

```sql
-- DuckDB
select edition, count(*), sum(cout_actualise_meur) from 'historique.parquet' group by edition order by edition;
```

Dans un tableur, ouvrir le fichier ODS ou XLSX plutôt que le CSV.

## Vérifier

`sha256sum -c SHA256SUMS` compare chaque fichier à son empreinte ; `frictionless validate datapackage.json` compare \
chaque CSV à son schéma.
"""  # noqa: S608  # shows a query, runs none


def data_package(about: About, files: Iterable[PublishedFile], contents: Mapping[str, bytes]) -> str:
    """`datapackage.json`: every file with its size and hash, every CSV with its schema.

    Args:
        about: what the dataset says of itself.
        files: the files of the dataset.
        contents: the bytes of each file, by name; all but `UNLISTED`.
    """
    package = {
        "profile": "data-package",
        "name": "panorama-grands-projets-numeriques",
        "id": f"urn:panorama:grands-projets:{about.edition.key}",
        "title": about.title,
        "description": " ".join([SUMMARY, *about.notes(), *about.caveats()]),
        "version": about.version_number,
        "created": f"{about.issued}T00:00:00Z",
        "keywords": list(KEYWORDS),
        "licenses": [{"name": "etalab-2.0", "path": LICENCE_URL, "title": LICENCE_TITLE}],
        "contributors": [{"title": PUBLISHER, "role": "publisher"}],
        "sources": [
            {"title": f"Remontées des ministères, {about.first.month_label()} à {about.edition.month_label()}"}
        ],
        "resources": [_resource(file, contents[file.name]) for file in files if file.name not in UNLISTED],
    }
    return json_document(package)


def _resource(file: PublishedFile, content: bytes) -> dict[str, Any]:
    name = file.stem if file.extension == "csv" else f"{file.stem}-{file.extension}"
    resource: dict[str, Any] = {
        "name": name.lower(),
        "path": file.name,
        "title": file.title,
        "description": file.description,
        "format": file.extension.rpartition(".")[2],
        "mediatype": file.media_type,
        "bytes": len(content),
        "hash": f"sha256:{sha256(content).hexdigest()}",
    }
    if file.extension == "csv":
        return {
            "type": "table",
            "profile": "tabular-data-resource",
            **resource,
            "encoding": "utf-8",
            "dialect": {"delimiter": ",", "lineTerminator": "\n"},
            "schema": f"{file.stem}.schema.json",
        }
    return {"type": "file", **resource}


def checksums(contents: Mapping[str, bytes]) -> str:
    """`SHA256SUMS`, as `sha256sum -c` reads it, by name."""
    return "".join(f"{sha256(content).hexdigest()}  {name}\n" for name, content in sorted(contents.items()))
