"""Fictitious customers for whom something is out of the ordinary.

What a customer is there to show stands above it. What happens to them besides invoices
and payments is in ``history.py``.
"""

from .records import Bill, Customer

CUSTOMERS = (
    # No e-mail address: the first reminder has failed, a task asks to mend it.
    Customer(
        "verre",
        "Verre Ancien de la Combe",
        "La Combe, 07000 Privas",
        bills=(Bill(6, 564, "Globes de verre soufflé"),),
        has_email=False,
    ),
    # A consumer without a postal address: the letter has failed, not the e-mail.
    Customer(
        "garnier",
        "Odile Garnier",
        bills=(Bill(21, 289, "Lampadaire Aurore"),),
        kind="consumer",
    ),
    # Another consumer, at the first reminder; on hold since yesterday.
    Customer(
        "peyrac",
        "Julien Peyrac",
        "12 montée des Carmes, 69005 Lyon",
        bills=(Bill(12, 178, "Lampe de chevet Luciole"),),
        kind="consumer",
    ),
    # To reconcile: a credit note covers the debt.
    Customer(
        "brasserie",
        "Brasserie de l'Écluse",
        "2 quai de l'Écluse, 71100 Chalon-sur-Saône",
        bills=(
            Bill(12, 640, "Guirlandes de terrasse"),
            Bill(49, 1105, "Lampes d'appoint", paid=45),
        ),
    ),
    # Contests a part after the call: that part waits, the rest is reminded of.
    Customer(
        "kaolin",
        "Studio Kaolin Céramique",
        "15 rue du Four, 26100 Romans-sur-Isère",
        bills=(Bill(24, 1385, "Pieds de lampe en série"),),
    ),
    # To reconcile: a cheque is prepared, and counts before it is at the bank.
    Customer(
        "tilleuls",
        "Pharmacie des Tilleuls",
        "33 allée des Tilleuls, 73000 Chambéry",
        bills=(
            Bill(9, 870, "Croix lumineuse, entretien"),
            Bill(39, 870, "Croix lumineuse, entretien", paid=30),
        ),
    ),
    # In reorganisation: earlier invoices are frozen, the claim is to be declared.
    Customer(
        "menuiserie",
        "Menuiserie Bois & Lumière",
        "27 rue des Copeaux, 69800 Saint-Priest",
        bills=(
            Bill(41, 3260, "Luminaires encastrés, salle d'exposition"),
            Bill(18, 890, "Ruban à diodes"),
        ),
    ),
    # Excluded from follow-up after the first reminder.
    Customer(
        "clinique",
        "Clinique du Parc Fleuri",
        "Avenue du Parc, 69130 Écully",
        bills=(
            Bill(27, 2480, "Veilleuses de chambre"),
            Bill(61, 1940, "Éclairage de secours", paid=52),
        ),
        invoice_contact="Service fournisseurs",
    ),
    # Three instalments: each climbs on its own.
    Customer(
        "domaine",
        "Domaine de la Combe aux Fées",
        "Chemin des Restanques, 26600 Tain-l'Hermitage",
        bills=(Bill(-25, 6300, "Mise en lumière du chai"),),
        instalments=True,
    ),
    # Two currencies, two totals, in English.
    Customer(
        "thornbury",
        "Thornbury Lighting Ltd",
        "18 Lantern Yard, BS35 Thornbury",
        bills=(
            Bill(34, 2600, "Handmade pendants, batch 2", currency="GBP"),
            Bill(19, 740, "Spare glass shades"),
            Bill(60, 1900, "Handmade pendants, batch 1", paid=58, currency="GBP"),
        ),
        country="GB",
        lang="en_GB",
        dunning_contact="Eleanor Whitcombe",
    ),
    # Abroad: the country stands on the letter.
    Customer(
        "senne",
        "Luminaires de la Senne SRL",
        "77 rue de la Senne, 1000 Bruxelles",
        bills=(
            Bill(25, 3120, "Abat-jour, collection automne"),
            Bill(5, 450, "Abat-jour, échantillons"),
        ),
        country="BE",
    ),
    # Below the minimum amount: nobody is bothered for it.
    Customer(
        "quincaillerie",
        "Quincaillerie Tourette",
        "6 rue des Clous, 69001 Lyon",
        bills=(
            Bill(13, 9.5, "Douilles de rechange"),
            Bill(38, 84, "Câble textile", paid=37),
        ),
    ),
    # Many invoices at several levels: one contact for all of them.
    Customer(
        "cedre",
        "Groupe hôtelier du Grand Cèdre",
        "1 esplanade du Lac, 74500 Évian-les-Bains",
        bills=(
            Bill(34, 4120, "Lustre du hall"),
            Bill(27, 2380, "Appliques du premier étage"),
            Bill(20, 2380, "Appliques du deuxième étage"),
            Bill(12, 2380, "Appliques du troisième étage"),
            Bill(7, 1675, "Lampes de bureau"),
            Bill(-10, 940, "Ampoules, contrat annuel"),
            Bill(63, 5200, "Étude et conception", paid=55),
        ),
        dunning_contact="Apolline Ferrand",
    ),
    # Paid after the second reminder: the case is closed.
    Customer(
        "imprimerie",
        "Imprimerie du Confluent",
        "88 quai des Presses, 69002 Lyon",
        bills=(Bill(42, 1524, "Tables de contrôle colorimétrique", paid=19),),
    ),
    # Paid this morning, after the run: its reminder waits and will be stopped.
    Customer(
        "chocolaterie",
        "Chocolaterie Grain d'Or",
        "19 rue des Fèves, 26120 Chabeuil",
        bills=(Bill(3, 538, "Éclairage de présentoir"),),
    ),
    # Half of it was paid after the call: only the rest is claimed.
    Customer(
        "theatre",
        "Compagnie du Théâtre des Ombres",
        "10 rue du Souffleur, 38200 Vienne",
        bills=(Bill(29, 2050, "Découpes et filtres"),),
    ),
    # Moved to doubtful debts after the formal notice: closed as transferred.
    Customer(
        "pergola",
        "Pergola Concept SARL",
        "52 route des Jardins, 69340 Francheville",
        bills=(Bill(75, 1930, "Guirlandes solaires"),),
    ),
)
