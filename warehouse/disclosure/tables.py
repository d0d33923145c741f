"""The table of what was done so that no withheld figure can be computed from what is published."""

from warehouse.model.columns import Theme

table = Theme("warehouse.disclosure").table

OUT_DISCLOSURE = table(
    "out_disclosure",
    "Protection des chiffres non publiés",
    "Une ligne par chiffre non publié et par agrégat non publié pour le protéger : ce qui a été fait, et pourquoi.",
    columns="edition item project_id quantity aggregate action reason",
    key="edition item",
    caveats=(
        "Médianes, centiles, parts, intervalles, périmètres constant et cohorte : toujours hors chiffres non publiés.",
    ),
)
