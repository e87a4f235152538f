{
    "name": "Dunning: dashboard",
    "summary": "What is overdue, among Odoo's own dashboards",
    "version": "19.0.1.0.0",
    "category": "Accounting/Accounting",
    "license": "LGPL-3",
    "author": "account_dunning",
    "website": "https://account-dunning.example.com",
    "depends": ["account_dunning", "spreadsheet_dashboard"],
    "data": ["data/dashboards.xml"],
    "auto_install": True,
}
