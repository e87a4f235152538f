from collections import Counter, defaultdict

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL


class DunningLadderAssign(models.Model):
    """Which ladder a customer gets, and how many customers each ladder catches."""

    _inherit = "dunning.ladder"

    debtor_kind = fields.Selection(
        selection="_selection_debtor_kind",
        help="Rule of assignment: only debtors of this kind. Empty: all. A consumer "
        "never gets a ladder that is made for another kind of debtor, not even by "
        "hand: the law gives him other texts.",
    )
    category_ids = fields.Many2many(
        "res.partner.category",
        string="Customer tags",
        help="Rule of assignment: debtors with one of these tags. Empty: all.",
    )
    country_ids = fields.Many2many(
        "res.country",
        string="Countries",
        help="Rule of assignment: debtors in one of these countries. Empty: all.",
    )
    zip_prefixes = fields.Char(
        "Postcodes starting with",
        help="Rule of assignment: comma-separated beginnings of postcodes, for example "
        "75, 92, 93 for French départements. Empty: all.",
    )
    is_catch_all = fields.Boolean(
        "Without rules",
        compute="_compute_is_catch_all",
        help="Nothing says whom it is for: it serves where no rule fits, if it is the "
        "default ladder of the company or the first one without rules.",
    )
    debtor_count = fields.Integer(
        "Debtors",
        compute="_compute_debtor_count",
        help="Customers with something to pay today, late or not, who would get this "
        "ladder if their case opened now. Cases that are open keep theirs.",
    )
    caught_before = fields.Char(
        "Caught before",
        compute="_compute_debtor_count",
        help="Customers whom the rules fit as well, but who get another ladder: their "
        "own, or one that stands before it in the list.",
    )

    @api.model
    def _selection_debtor_kind(self):
        return (
            self.env["res.partner"]
            ._fields["dunning_debtor_kind"]
            ._description_selection(self.env)
        )

    @api.depends("debtor_kind", "category_ids", "country_ids", "zip_prefixes")
    def _compute_is_catch_all(self):
        for ladder in self:
            ladder.is_catch_all = not (
                ladder.debtor_kind
                or ladder.category_ids
                or ladder.country_ids
                or ladder.zip_prefixes
            )

    @api.depends(
        "sequence",
        "active",
        "debtor_kind",
        "category_ids",
        "country_ids",
        "zip_prefixes",
    )
    @api.depends_context("company")
    def _compute_debtor_count(self):
        """Count with the very method that gives a case its ladder."""
        caught, lost = self._count_debtors()
        for ladder in self:
            found = ladder._origin
            ladder.debtor_count = caught[found]
            ladder.caught_before = ", ".join(
                self.env._("%(count)s by “%(ladder)s”", count=count, ladder=other.name)
                for other, count in lost[found].most_common()
            )

    @api.model
    def _count_debtors(self):
        """Count the debtors of the company by the ladder they get, and by the rules
        that fit them in vain: ``{ladder: n}``, ``{ladder: {the other ladder: n}}``."""
        caught, lost = Counter(), defaultdict(Counter)
        for fitting in self._list_for(self._find_debtors(), self.env.company).values():
            caught[fitting[:1]] += 1
            for ladder in fitting[1:]:
                if not ladder.is_catch_all:
                    lost[ladder][fitting[:1]] += 1
        return caught, lost

    @api.model
    def _find_debtors(self):
        """Return the commercial partners who have something to pay to the company."""
        company = self.env.company
        # A number of debtors is no secret of the accountant.
        items = self.env["account.move.line"].sudo()
        today = company._dunning_today()
        query = items._search(items._get_dunning_item_domain(company, today))
        column = SQL("DISTINCT %s", SQL.identifier(items._table, "partner_id"))
        ids = [row[0] for row in self.env.execute_query(query.select(column))]
        return self.env["res.partner"].sudo().browse(sorted(ids))

    def action_open_debtors(self):
        """Open the customers whom this ladder catches."""
        self.ensure_one()
        self.check_access("read")
        fitting = self._list_for(self._find_debtors(), self.env.company)
        ids = [partner.id for partner, found in fitting.items() if found[:1] == self]
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Debtors of “%(ladder)s”", ladder=self.name),
            "res_model": "res.partner",
            "view_mode": "list,form",
            "domain": [("id", "in", ids)],
            "context": {"create": False},
        }

    @api.model
    def _get_available_domain(self, company):
        """Return the domain of the ladders that a company may use."""
        return Domain("company_id", "=", False) | Domain(
            "company_id", "parent_of", company.ids
        )

    @api.model
    def _find_for(self, partners, company):
        """Map each commercial partner to its ladder in a company.

        The debtor's own choice, then the rules of assignment in order, then the
        company's default; an empty ladder when none fits.
        """
        fitting = self._list_for(partners, company)
        return {partner: ladders[:1] for partner, ladders in fitting.items()}

    @api.model
    def _list_for(self, partners, company):
        """Map each commercial partner to the ladders that fit, its own one first."""
        ladders = self.env["dunning.ladder"].search(self._get_available_domain(company))
        rules = ladders.filtered(lambda ladder: not ladder.is_catch_all)
        default = company.dunning_ladder_id & ladders or (ladders - rules)[:1]
        fitting = {}
        for partner in partners.with_company(company):
            found = partner.dunning_ladder_id & ladders
            found |= rules.filtered(lambda rule, debtor=partner: rule._matches(debtor))
            fitting[partner] = (found | default).filtered(
                lambda ladder, debtor=partner: ladder._is_lawful_for(debtor)
            )
        return fitting

    def _matches(self, partner):
        """Tell whether the rule of assignment catches a commercial partner."""
        self.ensure_one()
        prefixes = tuple(
            prefix.strip() for prefix in (self.zip_prefixes or "").split(",")
        )
        return (
            (not self.debtor_kind or self.debtor_kind == partner.dunning_debtor_kind)
            and (not self.category_ids or bool(self.category_ids & partner.category_id))
            and (not self.country_ids or partner.country_id in self.country_ids)
            and (not any(prefixes) or (partner.zip or "").startswith(prefixes))
        )

    def _is_lawful_for(self, partner):
        """Tell whether a debtor may get the ladder: a consumer none for businesses."""
        self.ensure_one()
        is_consumer = partner.dunning_debtor_kind in ("consumer", False)
        return not is_consumer or self.debtor_kind in ("consumer", False)
