"""Fictitious customers, one or more on each step of the ladder, lowest step first.

What a customer is there to show stands above it.
"""

from .records import Bill, Customer

CUSTOMERS = (
    # Due soon: today's run prepares the courtesy e-mail.
    Customer(
        "galerie",
        "Galerie Rive Claire",
        "31 quai des Peintres, 69005 Lyon",
        bills=(
            Bill(-5, 1840, "Rails d'éclairage muséographique"),
            Bill(42, 960, "Spots orientables", paid=44),
        ),
    ),
    # Due in two days: the courtesy e-mail has left, nothing is late.
    Customer(
        "fontaines",
        "Hôtel des Quatre Fontaines",
        "4 place des Fontaines, 74000 Annecy",
        bills=(
            Bill(-2, 3275, "Appliques de chambre, 25 pièces"),
            Bill(33, 2140, "Lampadaires du salon", paid=36),
            Bill(64, 1590, "Suspensions du bar", paid=62),
        ),
    ),
    # Late since yesterday: nothing has left yet.
    Customer(
        "fournil",
        "Boulangerie Le Fournil Doré",
        "8 rue du Levain, 69003 Lyon",
        bills=(
            Bill(1, 486, "Suspensions de vitrine"),
            Bill(29, 312, "Ampoules à filament", paid=21),
        ),
    ),
    # Three days late: today's run prepares the first reminder, to the invoice contact.
    Customer(
        "architectes",
        "Cabinet d'architecture Morvan et Filles",
        "22 rue des Épures, 38000 Grenoble",
        bills=(
            Bill(3, 2890, "Luminaires sur mesure, maison témoin"),
            Bill(58, 1420, "Prototype de suspension", paid=57),
        ),
        invoice_contact="Nadège Morvan",
    ),
    # First reminder sent, and the customer has time to react.
    Customer(
        "librairie",
        "Librairie Les Pages Bleues",
        "17 rue des Feuillets, 42000 Saint-Étienne",
        bills=(
            Bill(7, 742, "Lampes de lecture"),
            Bill(-24, 228, "Lampes de lecture, complément"),
        ),
    ),
    # A call to make: planned today or in the last two days.
    Customer(
        "passage",
        "Restaurant Le Passage Gourmand",
        "5 passage des Cordeliers, 69001 Lyon",
        bills=(
            Bill(10, 1268, "Suspensions de la salle"),
            Bill(47, 655, "Lampes de table", paid=40),
        ),
    ),
    # Called, and waiting for the second reminder; the person in charge is known.
    Customer(
        "belvedere",
        "Agence immobilière du Belvédère",
        "60 cours des Platanes, 01000 Bourg-en-Bresse",
        bills=(
            Bill(14, 934, "Enseigne lumineuse"),
            Bill(45, 388, "Dépannage de l'enseigne", paid=38),
        ),
        dunning_contact="Samira Delorme",
    ),
    # Second reminder: the e-mail has left, its letter is printed and to be posted.
    Customer(
        "chastaing",
        "Menuiserie Chastaing",
        "Zone artisanale des Scieries, 42600 Montbrison",
        bills=(
            Bill(21, 1756, "Éclairage d'atelier"),
            Bill(-9, 410, "Réglettes de rechange"),
        ),
    ),
    # The same, but it paid this morning: its printed letter is to be pulled.
    Customer(
        "vitrail",
        "Atelier du Vitrail d'Ainay",
        "9 rue des Maîtres-Verriers, 69002 Lyon",
        bills=(
            Bill(21, 1120, "Tables lumineuses"),
            Bill(52, 845, "Tables lumineuses, acompte", paid=46),
        ),
    ),
    # A public body: last notice sent, the date it names has not come yet.
    Customer(
        "commune",
        "Commune de Saint-Aubin-les-Vignes",
        "1 place de la Mairie, 69999 Saint-Aubin-les-Vignes",
        bills=(
            Bill(37, 5480, "Éclairage de la salle des fêtes"),
            Bill(66, 1330, "Étude d'éclairage", paid=47),
        ),
        kind="public",
        invoice_contact="Service comptabilité",
    ),
    # Formal notices that wait for the credit manager's approval: three of them.
    Customer(
        "perrache",
        "Électricité Perrache Services",
        "110 avenue du Tunnel, 69002 Lyon",
        bills=(
            Bill(55, 4350, "Luminaires de chantier"),
            Bill(20, 980, "Projecteurs"),
        ),
    ),
    Customer(
        "agencement",
        "Agencement Beaulieu et Fils",
        "3 impasse du Rabot, 71000 Mâcon",
        bills=(Bill(56, 2215, "Éclairage de magasins"),),
    ),
    Customer(
        "salon",
        "Salon de coiffure Mèche et Lumière",
        "27 rue des Peignes, 26000 Valence",
        bills=(Bill(57, 796, "Miroirs éclairés"),),
        invoice_contact="Inès Tavernier",
    ),
    # The deadline of a formal notice is running; a newer invoice waits for it.
    Customer(
        "loisirs",
        "Loisirs et Spectacles du Rhône",
        "200 chemin des Tréteaux, 69120 Vaulx-en-Velin",
        bills=(
            Bill(56, 6890, "Projecteurs de scène"),
            Bill(6, 1190, "Filtres et gélatines"),
        ),
        dunning_contact="Bastien Roumégoux",
    ),
    # The deadline has passed: a decision is on the credit manager's desk.
    Customer(
        "decors",
        "Décors Lumière Événements",
        "46 rue des Coulisses, 69100 Villeurbanne",
        bills=(
            Bill(76, 7420, "Location de guirlandes, saison"),
            Bill(70, 1260, "Montage et démontage"),
        ),
    ),
)
