{
    "name": "Dunning letters by a printing service (example)",
    "summary": "How a module has letters printed and posted by somebody else",
    "version": "19.0.1.0.0",
    "category": "Accounting/Accounting",
    "license": "LGPL-3",
    "author": "account_dunning contributors",
    "depends": ["account_dunning"],
    "data": ["data/ir_cron_data.xml", "views/res_config_settings_views.xml"],
}
