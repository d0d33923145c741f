"""The tables of what changes: entries and exits, leavers, changes between editions, corrections of an edition."""

from warehouse.model.columns import Theme

table = Theme("warehouse.history").table

OUT_MOVEMENTS = table(
    "out_movements",
    "Entrées et sorties",
    "Une ligne par projet entré, revenu ou sorti depuis l'édition précédente.",
    columns="edition project_id movement name ministry_id previous_edition exit_reason",
    key="edition project_id",
)

OUT_LEAVERS = table(
    "out_leavers",
    "Projets sortis",
    "Une ligne par projet suivi un jour et absent de l'édition, son dernier écart connu figé.",
    columns="""
        edition project_id name ministry_id last_edition exit_reason budget_slippage_ratio budget_known_edition
        schedule_slippage_ratio schedule_known_edition
    """,
    key="edition project_id",
)

OUT_CHANGES = table(
    "out_changes",
    "Changements d'une édition à l'autre",
    "Une ligne par projet et par changement depuis l'édition précédente. Un chiffre non publié n'y figure pas.",
    columns="edition previous_edition project_id name change before after difference",
    key="edition project_id change",
)

CORE_CORRECTIONS = table(
    "core_corrections",
    "Corrections d'une édition",
    "Une ligne par valeur qui diffère entre deux versions successives d'une même édition.",
    columns="edition version project_id field name before after known_on changed_by reason",
    key="edition version project_id field",
)
