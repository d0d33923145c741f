"""The jobs: `semester` makes all of one edition, `validation` stops once the rows are accepted, `export` publishes.

Publishing is a job of its own: making an edition never sends anything anywhere.
"""

import dagster as dg

from assets.collection.receiving import out_collection
from assets.data_gouv_export import data_gouv_export
from assets.history import out_movements
from assets.projects import core_projects
from assets.slippage import out_key_figures
from assets.submissions import raw_submissions

semester = dg.define_asset_job(
    "semester",
    selection=dg.AssetSelection.all() - dg.AssetSelection.assets(data_gouv_export),
    description="Une édition de bout en bout : lecture, contrôles, écarts, jeu de données, publication.",
)

validation = dg.define_asset_job(
    "validation",
    selection=dg.AssetSelection.assets(raw_submissions, core_projects, out_collection, out_movements, out_key_figures),
    description="Lecture et contrôles d'une édition, sans rien publier.",
)

export = dg.define_asset_job(
    "export",
    selection=dg.AssetSelection.assets(data_gouv_export),
    description="Publication sur data.gouv.fr des fichiers qu'une personne a approuvés, si panorama.toml le demande.",
)
