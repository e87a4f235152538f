{
    "name": "Electronic registered letters by a provider (example)",
    "summary": "How a module hands formal notices to a provider and fetches its proofs",
    "version": "19.0.1.0.0",
    "category": "Accounting/Accounting",
    "license": "LGPL-3",
    "author": "account_dunning contributors",
    "depends": ["account_dunning"],
    "data": ["views/res_config_settings_views.xml"],
}
