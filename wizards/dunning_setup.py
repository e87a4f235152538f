from odoo import api, fields, models
from odoo.exceptions import UserError

PANEL = "account_dunning.onboarding_dunning"


class DunningSetup(models.TransientModel):
    """The windows of the start-up: what a company says once before dunning begins.

    Each step is saved by itself: whoever leaves half-way finds the panel where it was.
    """

    _name = "dunning.setup"
    _description = "Dunning Start-up"
    _inherit = ["dunning.guarded"]

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    company_name = fields.Char(related="company_id.name")
    logo = fields.Binary(related="company_id.logo")
    can_edit_company = fields.Boolean(compute="_compute_can_edit_company")
    email = fields.Char(
        "Company e-mail",
        compute="_compute_sender",
        store=True,
        readonly=False,
        help="Where answers go when nobody is named as collector.",
    )
    phone = fields.Char(
        "Company phone",
        compute="_compute_sender",
        store=True,
        readonly=False,
        help="Given in the messages when the collector has no number.",
    )
    user_id = fields.Many2one(
        "res.users",
        "Collector",
        default=lambda self: self.env.company.dunning_user_id,
        domain=[("share", "=", False)],
        help="In charge of customers who have no collector of their own; named and "
        "signing in the messages.",
    )
    user_email = fields.Char(related="user_id.email", string="Collector's e-mail")
    user_phone = fields.Char(related="user_id.phone", string="Collector's phone")
    manager_id = fields.Many2one(
        "res.users",
        "Credit manager",
        default=lambda self: self.env.company.dunning_manager_id,
        domain=[("share", "=", False)],
        help="Approves formal notices and decides when a ladder has come to its end.",
    )
    ladder_id = fields.Many2one(
        "dunning.ladder",
        "Default ladder",
        default=lambda self: self._default_ladder(),
        help="For customers without a ladder of their own and whom no rule catches.",
    )
    ladder_summary = fields.Char(related="ladder_id.summary", string="In short")
    level_ids = fields.One2many(related="ladder_id.level_ids", string="Reminders")
    checks = fields.Html(compute="_compute_checks", sanitize=False)
    has_other_time_zone = fields.Boolean(compute="_compute_has_other_time_zone")
    time_zone = fields.Selection(
        lambda self: self._selection_time_zone(),
        default=lambda self: self._default_time_zone(),
        help="Messages leave between 8:30 and 20:00 of this time zone.",
    )
    is_night_on = fields.Boolean(related="company_id.dunning_is_night_on")
    confirmed_on = fields.Datetime(related="company_id.dunning_confirmed_on")
    confirmed_by_id = fields.Many2one(related="company_id.dunning_confirmed_by_id")
    next_run = fields.Datetime(
        compute="_compute_next_run", help="When the night comes next."
    )
    first_night = fields.Datetime(
        compute="_compute_next_run", help="When the night would come first."
    )

    @api.model
    def _default_ladder(self):
        company, ladders = self.env.company, self.env["dunning.ladder"]
        available = ladders.search(ladders._get_available_domain(company))
        return company.dunning_ladder_id or available.filtered("is_catch_all")[:1]

    @api.depends("company_id")
    def _compute_sender(self):
        """Show how the company of the set-up is reached, whichever the user is in."""
        for setup in self:
            setup.email, setup.phone = setup.company_id.email, setup.company_id.phone

    @api.depends("company_id")
    def _compute_can_edit_company(self):
        for setup in self:
            setup.can_edit_company = setup.company_id.has_access("write")

    @api.depends("company_id")
    def _compute_checks(self):
        for setup in self:
            setup.checks = setup.company_id._dunning_render_checks()

    @api.model
    def _selection_time_zone(self):
        """Return the time zones of the country of the user's company."""
        return [(zone, zone) for zone in self.env.company._dunning_country_zones()]

    @api.model
    def _default_time_zone(self):
        """Of a country with one time zone it is that one; else the user chooses."""
        zones = self.env.company._dunning_country_zones()
        return zones[0] if len(zones) == 1 else False

    @api.depends("company_id")
    def _compute_has_other_time_zone(self):
        for setup in self:
            found = setup.company_id._dunning_find_time_zones()
            setup.has_other_time_zone = bool(found)

    @api.depends("company_id")
    def _compute_next_run(self):
        for setup in self:
            setup.next_run = setup.company_id._dunning_get_next_run()
            setup.first_night = setup.company_id._dunning_next_night()

    # Saving a step

    def action_save_sender(self):
        """Keep who signs and, where the user may, how the company is reached."""
        self.ensure_one()
        if not self.user_id:
            raise UserError(
                self.env._("Choose who signs the messages: customers answer a person.")
            )
        self._check_is_of_company(self.user_id)
        if self.can_edit_company:
            self.company_id.write({"email": self.email, "phone": self.phone})
        return self._save("sender", dunning_user_id=self.user_id.id)

    def action_save_ladder(self):
        """Keep the default ladder."""
        self.ensure_one()
        if not self.ladder_id:
            raise UserError(self.env._("Choose the ladder that customers climb."))
        return self._save("ladder", dunning_ladder_id=self.ladder_id.id)

    def action_save_people(self):
        """Keep who collects and who approves."""
        self.ensure_one()
        self._check_role(self.user_id, "collector", self.env._("collector"))
        self._check_role(self.manager_id, "manager", self.env._("credit manager"))
        return self._save(
            "people",
            dunning_user_id=self.user_id.id,
            dunning_manager_id=self.manager_id.id,
        )

    def action_save_checks(self):
        """Keep that the checks were read."""
        self.ensure_one()
        return self._save("checks")

    def _check_is_of_company(self, user):
        """Raise when a user does not work in the company of the set-up: he would sign
        for it, and decide in it."""
        # The companies of a colleague are read, not shown.
        user = user.sudo()
        if user.share or not user.active or self.company_id not in user.company_ids:
            raise UserError(
                self.env._(
                    "%(user)s does not work in %(company)s: choose a colleague who "
                    "does.",
                    user=user.name,
                    company=self.company_id.name,
                )
            )

    def _check_role(self, user, role, label):
        """Raise unless the user was chosen and has the rights of the role."""
        if not user:
            raise UserError(self.env._("Choose a %(role)s.", role=label))
        self._check_is_of_company(user)
        # The rights of a colleague are read, not shown.
        if not user.sudo().has_group(f"account_dunning.group_dunning_{role}"):
            raise UserError(
                self.env._(
                    "%(user)s has not the rights of a %(role)s: an administrator gives "
                    "them in Settings, “Users”.",
                    user=user.name,
                    role=label,
                )
            )

    def _save(self, step, **values):
        company = self.company_id
        company._dunning_check_manager()
        company.check_access("read")  # his rights on another one count for nothing here
        if values:
            # A credit manager decides about dunning, not about the company's own data.
            company.sudo().write(values)
        company._dunning_mark_step(step)
        return {"type": "ir.actions.act_window_close"}

    def action_test_mail_server(self):
        """Connect to the mail server and show the checks again."""
        self.ensure_one()
        self.company_id._dunning_test_mail_server()
        return self.env["onboarding.onboarding.step"].action_open_dunning_checks()

    def action_set_time_zone(self):
        """Give the working hours the chosen time zone, and show the checks again."""
        self.ensure_one()
        zones = self.company_id._dunning_country_zones()
        if self.time_zone not in zones:
            raise UserError(
                self.env._("Choose the time zone in which the company works.")
            )
        self.company_id._dunning_set_time_zone(self.time_zone)
        return self.env["onboarding.onboarding.step"].action_open_dunning_checks()

    def action_switch_on(self):
        """Switch the nightly run on."""
        self.ensure_one()
        self.company_id._dunning_switch_on()
        return {"type": "ir.actions.act_window_close"}

    def action_switch_off(self):
        """Switch the nightly run off."""
        self.ensure_one()
        self.company_id._dunning_switch_off()
        return {"type": "ir.actions.act_window_close"}

    @api.model
    def switch_night(self, is_on=True):
        """Switch the nightly run of the user's company, and show how things stand."""
        company = self.env.company
        if is_on:
            company._dunning_switch_on()
        else:
            company._dunning_switch_off()
        return {"type": "ir.actions.client", "tag": "reload"}

    def action_open_without_email(self):
        """List the late customers who have no e-mail address."""
        self.ensure_one()
        debtors = self.company_id._dunning_find_late_debtors()
        found = self.company_id._dunning_find_unreachable(debtors, "email")
        return self._list_partners(self.env._("Without e-mail address"), found)

    def action_open_without_address(self):
        """List the late customers who have no complete postal address."""
        self.ensure_one()
        debtors = self.company_id._dunning_find_late_debtors()
        found = self.company_id._dunning_find_unreachable(debtors, "letter")
        return self._list_partners(self.env._("Without postal address"), found)

    def action_open_nobodys_cases(self):
        """List the open cases that nobody is in charge of, to give them to somebody."""
        self.ensure_one()
        view = self.env.ref("account_dunning.dunning_case_view_list_people")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Cases of nobody"),
            "res_model": "dunning.case",
            "views": [(view.id, "list"), (False, "form")],
            "domain": list(self.company_id._dunning_nobodys_cases()),
        }

    def action_open_debtors(self):
        """List the late customers with what kind of debtor each one is."""
        self.ensure_one()
        debtors = self.company_id._dunning_find_late_debtors()
        return self._list_partners(self.env._("Kinds of customers"), debtors)

    def action_open_doubtful_kinds(self):
        """List the customers whose kind somebody should look at."""
        self.ensure_one()
        public, civil = self.company_id._dunning_find_doubtful_kinds()
        return self._list_partners(self.env._("Kinds to look at"), public | civil)

    def _list_partners(self, title, found):
        view = self.env.ref("account_dunning.res_partner_view_list_dunning")
        return {
            "type": "ir.actions.act_window",
            "name": title,
            "res_model": "res.partner",
            "views": [(view.id, "list"), (False, "form")],
            "domain": [("id", "in", found.ids)],
        }

    # The panel above the list of cases

    @api.model
    def get_panel(self):
        """Return the steps of the start-up, False for whom they do not concern.

        :return: ``{"steps": [...], "is_manager": bool}``; False when all is done, when
            the panel was put away, or for who is not at least a collector
        """
        user = self.env.user
        if not user.has_group("account_dunning.group_dunning_collector"):
            return False
        # The host keeps its onboardings from users; titles and progress are no secret.
        onboarding = self.env.ref(PANEL, raise_if_not_found=False)
        if not onboarding:
            return False
        onboarding_sudo = onboarding.sudo()
        if onboarding_sudo.is_onboarding_closed:
            return False
        steps = [self._describe_step(step) for step in onboarding_sudo.step_ids]
        if all(step["is_done"] for step in steps):
            return False
        return {
            "steps": steps,
            "is_manager": user.has_group("account_dunning.group_dunning_manager"),
        }

    @api.model
    def _describe_step(self, step):
        return {
            "id": step.id,
            "title": step.title,
            "description": step.description,
            "button": step.button_text,
            "done_text": step.done_text,
            "action": step.panel_step_open_action_name,
            "is_done": step.current_step_state != "not_done",
        }

    @api.model
    def close_panel(self):
        """Put the panel away in the company; the steps stay in the menu."""
        self.env.company._dunning_check_manager()
        onboarding = self.env.ref(PANEL).sudo()  # see get_panel
        onboarding._search_or_create_progress().action_close()

    @api.model
    def action_show_panel(self):
        """Show the steps again, above the list of cases."""
        self.env.company._dunning_check_manager()
        onboarding = self.env.ref(PANEL).sudo()  # see get_panel
        onboarding._search_or_create_progress().is_onboarding_closed = False
        return self.env["ir.actions.act_window"]._for_xml_id(
            "account_dunning.dunning_case_action"
        )
