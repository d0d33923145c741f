"""The right submission, and cells of it made another, each with what it may be taken for."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random

from assets.reading.headers import layouts
from benchmarks import hand_made

EDITION = "2021-11"
HEADERS = layouts(EDITION)[0].first_headers()
Cell = object
Row = Mapping[str, Cell]

PHASES = ("Cadrage", "Conception / Réalisation", "Expérimentation", "Déploiement")
ROWS: tuple[Row, ...] = tuple(
    {
        "name": f"PROJET {number} « Économie d’énergie »",
        "ministry": "Ministère de la Culture",
        "interministerial": "Oui" if number % 2 else "Non",
        "phase": PHASES[number % len(PHASES)],
        "start_date": dt.date(2018, number, 1),
        "initial_end_date": dt.date(2021, number, 1),
        "updated_end_date": dt.date(2022, number, 1),
        "initial_cost_meur": 10.25 + number,
        "updated_cost_meur": 12.5 * number,
        "opinion": "Favorable",
        "deviation_comment": f"Dérive n° {number} : à suivre, “déjà” vue",
    }
    for number in range(1, 5)
)
FIELDS = tuple(ROWS[0])
DATES = ("start_date", "initial_end_date", "updated_end_date")
COSTS = ("initial_cost_meur", "updated_cost_meur")
TEXTS = ("name", "deviation_comment")


@dataclass(frozen=True)
class Change:
    """A cell of the table made another: its place, what it holds, and what that may be taken for.

    A reader may always refuse the cell; `readings` are the values that it may give, none when it must refuse.
    `is_nothing` says that the cell may be taken for an empty one without a word.
    """

    row: int
    field: str
    cell: Cell
    readings: tuple[object, ...]
    is_nothing: bool = False


def table_of(changes: Sequence[Change] = ()) -> list[list[Cell]]:
    """The headers and the cells of the right submission, but for the changes."""
    table: list[list[Cell]] = [
        [HEADERS[field] for field in FIELDS],
        *[[row[field] for field in FIELDS] for row in ROWS],
    ]
    for change in changes:
        table[change.row + 1][FIELDS.index(change.field)] = change.cell
    return table


def _cost(random: Random) -> tuple[Cell, tuple[object, ...]]:
    value = random.choice((random.randint(0, 999), round(random.uniform(0, 3000), random.randint(1, 3))))
    comma, million = f"{value}".replace(".", ","), f"{value:,}".replace(",", random.choice("\u00a0\u202f "))
    thousands, negative = random.randint(1, 99_999), -round(random.uniform(0.1, 9), 1)
    return random.choice((
        (value, (value,)), (str(value), (value,)), (comma, (value,)), (f" {comma} ", (value,)),
        (million.replace(".", ","), (value,)), (f"{comma} M€", (value,)), (f"{comma} M€ TTC", (value,)),
        (f"{thousands} k€", (thousands / 1000,)), (f"{thousands} K€", (thousands / 1000,)),
        (f"{thousands}000 €", (thousands / 1000,)), (f"{thousands} Md€", (thousands * 1000,)),
        (negative, (negative,)), (str(negative), (negative,)), (f"\u2212{-negative}", (negative,)),
        (hand_made.Formula(f"={value}+0", float(value)), (value,)), (hand_made.Formula(f"={value}+0", None), ()),
        (1e300, (1e300,)), (2.0**60, (2.0**60,)), (5e-324, (5e-324,)), ("1e3", (1000,)), ("inf", ()), ("nan", ()),
        ("12-15", ()), ("de 12 à 15", ()), ("12%", ()), ("environ 12", ()), ("1,2,3", ()), ("1.2.3", ()),
        ("(12)", (-12,)),
        ("12 HT", ()), ("12 $", ()), ("=1+1", ()), ("1 2", ()), ("12 3456", ()), ("1,234.5", (1234.5,)),
        ("1.234,5", (1234.5,)),
        ("0x10", ()), ("1_000", (1000,)), ("\u0661\u0662", (12,)), ("\uff11\uff12", (12,)), ("12\u00b2", ()),
        ("#REF!", ()),
        (True, ()), (dt.date(2021, 7, 1), ()), ("12/07", ()), ("?", ()), ("12\n13", ()), ("12;13", ()),
    ))  # fmt: skip


def _date(random: Random) -> tuple[Cell, tuple[object, ...]]:
    day = dt.date(random.randint(2005, 2035), random.randint(1, 12), random.randint(1, 28))
    serial = float((day - dt.date(1899, 12, 30)).days)
    first = day.replace(day=1)
    return random.choice((
        (day, (day,)), (day.isoformat(), (day,)), (f"{day:%d/%m/%Y}", (day,)), (f"{day:%d.%m.%Y}", (day,)),
        (f"{day:%d/%m/%y}", (day,)), (f"{day:%m/%Y}", (first,)), (f"{day:%Y-%m}", (first,)), (serial, (day,)),
        (str(int(serial)), (day,)), (f"1er juillet {day.year}", (dt.date(day.year, 7, 1),)),
        (f"juillet {day.year}", (dt.date(day.year, 7, 1),)), (f"déc. {day.year}", (dt.date(day.year, 12, 1),)),
        (f"{day:%Y-%m-%dT00:00:00}", (day,)), (hand_made.Formula("=DATE(1,1,1)", serial), (day,)),
        (hand_made.Formula("=DATE(1,1,1)", None), ()),
        ("31/02/2020", ()), ("2021-13-01", ()), ("12/25/2021", ()), ("00/01/2021", ()), ("32/01/2021", ()),
        ("01/01/0001", (dt.date(1, 1, 1),)), ("01/01/9999", (dt.date(9999, 12, 31), dt.date(9999, 1, 1))),
        (1e10, ()), (-1.0, ()), (0.5, ()),
        (12.5, ()), (True, ()), ("demain", ()), ("2021/2022", ()), ("1/2", ()), ("à définir", ()), ("=TODAY()", ()),
        ("juillet août 2021", ()), ("01/07/2021 ou 02/07/2021", ()), ("20210701", (dt.date(2021, 7, 1),)), ("?", ()),
    ))  # fmt: skip


def _free_text(random: Random) -> tuple[Cell, tuple[object, ...]]:
    alphabet = "aéœ€ \u00a0\u202f’«»<>&'\"=+-@#;,\t\n|/\\{}[]%\u200b\u202e\U0001f600\u0416\u4e2d0123456789_x"
    text = random.choice((
        "".join(random.choices(alphabet, k=random.randint(1, 40))),
        random.choice(("=1+1", "=HYPERLINK(\"http://localhost\",\"x\")", "+33 1", "-x", "@SUM(A1)", "#N/A", "_x0041_",
                       "NULL", "nan", "None", "True", "1", "01/07/2021", "1e5", "]]>", "<b>", "&amp;", "%s{0}", "'x",
                       "x" * 30_000, "e\u0301", "ﬁ", "a\u0000b".replace("\u0000", "\u0001"), "\ufeffx", "\u2028x")),
    ))  # fmt: skip
    return text, (text,)


def _other(random: Random, field: str) -> tuple[Cell, tuple[object, ...]]:
    match field:
        case "interministerial":
            return random.choice((
                ("Oui", (True,)), ("NON", (False,)), (" oui ", (True,)), (True, (True,)), (False, (False,)),
                ("O", (True,)), ("peut-être", ()), ("Oui et non", ()), (2.0, ()), (0.5, ()), ("?", ()),
            ))  # fmt: skip
        case "phase":
            return random.choice((
                ("Déploiement", ("rollout",)), ("déploiement ", ("rollout",)), ("DEPLOIEMENT", ("rollout",)),
                ("Termine", ("completed",)), ("Déploiment partiel", ()), (3.0, ()), ("Cadrage ou conception", ()),
                (dt.date(2021, 7, 1), ()), (True, ()), ("=1+1", ()),
            ))  # fmt: skip
        case "opinion":
            return random.choice((("Favorable", ("favourable",)), ("favorabl", ()), (1.0, ()), ("très favorable", ())))
        case _:
            return random.choice((
                ("Ministère de la Culture", ("culture",)), ("MINISTERE DE LA CULTURE", ("culture",)),
                ("Ministère de la Magie", ()), (12.0, ()), ("Culture ou Justice", ()),
                ("Défense, Intérieur, Culture", ()),
                (dt.date(2021, 7, 1), ()), ("=1+1", ()),
            ))  # fmt: skip


def draw_change(random: Random) -> Change:
    """A cell of the right submission made another."""
    row, field = random.randrange(len(ROWS)), random.choice(FIELDS)
    # Now and then a cell without anything in it.
    if random.random() < 0.05:
        return Change(row, field, random.choice((None, "", "  ", "NA", "\u00a0")), ("NA",), is_nothing=True)
    if field in (*COSTS, *DATES):
        cell, readings = _cost(random) if field in COSTS else _date(random)
        return Change(row, field, cell, readings, is_nothing=cell == "?")
    if field in TEXTS:
        return Change(row, field, *_free_text(random))
    cell, readings = _other(random, field)
    return Change(row, field, cell, readings, is_nothing=cell == "?")
