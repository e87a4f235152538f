"""The developer's host: a real Odoo 19 with its database, in one folder."""
