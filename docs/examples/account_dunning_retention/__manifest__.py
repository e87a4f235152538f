{
    "name": "Dunning and retention money (example)",
    "summary": "How a module keeps an invoice from being dunned, with its own reason",
    "version": "19.0.1.0.0",
    "category": "Accounting/Accounting",
    "license": "LGPL-3",
    "author": "account_dunning contributors",
    "depends": ["account_dunning"],
    "data": ["views/account_move_views.xml"],
}
