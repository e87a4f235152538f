{
    "name": "Dunning by fax (example)",
    "summary": "How a module adds a channel to account_dunning",
    "version": "19.0.1.0.0",
    "category": "Accounting/Accounting",
    "license": "LGPL-3",
    "author": "account_dunning contributors",
    "depends": ["account_dunning"],
    "data": ["data/ir_cron_data.xml", "views/fax_views.xml"],
}
