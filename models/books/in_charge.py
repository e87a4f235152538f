"""Who is in charge: found in one place, never somebody who left (design, rule 22)."""

from odoo import SUPERUSER_ID, api, models, tools
from odoo.exceptions import ValidationError
from odoo.fields import Domain

#: The group whose rights each role needs.
GROUPS = {
    "reader": "account_dunning.group_dunning_reader",
    "collector": "account_dunning.group_dunning_collector",
    "manager": "account_dunning.group_dunning_manager",
}


class ResUsers(models.Model):
    """Whether somebody can work on the dunning of a company."""

    _inherit = "res.users"

    @api.model_create_multi
    def create(self, vals_list):
        users = super().create(vals_list)
        self.env.registry.clear_cache()  # see _read_dunning_manager
        return users

    def _may_dun(self, company, role="collector"):
        """Tell whether the user is active, works in a company, and has the rights.

        :param role: ``reader``, ``collector`` or ``manager``
        """
        self.ensure_one()
        return self.env["res.users"]._read_may_dun(self.id, company.id, role)

    @api.model
    @tools.ormcache("user_id", "company_id", "role")
    def _read_may_dun(self, user_id, company_id, role):
        # Asked for every case of a night; the host empties this cache as soon as
        # rights, companies or the user himself change. Read, not shown.
        user = self.sudo().browse(user_id)
        return bool(
            user.active
            and company_id in user.company_ids.ids
            and user.has_group(GROUPS[role])
        )


class ResCompany(models.Model):
    """The line of those who may be in charge in a company."""

    _inherit = "res.company"

    def write(self, vals):
        result = super().write(vals)
        if "user_ids" in vals:
            self.env.registry.clear_cache()  # see _read_may_dun
        return result

    def _dunning_first_able(self, *users, role="collector"):
        """Return the first of these users who may work here; empty when none may."""
        self.ensure_one()
        for user in users:
            if user and user._may_dun(self, role):
                return user
        return self.env["res.users"]

    def _dunning_get_in_charge(self, *users):
        """Return who owns and signs: the first able one of these users, the company's
        collector, its credit manager; empty when none of them may.

        :param users: who comes first, for example the collector of a case
        """
        return self._dunning_first_able(
            *users, self.dunning_user_id, self.dunning_manager_id
        )

    def _dunning_get_asked_for(self, *users):
        """Return who is asked to do something: who is in charge, else any credit
        manager of the company; empty when there is none at all."""
        return self._dunning_get_in_charge(*users) or self._dunning_find_manager()

    def _dunning_get_manager(self, *users):
        """Return who decides and approves: the credit manager, else who is in charge,
        else any credit manager of the company."""
        manager = self._dunning_first_able(self.dunning_manager_id, role="manager")
        return manager or self._dunning_get_asked_for(*users)

    def _dunning_find_manager(self):
        """Return the first credit manager who works in the company, named or not."""
        self.ensure_one()
        return self.env["res.users"].browse(self._read_dunning_manager(self.id))

    @api.model
    @tools.ormcache("company_id")
    def _read_dunning_manager(self, company_id):
        # Asked for every case of a night; see res.users._read_may_dun.
        company = self.browse(company_id)
        return company._dunning_find_able("manager", limit=1).ids

    def _dunning_find_able(self, role="collector", limit=None):
        """Return those who may work in the company, the longest known first."""
        self.ensure_one()
        group = self.env.ref(GROUPS[role])
        # Whose rights reach so far is read, not shown.
        users = self.env["res.users"].sudo()
        users = users.search(
            Domain("all_group_ids", "in", group.ids)
            & Domain("company_ids", "in", self.ids),
            order="id",
            limit=limit,
        )
        return users.sudo(self.env.su)

    @api.constrains("dunning_user_id")
    def _check_dunning_user(self):
        for company in self:
            company._dunning_check_able(company.dunning_user_id)

    @api.constrains("dunning_manager_id")
    def _check_dunning_manager_id(self):
        for company in self:
            company._dunning_check_able(company.dunning_manager_id, "manager")

    def _dunning_check_able(self, user, role="collector"):
        """Refuse to put somebody in charge who does not work in the company, or has
        not the rights of the role. Nobody at all is never refused, nor what a program
        writes.

        :raises ValidationError: in words
        """
        self.ensure_one()
        is_ours = self.env.uid == SUPERUSER_ID  # a program, which chooses by the line
        if not user or is_ours or user._may_dun(self, role):
            return
        # The rights and companies of a colleague are read, not shown.
        user = user.sudo()
        if not user.active or self not in user.company_ids:
            raise ValidationError(
                self.env._(
                    "%(user)s does not work in %(company)s: choose a colleague who "
                    "does.",
                    user=user.name,
                    company=self.name,
                )
            )
        labels = {
            "reader": self.env._("reader"),
            "collector": self.env._("collector"),
            "manager": self.env._("credit manager"),
        }
        raise ValidationError(
            self.env._(
                "%(user)s has not the rights of a %(role)s: an administrator gives "
                "them in Settings, “Users”.",
                user=user.name,
                role=labels[role],
            )
        )
