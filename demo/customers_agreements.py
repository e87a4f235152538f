"""Fictitious customers who agreed to something: promises, a payment plan, an offer.

What a customer is there to show stands above it; when it happened is in
``agreements.py``.
"""

from .records import Bill, Customer

CUSTOMERS = (
    # A promise that was kept; the next invoice is late, and starts anew.
    Customer(
        "papeterie",
        "Papeterie du Vieux Pont",
        "11 rue du Vieux Pont, 42300 Roanne",
        bills=(
            Bill(30, 1180, "Lampes d'étude", paid=14),
            Bill(4, 365, "Lampes d'étude, complément"),
        ),
        dunning_contact="Mathilde Rey",
    ),
    # A promise for the days to come: its invoice waits.
    Customer(
        "fromagerie",
        "Fromagerie des Hauts Plateaux",
        "2 chemin de l'Alpage, 73270 Beaufort",
        bills=(Bill(17, 1045, "Éclairage de la cave d'affinage"),),
        dunning_contact="Étienne Collomb",
    ),
    # A payment plan runs: one instalment is paid, the next is near.
    Customer(
        "carrelages",
        "Carrelages Faure et Associés",
        "75 avenue des Potiers, 38160 Saint-Marcellin",
        bills=(Bill(66, 4500, "Éclairage de la salle d'exposition"),),
        dunning_contact="Laurence Faure",
    ),
    # An offer was sent: a discount if everything is paid within days.
    Customer(
        "caveau",
        "Le Caveau des Dix Cépages",
        "40 rue des Vendangeurs, 69400 Villefranche-sur-Saône",
        bills=(Bill(41, 2360, "Suspensions de la salle de dégustation"),),
        dunning_contact="Gaspard Thévenet",
    ),
)
