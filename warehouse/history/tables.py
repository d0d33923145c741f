"""The tables of what changes: entries and exits, leavers, changes between editions, corrections of an edition."""

from dataclasses import replace

from warehouse.home.register_tables import VERSIONS
from warehouse.model.columns import EDITION, MINISTRY_ID, NAME, PROJECT_ID
from warehouse.model.schema import Column, Table
from warehouse.slippage.tables import PREVIOUS_EDITION_REQUIRED

EXIT_REASON = Column(
    "exit_reason",
    "motif_sortie",
    "Motif de sortie",
    "string",
    "Pourquoi le projet ne figure plus : motif du registre des sorties, ou « Terminé » pour un projet qui l'était à "
    "sa dernière édition ; vide tant qu'aucun n'est donné.",
    vocabulary="exit_reasons",
)
LAST_EDITION = replace(
    EDITION,
    name="last_edition",
    published="derniere_edition",
    title="Dernière édition",
    description="Dernière édition où le projet figure.",
)

OUT_MOVEMENTS = Table(
    "out_movements",
    "Entrées et sorties",
    "Une ligne par projet entré, revenu ou sorti depuis l'édition précédente.",
    (
        EDITION,
        PROJECT_ID,
        Column(
            "movement",
            "mouvement",
            "Mouvement",
            "string",
            "Entrée d'un projet jamais vu, retour d'un projet déjà suivi, ou sortie.",
            required=True,
            vocabulary="movements",
        ),
        NAME,
        MINISTRY_ID,
        PREVIOUS_EDITION_REQUIRED,
        EXIT_REASON,
    ),
    ("edition", "project_id"),
)


def _frozen(rate: str, french: str, label: str) -> tuple[Column, ...]:
    return (
        Column(
            f"{rate}_slippage_ratio",
            f"taux_ecart_{french}",
            f"Dernier taux d'{label} connu",
            "number",
            "Par rapport à la première référence ; vide s'il n'a jamais été connu.",
            unit="rapport",
            minimum=-1,
        ),
        replace(
            EDITION,
            name=f"{rate}_known_edition",
            published=f"edition_ecart_{french}",
            title=f"Édition de l'{label}",
            description="Dernière édition où cet écart était connu.",
            required=False,
        ),
    )


OUT_LEAVERS = Table(
    "out_leavers",
    "Projets sortis",
    "Une ligne par projet suivi un jour et absent de l'édition, son dernier écart connu figé.",
    (
        EDITION,
        PROJECT_ID,
        NAME,
        MINISTRY_ID,
        LAST_EDITION,
        EXIT_REASON,
        *_frozen("budget", "budgetaire", "écart budgétaire"),
        *_frozen("schedule", "calendaire", "écart calendaire"),
    ),
    ("edition", "project_id"),
)

OUT_CHANGES = Table(
    "out_changes",
    "Changements d'une édition à l'autre",
    "Une ligne par projet et par changement depuis l'édition précédente. Un chiffre non publié n'y figure pas.",
    (
        EDITION,
        PREVIOUS_EDITION_REQUIRED,
        PROJECT_ID,
        NAME,
        Column("change", "changement", "Changement", "string", "Ce qui a changé.", required=True, vocabulary="changes"),
        Column("before", "avant", "Avant", "string", "Valeur à l'édition précédente."),
        Column("after", "apres", "Après", "string", "Valeur à cette édition ; pour une sortie, son motif."),
        Column(
            "difference",
            "difference",
            "Différence",
            "number",
            "Après − avant, pour un coût (M€ TTC) ou des mois ; vide pour le reste.",
            unit="M€ TTC ou mois",
        ),
    ),
    ("edition", "project_id", "change"),
)

CORE_CORRECTIONS = Table(
    "core_corrections",
    "Corrections d'une édition",
    "Une ligne par valeur qui diffère entre deux versions successives d'une même édition.",
    (
        EDITION,
        VERSIONS.column("version"),
        PROJECT_ID,
        Column(
            "field",
            "champ",
            "Champ",
            "string",
            "Colonne corrigée, ou « project » pour une ligne entière.",
            required=True,
        ),
        NAME,
        Column("before", "avant", "Avant", "string", "Valeur dans la version précédente."),
        Column("after", "apres", "Après", "string", "Valeur dans cette version."),
        VERSIONS.column("known_on"),
        VERSIONS.column("changed_by"),
        VERSIONS.column("reason"),
    ),
    ("edition", "version", "project_id", "field"),
)
