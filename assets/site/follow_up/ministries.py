"""The page of each ministry ever seen, and the list of them: what must my ministry answer?"""

from collections.abc import Iterator
from dataclasses import dataclass

from markupsafe import Markup

from assets.page.wording import ministry_label, short_ministry
from assets.site.cited import BARE, SIGNED, SIGNED_BARE, Cited, Row, Rows, Style, edition_time, sentence
from assets.site.drawing import Scale, bar, scale_of
from assets.site.follow_up.ministry_brief import OF_RATES, Brief, brief, brief_name
from assets.site.pages import Page
from assets.site.tables import RATES, SiteTables, edition_title
from warehouse.model import french

SCORE = Style(decimals=0)


@dataclass(frozen=True)
class MinistryLine:
    """A ministry as a row of the list: its contribution to each rate with its bar and its change, and its counts."""

    ministry_id: str
    name: str
    row: Row
    cost: Cited
    contributions: tuple[tuple[str, Cited, Markup, Cited], ...]
    score: object


@dataclass(frozen=True)
class HistoryLine:
    """A ministry at an edition, as a row of a table; `pdf` is its brief of then, empty when it had no project."""

    edition: Markup
    pdf: str
    pdf_label: Markup
    row: Row
    cost: Cited
    contributions: tuple[tuple[str, Cited, Markup, Cited, Cited], ...]


@dataclass(frozen=True)
class Former:
    """A project that a ministry carried, and no longer does: when it was last there, who has it now."""

    project_id: str
    name: Markup
    seen: Markup
    now: str


def ministries_seen(site: SiteTables) -> tuple[str, ...]:
    """The codes of the ministries that some edition speaks of, by the name that they are listed under."""
    codes = {
        str(code) for stem in ("historique", "fiches_ministeres", "qualite") for code in site[stem].frame["ministry_id"]
    }
    return tuple(sorted(codes, key=short_ministry))


def briefs(site: SiteTables) -> Iterator[Brief]:
    """The brief of each ministry that has projects at the latest edition, by the name it is listed under."""
    now = site["fiches_ministeres"].where(edition=site.edition.key)
    for code in ministries_seen(site):
        row = now.only(ministry_id=code)
        if row is not None and row.number("projects"):
            yield brief(site, row)


def ministry_pages(site: SiteTables) -> Iterator[Page]:
    """The list of ministries, and the page of each: at the address of its code, which does not change."""
    with_projects = {each.ministry_id: each for each in briefs(site)}
    histories = site["fiches_ministeres"].sorted_by(["edition"], ascending=False).by("ministry_id")
    yield _index(site, with_projects)
    for code in ministries_seen(site):
        rows = histories.get((code,))
        name = ministry_label(code)
        said = {
            "ministry_id": code,
            "name": name,
            "edition_title": edition_title(site.edition),
            "brief": with_projects.get(code),
            "pdf": brief_name(site.edition) if code in with_projects else "",
            "none": Markup() if code in with_projects else _none(site, rows),
            "history": tuple(_history(site, rows)) if rows is not None else (),
            "former": tuple(_former(site, code)),
        }
        yield Page(
            f"ministeres/{code}/index.html",
            "ministry.html.j2",
            f"{name} : que doit-on en attendre{french.NARROW}?",
            f"{name} : part dans les écarts moyens, projets, ce qui a changé, ce qui est demandé.",
            said,
            (short_ministry(code),),
        )


def _index(site: SiteTables, with_projects: dict[str, Brief]) -> Page:
    rows = current_ministries(site)
    values = [value for row in rows for rate in RATES if (value := row.number(f"{rate}_contribution_pts")) is not None]
    scale, before = scale_of(values), site.before(site.edition)
    return Page(
        "ministeres/index.html",
        "ministries.html.j2",
        "Ministères",
        "Ce que chaque ministère ajoute aux écarts moyens, et ce qui lui est demandé.",
        {
            "edition_title": edition_title(site.edition),
            "finding": heaviest_ministries(site),
            "since": Markup() if before is None else site.time(before.key),
            "lines": tuple(_line(site, row, scale) for row in rows),
            "gone": tuple(_gone(site, code) for code in ministries_seen(site) if code not in with_projects),
        },
    )


def current_ministries(site: SiteTables) -> list[Row]:
    """The rows of the ministries that have projects at the latest edition, the heaviest on the means first."""
    now = site["fiches_ministeres"].where(edition=site.edition.key)
    rows = [row for row in now if row.number("projects")]
    return sorted(rows, key=lambda row: tuple(-(row.number(f"{rate}_contribution_pts") or 0.0) for rate in RATES))


def heaviest_ministries(site: SiteTables) -> Markup:
    """How many ministries there are, and which one weighs most on each rate."""
    rows = current_ministries(site)
    history, key = site["historique"], site.edition.key
    count = history.where(edition=key).frame["ministry_id"].nunique()
    source = history.source({"edition": key}, f"distincts({history.table.column('ministry_id').published})")
    ministries = Cited(count, french.number(count), source)
    parts = [
        sentence(
            f"{{}} {french.plural(count, 'porte', 'portent')} {{}}.",
            ministries.with_word("ministère"),
            site.key_figures[key].cited("projects").with_word("grand projet", "grands projets"),
        )
    ]
    if all(row[f"{rate}_contribution_pts"] is None for row in rows for rate in RATES):
        parts.append(sentence("Aucun écart moyen n'est calculé à cette édition : il n'y a rien à répartir."))
    else:
        parts += [_heaviest(site, rows, rate) for rate in RATES]
    return Markup(" ").join(parts)


def _heaviest(site: SiteTables, rows: list[Row], rate: str) -> Markup:
    """Which ministry weighs most on a rate."""
    name = f"{rate}_contribution_pts"
    known = [row for row in rows if row[name] is not None]
    first = max(known, key=lambda row: row.number(name) or 0.0, default=None)
    if first is None:
        return sentence(f"L'écart {OF_RATES[rate]} moyen n'est pas calculé à cette édition.")
    if (first.number(name) or 0.0) <= 0:
        return sentence(f"Aucun ministère n'alourdit l'écart {OF_RATES[rate]} moyen.")
    return sentence(
        f"Sur l'écart {OF_RATES[rate]} moyen, de {{}}, celui qui pèse le plus est « {{}} » : {{}}.",
        site.key_figures[site.edition.key].cited(f"{rate}_mean_ratio"),
        short_ministry(str(first["ministry_id"])),
        first.cited(name),
    )


def _line(site: SiteTables, row: Row, scale: Scale) -> MinistryLine:
    code = str(row["ministry_id"])
    quality = site["qualite"].only(edition=site.edition.key, ministry_id=code)
    return MinistryLine(
        ministry_id=code,
        name=short_ministry(code),
        row=row,
        cost=row.cited("known_cost_meur", BARE),
        contributions=tuple(
            (
                rate,
                (shown := row.cited(f"{rate}_contribution_pts", SIGNED_BARE)),
                bar(shown, scale, rate),
                row.cited(f"{rate}_contribution_change_pts", SIGNED_BARE),
            )
            for rate in RATES
        ),
        score=french.UNKNOWN if quality is None else quality.cited("score_pct", SCORE),
    )


def _gone(site: SiteTables, code: str) -> tuple[str, str, Markup]:
    """A ministry without projects: its code, its name, and the last edition at which it had some."""
    rows = site["historique"].where(ministry_id=code).sorted_by(["edition"])
    last = next(reversed(list(rows)), None)
    seen = Markup("jamais porté de projet") if last is None else site.time(str(last["edition"]))
    return code, ministry_label(code), seen


def _none(site: SiteTables, rows: Rows | None) -> Markup:
    """Why a page has no brief."""
    past = None if rows is None else next((row for row in rows if row.number("projects")), None)
    here = edition_time(site.edition.key, site.edition.month_label())
    if past is None:
        return sentence("En {}, ce ministère ne porte aucun grand projet, et aucune édition ne lui en connaît.", here)
    return sentence(
        "En {}, ce ministère ne porte plus de grand projet. En {}, il en portait encore {}.",
        here,
        site.time(str(past["edition"])),
        past.cited("projects"),
    )


def _history(site: SiteTables, rows: Rows) -> Iterator[HistoryLine]:
    names = [f"{rate}_contribution_pts" for rate in RATES]
    scale = scale_of([value for row in rows for name in names if (value := row.number(name)) is not None])
    editions = {edition.key: edition for edition in site.editions}
    for row in rows:
        edition = editions[str(row["edition"])]
        of_month = french.of_month(edition.month_label())
        yield HistoryLine(
            site.time(edition.key),
            brief_name(edition) if row.number("projects") else "",
            sentence("fiche {}", edition_time(edition.key, of_month)),
            row,
            row.cited("known_cost_meur", BARE),
            tuple(
                (
                    rate,
                    (shown := row.cited(f"{rate}_contribution_pts", SIGNED_BARE)),
                    bar(shown, scale, rate),
                    row.cited(f"{rate}_slippage_ratio", SIGNED),
                    row.cited(f"{rate}_n"),
                )
                for rate in RATES
            ),
        )


def _former(site: SiteTables, code: str) -> Iterator[Former]:
    """The projects that it carried at some edition, and does not at the latest."""
    carried = site["historique"].where(ministry_id=code).sorted_by(["edition"])
    last_here = {str(row["project_id"]): row for row in carried}
    for project_id, row in sorted(last_here.items()):
        latest = site.latest[project_id]
        if latest["edition"] == site.edition.key and latest["ministry_id"] == code:
            continue
        is_followed = latest["edition"] == site.edition.key
        moved = "" if latest["ministry_id"] == code else short_ministry(str(latest["ministry_id"]))
        now = f"porté depuis par « {moved} »" if moved else "" if is_followed else "sorti"
        yield Former(project_id, _name(row), site.time(str(row["edition"])), french.typeset(now))


def _name(row: Row) -> Markup:
    return Markup("<span data-text>{}</span>").format(row.text("name"))
