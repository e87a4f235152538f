from collections import Counter, defaultdict
from decimal import Decimal
from itertools import pairwise
from typing import NamedTuple

from odoo import api, fields, models, tools
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools import SQL, frozendict

from ...tools.ladder import Ladder
from ...tools.rungs import TONES

#: What a rule of assignment looks at; see :meth:`DunningLadder._read_named`.
RULES = ("debtor_kind", "category_ids", "country_ids", "zip_prefixes")


class Named(NamedTuple):
    """The ids of the tags and countries that a rule of assignment names."""

    tags: frozenset = frozenset()
    countries: frozenset = frozenset()


#: A rule that names none.
NONE = Named()


class DunningLadder(models.Model):
    """A recovery strategy: rungs that raise the tone step by step."""

    _name = "dunning.ladder"
    _description = "Dunning Ladder"
    _inherit = ["dunning.guarded"]
    _order = "sequence, id"

    _check_company_domain = models.check_company_domain_parent_of
    name = fields.Char(required=True, translate=True, entry="over")
    description = fields.Text(
        "For whom",
        translate=True,
        help="For your team: which customers this ladder is meant for, and what is "
        "special about it. Debtors never see it.",
        entry="over",
    )
    sequence = fields.Integer(
        default=10,
        help="Rules of assignment are tried in this order: the first ladder that fits "
        "a customer takes it.",
        entry="over",
    )
    active = fields.Boolean(default=True, entry="over")
    company_id = fields.Many2one(
        "res.company",
        help="Empty: every company may use it. A branch sees its parents' ladders.",
        entry="draft",
    )
    currency_id = fields.Many2one(
        "res.currency", compute="_compute_currency_id", string="Company currency"
    )
    level_ids = fields.One2many("dunning.level", "ladder_id", copy=True, entry="over")
    grace_days = fields.Integer(
        help="An invoice is late when so many days have passed since its due date.",
        entry="over",
    )
    minimum_amount = fields.Monetary(
        help="Below this overdue amount (company currency) nobody is dunned.",
        entry="over",
    )
    contact_gap_days = fields.Integer(
        "Days between two contacts",
        help="Whatever the channel and the user, a debtor is not contacted again "
        "before so many days.",
        entry="over",
    )
    summary = fields.Char(compute="_compute_summary")
    warning = fields.Text(compute="_compute_warning")
    _grace_not_negative = models.Constraint(
        "CHECK (grace_days >= 0 AND contact_gap_days >= 0 AND minimum_amount >= 0)",
        "Grace, contact gap and minimum amount cannot be negative.",
    )
    _waits_in_a_lifetime = models.Constraint(
        "CHECK (grace_days <= 3650 AND contact_gap_days <= 3650)",
        "Grace and contact gap lie within ten years (3650 days).",
    )

    debtor_kind = fields.Selection(
        selection="_selection_debtor_kind",
        help="Rule of assignment: only debtors of this kind. Empty: all. A consumer "
        "never gets a ladder that is made for another kind of debtor, not even by "
        "hand: the law gives him other texts.",
        entry="over",
    )
    category_ids = fields.Many2many(
        "res.partner.category",
        string="Customer tags",
        help="Rule of assignment: debtors with one of these tags. Empty: all.",
        entry="over",
    )
    country_ids = fields.Many2many(
        "res.country",
        string="Countries",
        help="Rule of assignment: debtors in one of these countries. Empty: all.",
        entry="over",
    )
    zip_prefixes = fields.Char(
        "Postcodes starting with",
        help="Rule of assignment: comma-separated beginnings of postcodes, for example "
        "75, 92, 93 for French départements. Empty: all.",
        entry="over",
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

    @api.depends("company_id")
    @api.depends_context("company")
    def _compute_currency_id(self):
        for ladder in self:
            company = ladder.company_id or self.env.company
            ladder.currency_id = company.currency_id

    @api.depends("level_ids.summary", "level_ids.sequence", "level_ids.active")
    def _compute_summary(self):
        for ladder in self:
            levels = ladder._get_levels()
            ladder.summary = " → ".join(levels.mapped("summary"))

    @api.depends(
        "level_ids.delay_days",
        "level_ids.gap_days",
        "level_ids.deadline_days",
        "level_ids.sequence",
        "level_ids.active",
        "level_ids.tone",
        "contact_gap_days",
        "grace_days",
    )
    def _compute_warning(self):
        """Name the rungs that a deadline or the contact gap will hold back."""
        for ladder in self:
            rungs = ladder._get_levels().filtered(lambda level: not level.is_courtesy)
            messages = [
                message
                for level, following in pairwise(rungs)
                for message in ladder._get_warnings(level, following)
            ]
            messages += ladder._warn_of_softer(rungs)
            ladder.warning = "\n".join(messages)

    def _warn_of_softer(self, rungs):
        """Yield the levels that speak more softly than one before: nobody ever reads
        their text (design, rule 2)."""
        texts = rungs.filtered(lambda level: level._leaves_text())
        for level, following in pairwise(texts):
            if TONES.index(following.tone) < TONES.index(level.tone):
                yield self.env._(
                    "“%(next)s” speaks more softly than “%(level)s” before it: what "
                    "was asked firmly is not asked for in a friendlier tone, so that "
                    "the text of “%(level)s” leaves once more in its place.",
                    next=following.name,
                    level=level.name,
                )

    def _get_warnings(self, level, following):
        way = max(following.delay_days - level.delay_days, following.gap_days)
        if level.deadline_days + self.grace_days + 1 > way and level.deadline_days:
            yield self.env._(
                "“%(next)s” comes %(way)s days after “%(level)s”, whose printed "
                "deadline is %(days)s days: it will wait for that deadline.",
                next=following.name,
                way=way,
                level=level.name,
                days=level.deadline_days,
            )
        if self.contact_gap_days > way and not following.is_decision:
            yield self.env._(
                "“%(next)s” comes %(way)s days after “%(level)s”, but %(days)s days "
                "lie between two contacts: it will be deferred.",
                next=following.name,
                way=way,
                level=level.name,
                days=self.contact_gap_days,
            )

    def _get_stage(self):
        """Used, it stays with its company."""
        return "open" if self._is_used() else "draft"

    def _is_used(self):
        """Tell whether something stands on it: a hook."""
        return False

    @api.model_create_multi
    def create(self, vals_list):
        created = super().create(vals_list)
        self.env.registry.clear_cache()
        return created

    def unlink(self):
        result = super().unlink()
        self.env.registry.clear_cache()
        return result

    def write(self, vals):
        # While the whole ladder is saved its levels are written one after the other:
        # they are checked together, once the last one is in place.
        with self.env.protecting([self._fields["level_ids"]], self):
            result = super().write(vals)
        if not vals.keys().isdisjoint(RULES):
            self.env.registry.clear_cache()
        self._check_when_complete()
        return result

    def _check_when_complete(self):
        """Check the order of the levels, unless the ladder is still being saved."""
        field = self._fields["level_ids"]
        for ladder in self - self.env.protected(field):
            ladder._check_order()
            ladder._check_gaps()
            ladder._check_formal_notice()

    def _check_order(self):
        levels = self._get_levels()
        for level, following in pairwise(levels):
            if following.delay_days < level.delay_days:
                raise ValidationError(
                    self.env._(
                        "“%(next)s” (D%(next_delay)s) stands after “%(level)s” "
                        "(D%(delay)s): the delays of a ladder cannot decrease.",
                        next=following.name,
                        next_delay=f"{following.delay_days:+d}",
                        level=level.name,
                        delay=f"{level.delay_days:+d}",
                    )
                )

    def _check_gaps(self):
        rungs = self._get_levels().filtered(lambda level: not level.is_courtesy)
        if rungs[:1].gap_days:
            raise ValidationError(
                self.env._(
                    "“%(level)s” is the first rung: nothing comes before it, so its "
                    "days since the previous rung must be 0.",
                    level=rungs[:1].name,
                )
            )
        for level in rungs[1:]:
            if level.gap_days < 1:
                raise ValidationError(
                    self.env._(
                        "“%(level)s” follows another rung: give the debtor at least "
                        "one day since the previous rung.",
                        level=level.name,
                    )
                )

    def _check_formal_notice(self):
        levels = self._get_levels()
        formal = levels.filtered("is_formal_notice")
        if len(formal) > 1:
            raise ValidationError(
                self.env._(
                    "“%(ladder)s” has two formal notices, “%(first)s” and “%(second)s”:"
                    " a debt is put on notice once.",
                    ladder=self.name,
                    first=formal[0].name,
                    second=formal[1].name,
                )
            )
        after = levels.filtered(
            lambda level: not level.is_decision and not level.is_formal_notice
        )
        for level in after if formal else ():
            if levels._ids.index(level.id) > levels._ids.index(formal.id):
                raise ValidationError(
                    self.env._(
                        "“%(level)s” stands after the formal notice: after it only a "
                        "decision may follow, not an ordinary reminder.",
                        level=level.name,
                    )
                )

    def _get_levels(self, levels=None):
        """Return the active levels in climbing order, unsaved ones included.

        :param levels: every level of the ladder, where they were read before
        """
        self.ensure_one()
        levels = self.level_ids if levels is None else levels
        return levels.filtered("active").sorted(lambda level: level._rank())

    def _to_core(self, rungs=None, levels=None):
        """Return the ladder as the functional core knows it.

        :param rungs: ``{level id: Rung}`` of levels that were read before
        :param levels: every level of the ladder, where they were read before
        """
        self.ensure_one()
        levels = self._get_levels(levels)
        if rungs is None:
            rungs = {level.id: level._to_rung() for level in levels}
        return Ladder(
            rungs=tuple(rungs[level.id] for level in levels),
            grace=self.grace_days,
            contact_gap=self.contact_gap_days,
            minimum=Decimal(str(self.minimum_amount)),
        )

    # Which ladder a customer gets, and how many customers each ladder catches.

    @api.model
    def _selection_debtor_kind(self):
        return (
            self.env["res.partner"]
            ._fields["dunning_debtor_kind"]
            ._description_selection(self.env)
        )

    @api.depends(*RULES)
    def _compute_is_catch_all(self):
        for ladder in self:
            ladder.is_catch_all = not any(ladder[name] for name in RULES)

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
        ladders = self.env["dunning.ladder"].search_fetch(
            self._get_available_domain(company)
        )
        named = self._read_named()
        rules = ladders.filtered(
            lambda one: one.debtor_kind or one.zip_prefixes or one.id in named
        )
        default = company.dunning_ladder_id & ladders or (ladders - rules)[:1]
        fitting, known = {}, {}
        has_categories = any(named.get(rule.id, NONE).tags for rule in rules)
        has_zips = any(rules.mapped("zip_prefixes"))
        for partner in partners.with_company(company):
            # Many customers are alike in all that the rules look at.
            alike = (
                partner.dunning_ladder_id,
                partner.dunning_debtor_kind,
                has_categories and partner.category_id,
                partner.country_id,
                has_zips and partner.zip,
            )
            if alike not in known:
                found = partner.dunning_ladder_id & ladders
                found |= rules.filtered(
                    lambda rule, one=partner: rule._matches(
                        one, named.get(rule.id, NONE)
                    )
                )
                known[alike] = (found | default).filtered(
                    lambda ladder, one=partner: ladder._is_lawful_for(one)
                )
            fitting[partner] = known[alike]
        return fitting

    @api.model
    @tools.ormcache()
    def _read_named(self):
        """Map the ids of ladders to the tags and countries that their rules name:
        asked whenever somebody opens a case, and changed once in a while.

        :rtype: dict[int, Named]
        """
        self.flush_model(["category_ids", "country_ids"])
        self.env["res.partner.category"].flush_model(["active"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT rule.dunning_ladder_id, tag.id, NULL
                  FROM dunning_ladder_res_partner_category_rel rule
                  JOIN res_partner_category tag ON tag.id = rule.res_partner_category_id
                 WHERE tag.active
                 UNION ALL
                SELECT rule.dunning_ladder_id, NULL, rule.res_country_id
                  FROM dunning_ladder_res_country_rel rule
                """
            )
        )
        tags, countries = defaultdict(set), defaultdict(set)
        for ladder_id, tag_id, country_id in rows:
            if tag_id:
                tags[ladder_id].add(tag_id)
            else:
                countries[ladder_id].add(country_id)
        return frozendict(
            (one, Named(frozenset(tags[one]), frozenset(countries[one])))
            for one in {*tags, *countries}
        )

    def _matches(self, partner, named):
        """Tell whether the rule of assignment catches a commercial partner.

        :param Named named: the tags and countries of the rule
        """
        self.ensure_one()
        prefixes = tuple(
            prefix.strip() for prefix in (self.zip_prefixes or "").split(",")
        )
        return (
            (not self.debtor_kind or self.debtor_kind == partner.dunning_debtor_kind)
            and (not named.tags or not named.tags.isdisjoint(partner.category_id.ids))
            and (not named.countries or partner.country_id.id in named.countries)
            and (not any(prefixes) or (partner.zip or "").startswith(prefixes))
        )

    def _is_lawful_for(self, partner):
        """Tell whether a debtor may get the ladder: a consumer none for businesses."""
        self.ensure_one()
        is_consumer = partner.dunning_debtor_kind in ("consumer", False)
        return not is_consumer or self.debtor_kind in ("consumer", False)
