"""How the score of the data that was sent is made, in French."""

from warehouse.model import french
from warehouse.quality.scores import parameters
from warehouse.quality.tables import COMPONENTS


def method() -> dict[str, str]:
    """The formula, by term, with the numbers of the published file."""
    known = {name: f"{one.value:g}".replace(".", ",") for name, one in parameters().items()}
    weights = french.listed(
        [f"{column.title.lower()} {french.percent(parameters()[name].value, 0)}" for name, column in COMPONENTS.items()]
    )
    return {
        "Score de qualité": f"moyenne pondérée des composantes connues, sur 100 : {weights}. Une composante inconnue "
        "n'est jamais comptée pour zéro, son poids est réparti sur les autres ; il en faut au moins "
        f"{known['minimum_components']} pour un score. Celui d'un ministère se calcule sur les moyennes de ses "
        "projets. Un chiffre non publié n'est ni dû, ni comparé, ni contrôlé : aucun score n'en dépend.",
        "Complétude": "champs donnés ÷ champs dus. Sont dus ceux du format transmis ; ni coût ni fin en cadrage ; "
        "l'avis de la DINUM à partir de 9 M€ ; le motif d'un écart dès qu'il y en a un ; un chiffre non publié est "
        "excusé s'il a un motif.",
        "Cohérence": f"1, moins {known['error_penalty']} par erreur et {known['warning_penalty']} par alerte de la "
        "ligne, chaque règle comptée une fois ; au moins 0. Les règles sur une valeur absente ou un fait qui change "
        "comptent dans les autres composantes.",
        "Stabilité": "faits inchangés ÷ faits connus aux deux éditions : identifiant, nom, ministère, caractère "
        "interministériel, début, coût initial, fin initiale. Une révision datée excuse les trois derniers, un décret "
        "le changement de ministère.",
        "Ponctualité": "1 pour un premier envoi reçu au plus tard à la date limite, puis en proportion jusqu'à 0 à "
        f"{known['late_days']} jours de retard. Corriger un fichier n'est pas être en retard.",
        "Évolution du score": "différence avec l'édition précédente, sur les seules composantes connues aux deux ; "
        f"stable en deçà de {known['stable_pts']} point.",
    }
