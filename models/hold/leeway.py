"""How much time somebody may grant a debtor by himself: limits per company, by role."""

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import format_date

from ...tools.leeway import Leeway

MANAGER = "account_dunning.group_dunning_manager"
DIRECTOR = "account_dunning.group_dunning_director"
#: What may be limited, with what is usual for a collector and for a credit manager.
LIMITS = ("days_ahead", "renewals", "hold_days")


class ResCompany(models.Model):
    """What collectors and credit managers may grant; above it a director decides."""

    _inherit = "res.company"

    dunning_collector_days_ahead = fields.Integer(
        "Collector: days ahead",
        default=30,
        help="A collector takes a promise, or makes an offer, for so many days ahead "
        "at most. Later days need a credit manager.",
    )
    dunning_collector_renewals = fields.Integer(
        "Collector: further grants",
        default=1,
        help="After the first promise or hold of an invoice a collector grants so many "
        "more. A promise that was replaced, withdrawn or not kept counts.",
    )
    dunning_collector_hold_days = fields.Integer(
        "Collector: days on hold",
        default=30,
        help="A collector puts a case or an invoice on hold for so many days at most, "
        "counted from its first day.",
    )
    dunning_manager_days_ahead = fields.Integer(
        "Credit manager: days ahead",
        default=180,
        help="A credit manager takes a promise, or makes an offer, for so many days "
        "ahead at most. Later days need the finance director.",
    )
    dunning_manager_renewals = fields.Integer(
        "Credit manager: further grants",
        default=3,
        help="After the first promise or hold of an invoice a credit manager grants so "
        "many more. More need the finance director.",
    )
    dunning_manager_hold_days = fields.Integer(
        "Credit manager: days on hold",
        default=180,
        help="A credit manager puts a case or an invoice on hold for so many days at "
        "most, counted from its first day.",
    )

    @api.constrains(
        *(
            f"dunning_{role}_{name}"
            for role in ("collector", "manager")
            for name in LIMITS
        )
    )
    def _check_dunning_leeway(self):
        for company in self:
            collector, manager = map(
                company._dunning_read_leeway, ("collector", "manager")
            )
            for name in LIMITS:
                low, high = getattr(collector, name), getattr(manager, name)
                if not 0 <= low <= high:
                    raise ValidationError(
                        self.env._(
                            "What a collector may grant (%(collector)s) is nothing or "
                            "more, and not above what a credit manager may "
                            "(%(manager)s): correct the limits in the settings.",
                            collector=low,
                            manager=high,
                        )
                    )

    def _dunning_read_leeway(self, role):
        """Return what a role may grant.

        :param role: ``collector`` or ``manager``
        """
        self.ensure_one()
        limits = [self[f"dunning_{role}_{name}"] for name in LIMITS]
        return Leeway(role, *limits)

    def _dunning_get_leeway(self):
        """Return what the user may grant by himself; None: anything, as a director, or
        the engine with what was agreed upon before."""
        user = self.env.user
        if self.env.su or user.has_group(DIRECTOR):
            return None
        return self._dunning_read_leeway(
            "manager" if user.has_group(MANAGER) else "collector"
        )

    def _dunning_check_days_ahead(self, debtor, day):
        """Refuse a day until which the user may not let a debtor wait by himself.

        :raises UserError: with what he may do, and who may do more
        """
        leeway, today = self._dunning_get_leeway(), self._dunning_today()
        if leeway and day > leeway.last_day(today):
            raise UserError(
                self.env._(
                    "You may give %(debtor)s until %(last)s at most (%(days)s days "
                    "ahead). Choose an earlier day than %(date)s, or ask %(above)s.",
                    debtor=debtor.display_name,
                    last=format_date(self.env, leeway.last_day(today)),
                    days=leeway.days_ahead,
                    date=format_date(self.env, day),
                    above=self._dunning_describe_above(leeway),
                )
            )

    @api.model
    def _dunning_describe_above(self, leeway):
        """Return who decides above a role, in words."""
        if leeway.role == "manager":
            return self.env._("the finance director")
        return self.env._("a credit manager")


class ResConfigSettings(models.TransientModel):
    """What each role may grant."""

    _inherit = "res.config.settings"

    dunning_collector_days_ahead = fields.Integer(
        related="company_id.dunning_collector_days_ahead", readonly=False
    )
    dunning_collector_renewals = fields.Integer(
        related="company_id.dunning_collector_renewals", readonly=False
    )
    dunning_collector_hold_days = fields.Integer(
        related="company_id.dunning_collector_hold_days", readonly=False
    )
    dunning_manager_days_ahead = fields.Integer(
        related="company_id.dunning_manager_days_ahead", readonly=False
    )
    dunning_manager_renewals = fields.Integer(
        related="company_id.dunning_manager_renewals", readonly=False
    )
    dunning_manager_hold_days = fields.Integer(
        related="company_id.dunning_manager_hold_days", readonly=False
    )


class DunningCaseLine(models.Model):
    """How often an item was granted time already."""

    _inherit = "dunning.case.line"

    def _count_grants(self, besides):
        """Map items to how often they were granted time before: holds, and what other
        features add.

        :param besides: the grant that is being made, which does not count
        :rtype: dict[dunning.case.line, int]
        """
        holds = self.case_id.hold_ids
        if besides._name == holds._name:
            holds -= besides
        return {
            line: len(holds.filtered(lambda hold, line=line: hold._grants_time(line)))
            for line in self
        }
