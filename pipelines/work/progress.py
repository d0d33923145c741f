"""What a person sees of a run: one line for each step begun and each check that has something to say."""

import logging
from collections.abc import Callable

import dagster as dg
from dagster import DagsterEvent, DagsterEventType

Progress = Callable[[str], None]

STEPS = {
    "submissions": "lecture des fichiers reçus",
    "acceptance": "contrôle des lignes",
    "projects": "projets et identifiants",
    "continuity": "contrôle de la suite des éditions",
    "slippage": "écarts par projet, passages, causes et cibles",
    "history": "entrées, sorties et changements",
    "headline": "chiffres clés et écarts par groupe",
    "agreement": "contrôle des chiffres",
    "follow_up": "listes de suivi, fiches, bilans et cotation",
    "forecast": "prévisions à l'achèvement",
    "quality": "collecte et qualité des données",
    "archive": "versions et corrections",
    "open_dataset": "jeu de données",
    "release": "contrôle du jeu de données",
    "publication": "rapport et fiches",
    "site": "site",
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
