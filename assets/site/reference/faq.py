"""What the critics of the panorama ask, and what the data answers today."""

from collections.abc import Iterator
from dataclasses import dataclass

from markupsafe import Markup

from assets.site.cited import SIGNED, Cited, Row, of_rule, sentence
from assets.site.pages import Page
from assets.site.tables import SiteTables
from warehouse.model import french
from warehouse.projects.opinions import OPINION_THRESHOLD_MEUR


@dataclass(frozen=True)
class Answer:
    """What is asked, and what the data answers; where to read more."""

    anchor: str
    question: str
    told: tuple[Markup, ...]
    address: str = ""
    link: str = ""


def faq_pages(site: SiteTables) -> Iterator[Page]:
    """The questions, each with its answer."""
    answers = tuple(_answers(site))
    yield Page(
        "faq/index.html",
        "reference/faq.html.j2",
        "Questions et critiques",
        "Ce que demandent la Cour des comptes, le Parlement et la presse, et ce que les données répondent.",
        {"answers": answers},
        ("faq", "questions", "Cour des comptes", "Sénat"),
        parts=tuple((one.anchor, french.typeset(one.question)) for one in answers),
    )


def _answers(site: SiteTables) -> Iterator[Answer]:
    row = site.key_figures[site.edition.key]
    yield Answer(
        "sortis",
        "Les projets qui sortent emportent-ils leur dérive ?",
        tuple(_on_leavers(row)),
        "sorties/index.html",
        "Les projets sortis",
    )
    yield Answer(
        "depart",
        "Où sont les chiffres de départ ?",
        tuple(_on_baselines(row)),
        "donnees/index.html",
        "Les données",
    )
    yield Answer(
        "perimetre",
        "Le périmètre et la méthode changent-ils sans le dire ?",
        (
            _on_bridge(row),
            sentence("Une valeur publiée puis corrigée est dite, avec son jour et, où il est public, son motif."),
        ),
        "evolution/index.html",
        "Ce qui fait bouger les taux",
    )
    yield Answer(
        "identifiant",
        "Comment suivre un projet qui change de nom ?",
        (
            sentence(
                "Chaque projet a un identifiant qui ne change jamais, quels que soient son nom et son ministère. "
                "Depuis la première édition, {} ; chacun a sa page.",
                _ever(site).with_word("projet a été suivi", "projets ont été suivis"),
            ),
        ),
        "projets/index.html",
        "Tous les projets",
    )
    yield Answer(
        "saisie",
        "Ces chiffres sont-ils recopiés à la main ?",
        (
            sentence(
                "Non. Chacun est lu dans le fichier du ministère, et le fichier {} dit de quelle cellule il vient : {} "
                "pour cette édition. Sur ce site, chaque chiffre désigne la ligne et la colonne d'où il est tiré.",
                Markup("<code>provenance</code>"),
                site["provenance-{edition}"].count().with_word("ligne"),
            ),
        ),
        "qualite/index.html",
        "La qualité des données",
    )
    yield Answer("retenus", "Un chiffre non publié peut-il être retrouvé ?", (_on_withheld(row),))
    yield Answer(
        "gains",
        "Les gains attendus sont-ils mesurés ?",
        (
            sentence(
                "Non : aucun ministère ne les transmet. Pour un projet terminé, le bilan compare ce qui était promis "
                "et ce qui a été livré, en coût et en délai ; les gains n'y sont pas."
            ),
        ),
    )
    yield Answer(
        "exhaustif",
        "La liste est-elle complète ?",
        (_on_completeness(site),),
        "surveillance/index.html",
        "Les projets à surveiller",
    )
    yield Answer("officiel", "Pourquoi n’est-ce pas toujours le chiffre officiel ?", tuple(_on_official(row)))


def _ever(site: SiteTables) -> Cited:
    count, stem = len(site.histories), site["historique"].stem
    return Cited(count, french.number(count), f"{stem}?#distincts(identifiant_projet)")


def _on_leavers(row: Row) -> Iterator[Markup]:
    yield sentence(
        "Ils cessent de compter dans l'écart moyen affiché : c'est la règle officielle, et le taux peut baisser sans "
        "que rien n'aille mieux. Un autre taux les garde donc tous, à leur dernier écart connu."
    )
    for rate, what in (("budget", "de coût"), ("schedule", "de délai")):
        mean, cohort = row.cited(f"{rate}_mean_ratio"), row.cited(f"{rate}_cohort_ratio")
        if row[f"{rate}_status"] == "given" and cohort.known:
            yield sentence(
                f"Écart {what} : {{}} pour les projets suivis aujourd'hui, {{}} avec tous ceux qui l'ont été.",
                mean,
                cohort,
            )


def _on_baselines(row: Row) -> Iterator[Markup]:
    yield sentence(
        "Ils sont publiés, projet par projet : coût, début et fin de la première référence, et de chaque révision. "
        "Où aucune n'a été déclarée, les premiers chiffres publiés en tiennent lieu, et c'est écrit."
    )
    comparable, stand_ins = row.cited("budget_n_comparable"), row.cited("stand_ins")
    if not comparable.value:
        return
    yield sentence(
        "Sur {} hors cadrage, {} une référence de coût antérieure.",
        comparable.with_word("projet"),
        row.cited("budget_n_referenced").with_word("a", "ont"),
    )
    if stand_ins.value:
        yield sentence("Pour {}, c'est une première publication.", stand_ins.with_word("projet"))


def _on_bridge(row: Row) -> Markup:
    change = row.cited("budget_previous_change_pts", SIGNED)
    if not change.known:
        return sentence(
            "Toute évolution d'un taux est décomposée : ce qu'ont fait les projets suivis, les entrées, les sorties. À "
            "cette édition, aucune ne peut l'être."
        )
    return sentence(
        "Toute évolution d'un taux est décomposée exactement. Celle de l'écart de coût, {}, se partage entre les "
        "projets suivis ({}), les entrées ({}) et les sorties ({}) ; ce qui devient ou cesse d'être comparable fait le "
        "reste.",
        change,
        row.cited("budget_previous_like_for_like_pts", SIGNED),
        row.cited("budget_previous_entry_pts", SIGNED),
        row.cited("budget_previous_exit_pts", SIGNED),
    )


def _on_withheld(row: Row) -> Markup:
    count = row.cited("withheld")
    how_many = (
        sentence("À cette édition, {} des chiffres non publiés.", count.with_word("projet a", "projets ont"))
        if count.value
        else sentence("À cette édition, aucun projet n'a de chiffre non publié.")
    )
    return sentence(
        "{} Aucun total, aucune moyenne ni aucun rang n'en dépend : rien ne se retrouve par différence, et un contrôle "
        "le vérifie avant chaque publication.",
        how_many,
    )


def _on_completeness(site: SiteTables) -> Markup:
    lacking = site["suivi"].count(edition=site.edition.key, rule="no_opinion")
    known = (
        sentence("{} sans avis alors qu'il en faut un", lacking.with_word("projet suivi est", "projets suivis sont"))
        if lacking.value
        else sentence("Aucun projet n'est suivi sans avis alors qu'il en faut un")
    )
    return sentence(
        "Elle est celle que les ministères transmettent. {} (à partir de {}). Elle n'est pas encore rapprochée des "
        "documents budgétaires.",
        known,
        of_rule(f"{OPINION_THRESHOLD_MEUR:g}{french.NBSP}M€"),
    )


def _on_official(row: Row) -> Iterator[Markup]:
    yield sentence(
        "Ce qui a été publié à l'époque est toujours donné à côté, avec sa source, et n'entre jamais dans nos calculs."
    )
    for rate, what in (("budget", "de coût"), ("schedule", "de délai")):
        official, ours = row.cited(f"official_{rate}_mean_ratio"), row.cited(f"{rate}_mean_ratio")
        if official.known:
            calculated = sentence("{} calculé ici", ours) if ours.known else "aucun calculé ici"
            yield sentence(f"Écart {what} : {{}} publié, {{}}.", official, calculated)
