"""The jobs. `semester` makes everything of one edition; `validation` stops once the rows are accepted."""

import dagster as dg

from assets.history import out_movements
from assets.projects import core_projects
from assets.slippage import out_key_figures
from assets.submissions import raw_submissions

semester = dg.define_asset_job(
    "semester",
    selection=dg.AssetSelection.all(),
    description="Une édition de bout en bout : lecture, contrôles, écarts, jeu de données, publication.",
)

validation = dg.define_asset_job(
    "validation",
    selection=dg.AssetSelection.assets(raw_submissions, core_projects, out_movements, out_key_figures),
    description="Lecture et contrôles d'une édition, sans rien publier.",
)
