"""What a person sees of a run: one line for each step begun and each check that has something to say."""

import logging
from collections.abc import Callable

import dagster as dg
from dagster import DagsterEvent, DagsterEventType

Progress = Callable[[str], None]

STEPS = {
    "raw_submissions": "lecture des fichiers reçus",
    "core_projects": "projets et identifiants",
    "out_collection": "état de la collecte",
    "out_slippage_projects": "écarts par projet",
    "out_slippage_groups": "écarts par ministère et de l'ensemble",
    "out_movements": "entrées et sorties",
    "out_key_figures": "chiffres clés",
    "out_bridge": "passage d'une édition à l'autre",
    "out_causes": "causes des écarts",
    "out_watchlist": "listes de suivi",
    "out_ministry_brief": "fiches des ministères",
    "out_targets": "cibles",
    "out_target_projects": "part de chaque projet dans la cible",
    "out_retrospective": "bilans",
    "out_scorecard": "cotation",
    "out_project_quality": "qualité des données par projet",
    "out_ministry_quality": "qualité des données par ministère",
    "out_forecast": "prévisions à l'achèvement",
    "out_forecast_backtest": "épreuve des prévisions",
    "out_disclosure": "protection des chiffres non publiés",
    "out_changes": "changements depuis l'édition précédente",
    "out_leavers": "projets sortis",
    "core_corrections": "versions et corrections",
    "open_dataset": "jeu de données",
    "publication": "page et PDF",
    "warehouse_database": "base de données",
    "data_gouv_export": "export vers data.gouv.fr",
}


class _StepHandler(logging.Handler):
    def __init__(self, progress: Progress) -> None:
        super().__init__()
        self._progress = progress

    def emit(self, record: logging.LogRecord) -> None:
        """Turn Dagster's events into lines; its other messages stay in the instance."""
        event = getattr(record, "dagster_meta", {}).get("dagster_event")
        line = line_of(event) if event is not None else None
        if line is not None:
            self._progress(line)


def line_of(event: DagsterEvent) -> str | None:
    """What to say of an event; None for most."""
    if event.event_type is DagsterEventType.STEP_START:
        return STEPS.get(event.step_key or "")
    if event.event_type is DagsterEventType.ASSET_CHECK_EVALUATION:
        evaluation = event.asset_check_evaluation_data
        if not evaluation.passed:
            kind = "erreurs" if evaluation.severity is dg.AssetCheckSeverity.ERROR else "alertes"
            return f"contrôle {evaluation.check_name} : {kind}"
    return None


def progress_logger(progress: Progress) -> dg.LoggerDefinition:
    """A Dagster logger that calls `progress` with a line in French for what happens."""

    def build(_: dg.InitLoggerContext) -> logging.Logger:
        logger = logging.Logger("panorama", level=logging.DEBUG)  # noqa: LOG001  # private to one run
        logger.addHandler(_StepHandler(progress))
        return logger

    return dg.LoggerDefinition(build, description="Une ligne par étape.")
