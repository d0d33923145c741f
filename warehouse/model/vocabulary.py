"""The closed lists: codes used in code, French labels published, aliases met in submissions.

Ministries are facts with dates and live in `data/ministries.csv`; the short lists are written here.
"""

from dataclasses import dataclass

from warehouse.model.shipped import shipped_rows
from warehouse.model.terms import Term, Vocabulary


@dataclass(frozen=True)
class CostBand:
    """A published cost band; `lower_meur` is inclusive, `upper_meur` exclusive."""

    code: str
    label: str
    lower_meur: float
    upper_meur: float
    aliases: tuple[str, ...] = ()


# The bands of the published editions: lower bound inclusive, so 9 M€ is in 9-20 (the threshold of the opinion).
COST_BANDS = (
    CostBand("under_5", "moins de 5 M€", 0, 5, ("< 5 M€", "inférieur à 5 M€", "moins de 5M€")),
    CostBand("5_to_9", "entre 5 et 9 M€", 5, 9, ("5 à 9 M€",)),
    CostBand("9_to_20", "entre 9 et 20 M€", 9, 20, ("9 à 20 M€",)),
    CostBand("20_to_100", "entre 20 et 100 M€", 20, 100, ("20 à 100 M€",)),
    CostBand("over_100", "plus de 100 M€", 100, float("inf"), ("> 100 M€", "supérieur à 100 M€")),
)

PHASES = Vocabulary(
    "phases",
    (
        Term("scoping", "Cadrage", ("En cadrage", "Phase de cadrage")),
        Term(
            "build",
            "Conception / Réalisation",
            ("Conception", "Réalisation", "Conception et réalisation", "Conception - Réalisation"),
        ),
        Term("pilot", "Expérimentation", ("Expérimentation / Pilote", "Pilote")),
        Term("rollout", "Déploiement", ("En déploiement", "Généralisation")),
        Term("completed", "Terminé", ("Terminée", "Achevé", "Clos", "Clôturé")),
    ),
)

BASELINE_SOURCES = Vocabulary(
    "baseline_sources",
    (
        Term("declared", "déclarée"),
        Term("first_publication", "première publication"),
        Term("none", "aucune"),
    ),
)

SLIPPAGE_STATUSES = Vocabulary(
    "slippage_statuses",
    (
        Term("known", "connu"),
        Term("withheld", "non publié"),
        Term("not_comparable", "non comparable"),
        Term("missing", "manquant"),
    ),
)

DEVIATION_REASONS = Vocabulary(
    "deviation_reasons",
    (
        Term("scope", "Évolution du périmètre", ("périmètre",)),
        Term("procurement", "Achat ou marché", ("marché", "achat", "commande publique")),
        Term("technical", "Difficulté technique", ("technique",)),
        Term("staffing", "Ressources humaines", ("RH", "effectifs")),
        Term("regulation", "Évolution réglementaire", ("réglementation", "réglementaire")),
        Term("dependency", "Dépendance à un autre projet", ("dépendance",)),
        Term("price_revision", "Révision des prix", ("prix",)),
        Term("planning", "Replanification", ("planning", "calendrier")),
        Term("none", "Aucun écart", ("aucun", "sans objet")),
        Term("other", "Autre", ("autre motif",)),
    ),
)

OPINIONS = Vocabulary(
    "opinions",
    (
        Term("favourable", "Favorable", ("avis favorable",)),
        Term("with_reservations", "Favorable avec réserves", ("réservé", "avis réservé")),
        Term("unfavourable", "Défavorable", ("avis défavorable",)),
        Term("tacit", "Tacite", ("réputé favorable",)),
        Term("not_requested", "Non saisi", ("pas d'avis", "aucun avis")),
        Term("not_applicable", "Sans objet", ("non concerné",)),
    ),
)

# A deviation without a declared reason is shown as such, never spread over the others.
CAUSES = Vocabulary("causes", (*DEVIATION_REASONS.terms, Term("unexplained", "Non expliqué")))

CAUSE_REFERENCES = Vocabulary(
    "cause_references",
    (Term("first_baseline", "Première référence"), Term("previous_edition", "Édition précédente")),
)

# Why a project is followed closely (domain facts: what the followers of the panorama do with it).
WATCH_RULES = Vocabulary(
    "watch_rules",
    (
        Term("drift", "En dérive, candidat à une mission de sécurisation"),
        Term("overdue", "Fin prévue déjà passée"),
        Term("closing", "En cours de clôture"),
        Term("recurrent", "Dérive récurrente"),
        Term("entrant", "Nouvel entrant"),
        Term("trajectory_review", "Trajectoire révisée"),
        Term("no_opinion", "Sans avis à partir de 9 M€"),
    ),
)

RATINGS = Vocabulary("ratings", (Term("green", "Vert"), Term("amber", "Orange"), Term("red", "Rouge")))

WITHHELD_REASONS = Vocabulary(
    "withheld_reasons",
    (
        Term("open_tender", "Appel d'offres en cours", ("en cours d'appel d'offres", "appel d'offres")),
        Term("trajectory_review", "Trajectoire en cours de révision", ("révision de trajectoire",)),
        Term("defence_secrecy", "Secret protégé par la loi", ("secret de la défense nationale",)),
        Term("unspecified", "Motif non précisé", ("non précisé",)),
    ),
)

MOVEMENTS = Vocabulary("movements", (Term("entry", "Entrée"), Term("return", "Retour"), Term("exit", "Sortie")))

# What a slippage is counted from, one row each in the open data.
SLIPPAGE_REFERENCES = Vocabulary(
    "slippage_references",
    (
        Term("first_baseline", "Première référence"),
        Term("current_baseline", "Référence en vigueur"),
        Term("previous_edition", "Édition précédente"),
        Term("first_baseline_corrected", "Première référence, fin dépassée comptée jusqu'à l'édition"),
    ),
)

EXIT_REASONS = Vocabulary(
    "exit_reasons",
    (
        Term("completed", "Terminé", ("achevé", "clos")),
        Term("abandoned", "Abandonné", ("arrêté",)),
        Term("merged", "Fusionné", ("fusion",)),
        Term("split", "Scindé", ("scission",)),
        Term("out_of_scope", "Sorti du périmètre", ("hors périmètre",)),
        Term("not_submitted", "Non transmis", ("non communiqué",)),
    ),
)

# How a row came by its id: given by the ministry, certain enough to be taken, not certain enough, or new.
LINK_DECISIONS = Vocabulary(
    "link_decisions",
    (
        Term("declared", "Déclaré"),
        Term("certain", "Certain"),
        Term("doubtful", "Douteux"),
        Term("new", "Nouveau"),
    ),
)

SUBMISSION_STATUSES = Vocabulary(
    "submission_statuses",
    (
        Term("read", "Lu"),
        Term("nil", "Néant"),
        Term("quarantined", "Écarté"),
    ),
)

# How the quality of the data moved since the previous edition.
QUALITY_TRENDS = Vocabulary(
    "quality_trends",
    (
        Term("improving", "en hausse"),
        Term("stable", "stable"),
        Term("worsening", "en baisse"),
        Term("new", "nouveau"),
    ),
)

# Where a ministry stands in the collection of an edition.
COLLECTION_STATUSES = Vocabulary(
    "collection_statuses",
    (
        Term("received", "Reçu"),
        Term("nil", "Néant"),
        Term("quarantined", "Écarté"),
        Term("missing", "Attendu"),
    ),
)

# What an operator makes of a rule.
RULE_GRADES = Vocabulary(
    "rule_grades",
    (
        Term("error", "Erreur"),
        Term("warning", "Alerte"),
        Term("notice", "Information"),
        Term("off", "Suspendue"),
    ),
)

# What a person decides of an identity: two ids are one project, an id is two projects, a doubtful one is its own.
IDENTITY_DECISIONS = Vocabulary(
    "identity_decisions",
    (
        Term("same", "Même projet"),
        Term("split", "Projets distincts"),
        Term("own", "Projet à part entière"),
    ),
)

LINEAGE_EVENTS = Vocabulary(
    "lineage_events",
    (
        Term("succession", "Prend la suite"),
        Term("split", "Issu d'une scission"),
        Term("merge", "Fusionné dans"),
    ),
)

# The five axes of the opinion (domain facts).
OPINION_AXES = Vocabulary(
    "opinion_axes",
    (
        Term("strategy", "Stratégie"),
        Term("finance", "Finances"),
        Term("governance", "Gouvernance"),
        Term("delivery", "Réalisation"),
        Term("planning", "Planification"),
    ),
)

MISSION_EVENTS = Vocabulary("mission_events", (Term("opened", "Ouverte"), Term("closed", "Close")))

CHANGES = Vocabulary(
    "changes",
    (
        Term("added", "Entrée"),
        Term("returned", "Retour"),
        Term("left", "Sortie"),
        Term("renamed", "Nom"),
        Term("moved_ministry", "Ministère"),
        Term("phase", "Phase"),
        Term("cost", "Coût actualisé"),
        Term("start", "Début"),
        Term("end", "Fin actualisée"),
        Term("duration", "Durée actualisée"),
        Term("initial_cost", "Coût initial"),
        Term("initial_end", "Fin initiale"),
        Term("rebaselined", "Révision de trajectoire"),
        Term("withheld", "Chiffres non publiés"),
        Term("published_again", "Chiffres de nouveau publiés"),
    ),
)

# The changes that say who is followed, and under which name: codes of `CHANGES`, labels for open data.
MOVEMENT_KINDS = Vocabulary(
    "movement_kinds",
    (
        Term("added", "Entrée"),
        Term("returned", "Retour"),
        Term("left", "Sortie"),
        Term("renamed", "Changement de nom"),
        Term("moved_ministry", "Changement de ministère"),
    ),
)

DIMENSIONS = Vocabulary(
    "dimensions",
    (
        Term("portfolio", "Ensemble"),
        Term("ministry", "Ministère"),
        Term("phase", "Phase"),
        Term("cost_band", "Tranche de coût"),
        Term("zone", "Zone fonctionnelle"),
        Term("start_year", "Année de début"),
    ),
)

# In the order a waterfall tells them.
BRIDGE_COMPONENTS = Vocabulary(
    "bridge_components",
    (
        Term("past_correction", "Corrections du passé"),
        Term("method_change", "Changement de méthode"),
        Term("like_for_like", "Projets suivis"),
        Term("entry", "Entrées"),
        Term("exit", "Sorties"),
        Term("became_comparable", "Devenus comparables"),
        Term("ceased_comparable", "Plus comparables"),
    ),
)

PERIMETERS = Vocabulary(
    "perimeters", (Term("published", "Publié"), Term("constant", "Constant"), Term("cohort", "Cohorte"))
)

RATES = Vocabulary("rates", (Term("budget", "Écart budgétaire"), Term("schedule", "Écart calendaire")))

DISCLOSURE_QUANTITIES = Vocabulary(
    "disclosure_quantities",
    (
        Term("initial_cost", "Coût initial"),
        Term("updated_cost", "Coût actualisé"),
        Term("initial_duration", "Durée initiale"),
        Term("updated_duration", "Durée actualisée"),
        Term("budget_ratio", "Taux d'écart budgétaire"),
        Term("schedule_ratio", "Taux d'écart calendaire"),
    ),
)

DISCLOSURE_ACTIONS = Vocabulary(
    "disclosure_actions",
    (
        Term("excluded", "Exclu"),
        Term("included", "Compté"),
        Term("suppressed", "Supprimé"),
        Term("none", "Aucune"),
    ),
)

METHODS = Vocabulary(
    "methods",
    (
        Term("mean_of_ratios", "Moyenne des écarts"),
        Term("ratio_of_sums", "Écart de la somme"),
        Term("cost_weighted_mean", "Moyenne pondérée par le coût initial"),
        Term("median", "Médiane"),
        Term("p80", "80e centile"),
        Term("share_above_target", "Part des projets au-dessus de la cible"),
    ),
)


FORECAST_STATUSES = Vocabulary(
    "forecast_statuses",
    (
        Term("forecast", "prévu"),
        Term("withheld", "non publié"),
        Term("scoping", "en cadrage"),
        Term("completed", "terminé"),
        Term("missing", "manquant"),
        Term("insufficient_history", "historique insuffisant"),
    ),
)

FORECAST_HORIZONS = Vocabulary(
    "forecast_horizons",
    (
        Term("next", "édition suivante"),
        Term("one_year", "un an ou plus"),
        Term("completion", "achèvement"),
    ),
)

SKILL_VERDICTS = Vocabulary(
    "skill_verdicts",
    (
        Term("added_value", "avec valeur ajoutée"),
        Term("uncertain", "incertaine"),
        Term("no_added_value", "sans valeur ajoutée"),
        Term("insufficient", "insuffisant"),
    ),
)


def _ministries() -> Vocabulary:
    published: dict[str, str] = {}
    spellings: dict[str, dict[str, None]] = {}
    for row in shipped_rows("warehouse.model", "data/ministries.csv"):
        published.setdefault(row["ministry_id"], row["published_label"])
        # A label that comes back under a later government has several lines, and is one spelling.
        spellings.setdefault(row["ministry_id"], {}).update(dict.fromkeys(filter(None, (row["label"], row["code"]))))
    return Vocabulary("ministries", tuple(Term(code, published[code], tuple(spellings[code])) for code in published))


COST_BAND_VOCABULARY = Vocabulary("cost_bands", tuple(Term(b.code, b.label, b.aliases) for b in COST_BANDS))
MINISTRIES = _ministries()

VOCABULARIES: dict[str, Vocabulary] = {
    vocabulary.name: vocabulary
    for vocabulary in (
        PHASES,
        BASELINE_SOURCES,
        SLIPPAGE_STATUSES,
        DEVIATION_REASONS,
        CAUSES,
        CAUSE_REFERENCES,
        WATCH_RULES,
        RATINGS,
        OPINIONS,
        WITHHELD_REASONS,
        MOVEMENTS,
        SLIPPAGE_REFERENCES,
        EXIT_REASONS,
        LINK_DECISIONS,
        SUBMISSION_STATUSES,
        COLLECTION_STATUSES,
        QUALITY_TRENDS,
        RULE_GRADES,
        IDENTITY_DECISIONS,
        LINEAGE_EVENTS,
        OPINION_AXES,
        MISSION_EVENTS,
        CHANGES,
        MOVEMENT_KINDS,
        DIMENSIONS,
        PERIMETERS,
        BRIDGE_COMPONENTS,
        RATES,
        METHODS,
        DISCLOSURE_QUANTITIES,
        DISCLOSURE_ACTIONS,
        FORECAST_STATUSES,
        FORECAST_HORIZONS,
        SKILL_VERDICTS,
        COST_BAND_VOCABULARY,
        MINISTRIES,
    )
}

# What a ministry answers when a project does not deviate, in the list of reasons.
NO_DEVIATION = "none"
