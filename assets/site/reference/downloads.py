"""What can be downloaded: three files first, then every other one, and a dictionary of each table."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from assets.dataset.formats import TYPES, allowed_values
from assets.site.cited import BARE, PLAIN, Cited, Row, declared, of_rule, sentence, transmitted
from assets.site.pages import Page
from assets.site.tables import SiteTables
from warehouse.model import french
from warehouse.model.french import NBSP
from warehouse.model.schema import Column, Table
from warehouse.open_data.files import DATA_FILES, FORMATS, OpenFile, PublishedFile, published_files

# The three files that most readers need: what each is for, and the columns of which the first rows are shown.
FIRST = {
    "panorama-{edition}": (
        "Les projets de l’édition, un par ligne : pour chercher, trier, filtrer.",
        ("project_id", "name", "ministry_id", "phase", "updated_cost_meur", "updated_end_date"),
    ),
    "historique": (
        "Les mêmes colonnes pour toutes les éditions : pour suivre un projet.",
        ("edition", "project_id", "name", "updated_cost_meur", "updated_end_date"),
    ),
    "chiffres_cles": (
        "Une ligne par édition : totaux, écarts moyens, cible, chiffres officiels.",
        ("edition", "projects", "total_cost_meur", "budget_mean_ratio", "schedule_mean_ratio"),
    ),
}
PREVIEWED = 4
_KILO = 1000
# From how many a size is told without decimals.
_WHOLE = 10
# What most readers open first.
_ORDER = ("xlsx", "ods", "csv", "parquet", "json")
_OF_EDITION = "-{edition}"


@dataclass(frozen=True)
class Download:
    """A file in one format: its address from the folder of the site, its name, the format, its size."""

    address: str
    name: str
    format: str
    size: Markup


@dataclass(frozen=True)
class Listed:
    """Something to download, in each of its formats, and where its columns are described."""

    title: Markup
    told: Markup
    dictionary: str
    downloads: tuple[Download, ...]
    count: Cited | None = None
    headers: tuple[str, ...] = ()
    preview: tuple[tuple[object, ...], ...] = ()


def data_pages(site: SiteTables) -> Iterator[Page]:
    """What to download, and the dictionary of each table."""
    by_stem = _by_stem(site)
    said = {
        "first": [_first(site, file, by_stem) for file in DATA_FILES if file.stem in FIRST],
        "others": [_listed(site, by_stem[stem], file) for stem, file in _others(site)],
        "documents": [
            _listed(site, same, None) for stem, same in by_stem.items() if not any(one.table for one in same)
        ],
        "examples": examples(site),
        "editions": [
            (edition, f"{edition.key}/open_data", f"{edition.key}/publication/{edition.report_name}")
            for edition in reversed(site.editions)
        ],
    }
    yield Page(
        "donnees/index.html",
        "reference/data.html.j2",
        "Données à télécharger",
        "Que télécharger ? Trois fichiers suffisent presque toujours ; tous les autres sont ici aussi.",
        said,
        ("open data", "csv", "xlsx", "parquet", "api", "jeu de données", "tableur", "Python", "R", "DuckDB"),
    )
    for file in DATA_FILES:
        if file.table is not None:
            yield _dictionary(site, file, file.table, by_stem)


def dictionary_path(file: OpenFile) -> str:
    """The page of the columns of a file."""
    return f"donnees/{file.stem.replace(_OF_EDITION, '')}/index.html"


def size_of(site: SiteTables, name: str) -> Markup:
    """The size of a file of the dataset of the latest edition, nothing where it is not known."""
    size = site.sizes.get(name)
    if size is None:
        return Markup()
    unit, scaled = ("ko", size / _KILO) if size < _KILO**2 else ("Mo", size / _KILO**2)
    text = f"{french.number(scaled, 0 if scaled >= _WHOLE else 1)}{NBSP}{unit}"
    return Markup("{}").format(Cited(size, text, f"{name}?#octets()"))


def _by_stem(site: SiteTables) -> dict[str, list[PublishedFile]]:
    found: dict[str, list[PublishedFile]] = {}
    for file in published_files(site.edition):
        key = file.stem if file.table else f"{file.stem}.{file.kind}"
        found.setdefault(key, []).append(file)
    return found


def _others(site: SiteTables) -> Iterator[tuple[str, OpenFile]]:
    for file in DATA_FILES:
        if file.stem not in FIRST:
            yield file.stem_for(site.edition), file


def _downloads(site: SiteTables, files: Sequence[PublishedFile]) -> tuple[Download, ...]:
    ranked = sorted(files, key=lambda one: _ORDER.index(one.extension) if one.extension in _ORDER else len(_ORDER))
    return tuple(
        Download(
            f"{site.edition.key}/open_data/{one.name}",
            one.name,
            FORMATS[one.extension][0],
            size_of(site, one.name),
        )
        for one in ranked
    )


def _listed(site: SiteTables, files: Sequence[PublishedFile], file: OpenFile | None) -> Listed:
    title = file.title if file else files[0].title.split(" (")[0]
    return Listed(
        declared(title.format(month=site.edition.month_label())),
        declared(files[0].description),
        dictionary_path(file) if file else "",
        _downloads(site, files),
        site.files[file.stem].count() if file else None,
    )


def _first(site: SiteTables, file: OpenFile, by_stem: dict[str, list[PublishedFile]]) -> Listed:
    rows, (told, names) = site.files[file.stem], FIRST[file.stem]
    listed = _listed(site, by_stem[file.stem_for(site.edition)], file)
    shown = [row for row, _ in zip(rows, range(PREVIEWED), strict=False)]
    return Listed(
        listed.title,
        sentence(french.typeset(told)),
        listed.dictionary,
        listed.downloads,
        listed.count,
        tuple(rows.table.column(name).published for name in names),
        tuple(tuple(_shown(row, name) for name in names) for row in shown),
    )


def _shown(row: Row, name: str) -> object:
    """A value as the CSV holds it: codes and texts as they are, numbers and dates as they are printed."""
    column = row.rows.table.column(name)
    if row[name] is None:
        return Markup('<span class="note">vide</span>')
    if name in ("edition", "project_id"):
        return Markup("<code>{}</code>").format(row.text(name))
    style = PLAIN if column.unit == "rapport" else BARE
    return row.cited(name, style) if column.kind in ("number", "integer", "date") else transmitted(row.text(name))


@dataclass(frozen=True)
class Example:
    """How to read the files with a tool: what it does, and what to write."""

    tool: str
    language: str
    told: Markup
    code: str


def examples(site: SiteTables) -> tuple[Example, ...]:
    """What to copy and paste, in the folder of the files; the test of this page runs what can be."""
    cost, edition, project = (
        site["historique"].table.column(name).published for name in ("updated_cost_meur", "edition", "project_id")
    )
    name = f"panorama-{site.edition.key}"
    sheet = sentence(
        "Ouvrez {} ou {} : une feuille a les lignes, une autre dit ce qu’est chaque colonne. À partir du CSV, "
        "choisissez UTF-{} comme encodage, la virgule entre les colonnes et le point dans les nombres.",
        _code(f"{name}.xlsx"),
        _code(f"{name}.ods"),
        of_rule("8"),
    )
    return (
        Example("Dans un tableur", "", sheet, ""),
        Example(
            "En Python, avec pandas",
            "python",
            sentence("Le coût de l’ensemble à chaque édition, et le dernier état de chaque projet."),
            "import pandas as pd\n\n"
            'historique = pd.read_csv("historique.csv")\n'
            f'couts = historique.groupby("{edition}")["{cost}"]\n'
            'par_edition = couts.agg(["count", "sum"])\n'
            f'par_date = historique.sort_values("{edition}")\n'
            f'derniers = par_date.groupby("{project}").tail(1)\n'
            "print(par_edition)\nprint(len(derniers))",
        ),
        Example(
            "En SQL, avec DuckDB",
            "sql",
            sentence("Les mêmes coûts, lus du fichier Parquet."),
            f"SELECT {edition},\n  count({cost}) AS projets,\n  sum({cost}) AS cout\n"
            f"FROM 'historique.parquet'\nGROUP BY {edition}\nORDER BY {edition};",
        ),
        Example(
            "En R",
            "r",
            sentence("Les mêmes coûts, sans aucune extension."),
            'historique <- read.csv("historique.csv",\n  encoding = "UTF-8")\n'
            f"aggregate({cost} ~ {edition},\n  data = historique, FUN = sum)",
        ),
    )


def _code(text: str) -> Markup:
    return Markup("<code>{}</code>").format(text)


@dataclass(frozen=True)
class ColumnLine:
    """A column of a dictionary."""

    published: str
    title: Markup
    kind: Markup
    definition: Markup
    caveat: Markup
    is_key: bool


def _dictionary(site: SiteTables, file: OpenFile, table: Table, by_stem: dict[str, list[PublishedFile]]) -> Page:
    title = file.title.format(month=site.edition.month_label())
    return Page(
        dictionary_path(file),
        "reference/dictionary_page.html.j2",
        file.title.removesuffix(", {month}"),
        table.description,
        {
            "title": declared(title),
            "stem": file.stem_for(site.edition),
            "told": declared(table.description),
            "caveats": [declared(one) for one in table.caveats],
            "columns": [_column(table, column) for column in table.columns],
            "downloads": _downloads(site, by_stem[file.stem_for(site.edition)]),
            "count": site.files[file.stem].count(),
        },
        tuple(text for column in table.columns for text in (column.published, column.title)),
    )


def _column(table: Table, column: Column) -> ColumnLine:
    kind = TYPES[column.kind] + (f", en {column.unit}" if column.unit and column.unit != "rapport" else "")
    definition = " ".join(filter(None, [column.description, allowed_values(column)]))
    return ColumnLine(
        column.published,
        declared(column.title),
        declared(kind + (", toujours renseigné" if column.required else "")),
        declared(definition),
        declared(column.caveat or ""),
        column.name in table.primary_key,
    )
