from odoo import models
from odoo.fields import Domain

#: What a company gives to its customers.
CUSTOMER_DOCUMENTS = ("out_invoice", "out_refund", "out_receipt")
#: What dunning needs of the books, for whom no other role opens more.
BOOKS = {
    "account.move": ["|"]
    + [("move_type", "in", CUSTOMER_DOCUMENTS)]
    + [("dunning_case_id", "!=", False)],
    "account.move.line": ["|", ("move_id.move_type", "in", CUSTOMER_DOCUMENTS)]
    + ["&", ("account_id.account_type", "=", "asset_receivable")]
    + [("account_id.non_trade", "=", False)],
    "account.journal": [("type", "in", ("sale", "general"))],
}


class ResUsers(models.Model):
    """What the books show to whom reads dunning."""

    _inherit = "res.users"

    def _get_dunning_books_domain(self, model_name):
        """Return what the role "Reader" opens of a model of the books, for its record
        rule: customers' documents and what customers owe.

        The host adds up the rules of a user's roles, but a role without any rule reads
        all: the first rule of another role would then take that away. Who reads by such
        a role keeps it all.

        :param model_name: one of BOOKS
        """
        self.ensure_one()
        if self._reads_without_dunning(model_name):
            return [(1, "=", 1)]
        return BOOKS[model_name]

    def _reads_without_dunning(self, model_name):
        """Tell whether other roles of the user read all records of a model."""
        self.ensure_one()
        # Rights and rules are the administrator's; only what they say is used.
        user = self.sudo()
        ours = user.env["res.groups"].browse(
            user.env["ir.model.data"]
            .search([("module", "=", "account_dunning"), ("model", "=", "res.groups")])
            .mapped("res_id")
        )
        others = user.all_group_ids - ours
        of_model = Domain("model_id.model", "=", model_name)
        reading = (
            of_model & Domain("perm_read", "=", True) & Domain("active", "=", True)
        )
        has_access = Domain("group_id", "in", [False, *others.ids])
        has_rule = Domain("groups", "in", others.ids)
        return bool(
            user.env["ir.model.access"].search_count(reading & has_access, limit=1)
        ) and not user.env["ir.rule"].search_count(reading & has_rule, limit=1)
