"""What this concern adds to models of the host."""

from datetime import datetime, time, timedelta

from markupsafe import Markup
from pytz import utc

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import format_date, format_datetime

#: When the night begins, in the company's time zone.
NIGHT_TIME = time(2, 0)
#: Records that a task lists at most.
MOST_NAMED = 20
#: What only the steps of the start-up may write.
KEPT = frozenset(
    (
        "dunning_is_night_on",
        "dunning_confirmed_on",
        "dunning_confirmed_by_id",
        "dunning_mail_tested_on",
        "dunning_night_task_id",
    )
)


class ResCompany(models.Model):
    """The switch of the night: off when installed, on once a preview was confirmed.

    One scheduled action serves every company; each company is served only when its own
    switch is on, so that nobody else's decision sends its reminders.
    """

    _inherit = "res.company"

    dunning_is_night_on = fields.Boolean(
        "Nightly run",
        readonly=True,
        copy=False,
        help="Each night, decide what every customer should get, and send what leaves "
        "by itself. Off until the preview of the first run was confirmed.",
    )
    dunning_confirmed_on = fields.Datetime(
        "First run confirmed on", readonly=True, copy=False
    )
    dunning_confirmed_by_id = fields.Many2one(
        "res.users", "First run confirmed by", readonly=True, copy=False
    )
    dunning_mail_tested_on = fields.Datetime(
        "Mail server tested on", readonly=True, copy=False
    )

    dunning_night_task_id = fields.Many2one(
        "mail.activity",
        "Task about the night",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        help="Asks the credit manager to look why the night does not start; closed by "
        "itself once it does.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_dunning_kept(vals)
        return super().create(vals_list)

    def write(self, vals):
        self._check_dunning_kept(vals)
        return super().write(vals)

    @api.model
    def _check_dunning_kept(self, vals):
        if not self.env.su and not KEPT.isdisjoint(vals):
            raise AccessError(
                self.env._(
                    "The nightly dunning run is switched on and off by a credit "
                    "manager, through its own buttons."
                )
            )

    def _dunning_check_manager(self):
        """Raise unless the user is a credit manager who works in these companies."""
        is_manager = self.env.user.has_group("account_dunning.group_dunning_manager")
        if not self.env.su and not (is_manager and self <= self.env.companies):
            raise AccessError(
                self.env._("Only a credit manager of the company decides about this.")
            )

    def _dunning_confirm_first_run(self):
        """Keep who confirmed the preview of the first run, and when."""
        self._dunning_check_manager()
        self.sudo().write(  # kept by the engine, see KEPT
            {
                "dunning_confirmed_on": fields.Datetime.now(),
                "dunning_confirmed_by_id": self.env.uid,
            }
        )
        self._dunning_mark_step("first_run")

    def _dunning_find_unseen(self):
        """Return the companies whose first run nobody has looked at and confirmed:
        nothing leaves by surprise, whichever way a run is started."""
        return self.filtered(lambda company: not company.dunning_confirmed_on)

    def _dunning_check_first_run(self):
        """Refuse a run that a user starts before the first one was confirmed.

        :raises UserError: who, and where it is confirmed
        """
        unseen = self._dunning_find_unseen()
        if unseen and not self.env.su:
            raise UserError(
                self.env._(
                    "Nothing leaves by surprise: a credit manager looks at the preview "
                    "of the first run of %(company)s and confirms it (Dunning, Cases), "
                    "then runs may start.",
                    company=unseen[0].name,
                )
            )

    def _dunning_switch_on(self):
        """Let the night serve the company, the next night at the earliest.

        :raises UserError: when the preview of the first run was not confirmed
        """
        self.ensure_one()
        self._dunning_check_manager()
        if not self.dunning_confirmed_on:
            raise UserError(
                self.env._(
                    "Nothing leaves by surprise: look at the preview of the first run "
                    "of %(company)s and confirm it, then switch the nightly run on.",
                    company=self.name,
                )
            )
        if not self.dunning_is_night_on:
            self.sudo().dunning_is_night_on = True  # see KEPT
            self._dunning_set_cron()
        self._dunning_mark_step("night")

    def _dunning_switch_off(self):
        """No more nights for the company; what is on its way leaves all the same."""
        self._dunning_check_manager()
        self.sudo().dunning_is_night_on = False  # see KEPT
        self._dunning_set_cron()

    def _dunning_set_cron(self):
        """Let the scheduled action run if any company is served, never at once.

        A date in the past would make the scheduler start within the minute.
        """
        # Credit managers do not manage scheduled actions, only this one's switch.
        cron = self.env.ref("account_dunning.ir_cron_dunning_run").sudo()
        served = self.sudo().search_count([("dunning_is_night_on", "=", True)], limit=1)
        if not served:
            cron.active = False
        elif not cron.active:
            cron.write({"active": True, "nextcall": self._dunning_next_night()})

    def _dunning_next_night(self):
        """Return the next 2 o'clock in the morning of the company, in UTC."""
        zone = self._dunning_timezone()
        now = utc.localize(fields.Datetime.now()).astimezone(zone)
        day = now.date() + timedelta(days=now.time() >= NIGHT_TIME)
        night = zone.localize(datetime.combine(day, NIGHT_TIME))
        return night.astimezone(utc).replace(tzinfo=None)

    def _dunning_get_next_run(self):
        """Return when the night comes next (UTC), False when it is switched off."""
        self.ensure_one()
        cron = self.env.ref("account_dunning.ir_cron_dunning_run").sudo()  # one date
        is_on = self.dunning_is_night_on and cron.active
        return max(cron.nextcall, fields.Datetime.now()) if is_on else False

    def _dunning_find_last_run(self):
        self.ensure_one()
        return self.env["dunning.run"].search([("company_id", "=", self.id)], limit=1)

    def _dunning_find_last_bank_day(self):
        """Return the last day on which the bank was seen to be followed, or False."""
        self.ensure_one()
        today = self._dunning_today()
        return self._dunning_find_bank_day(today - timedelta(days=3650), today)

    # What is dated in the future: it stops the night, and a manager puts it right

    def _dunning_find_ahead(self):
        """Return (runs, contacts) whose day has not come yet: played or mistyped."""
        self.ensure_one()
        today = self._dunning_today()
        of_company = Domain("company_id", "=", self.id)
        return (
            self.env["dunning.run"].search(of_company & Domain("date", ">", today)),
            self.env["dunning.action"].search(
                of_company
                & Domain("state", "=", "done")
                & Domain("delivered_on", ">", today)
            ),
        )

    def _dunning_tell_ahead(self):
        """Give the credit manager a task that lists what is dated in the future."""
        self.ensure_one()
        runs, contacts = self._dunning_find_ahead()
        if not runs and not contacts:
            return
        links = Markup("").join(
            Markup("<li><a href='/odoo/%s/%s'>%s</a></li>")
            % (one._name, one.id, one.display_name)
            for records in (runs[:MOST_NAMED], contacts[:MOST_NAMED])
            for one in records
        )
        note = Markup("<p>%s</p><ul>%s</ul><p>%s</p>") % (
            self.env._(
                "%(runs)s runs and %(contacts)s deliveries of %(company)s are dated in "
                "the future: until then no night starts, and no next level is due.",
                runs=len(runs),
                contacts=len(contacts),
                company=self.name,
            ),
            links,
            self.env._(
                "Put the day of a delivery right on the contact, undo a run from its "
                "form (Dunning, Tracking, Runs), the last one first."
            ),
        )
        self._dunning_ask_manager(self.env._("Dunning dated in the future"), note)

    def _dunning_tell_to_look_at(self, records):
        """Give the credit manager a task that lists records made before the rules
        became stricter, which they would refuse now.

        :param records: a list of records of any model
        """
        self.ensure_one()
        links = Markup("").join(
            Markup("<li><a href='/odoo/%s/%s'>%s</a></li>")
            % (record._name, record.id, record.display_name)
            for record in records[:MOST_NAMED]
        )
        note = Markup("<p>%s</p><ul>%s</ul>") % (
            self.env._(
                "%(count)s records would be refused today: they name something of "
                "another company, or more of an invoice is contested, planned or "
                "offered than is open. They stay as they are: please look at them.",
                count=len(records),
            ),
            links,
        )
        self._dunning_ask_manager(self.env._("Records to look at"), note)

    # Whoever is asked when the night does not work

    def _dunning_get_asked(self):
        """Who confirmed the first run is asked before the collector is."""
        self.ensure_one()
        return self._dunning_get_manager(self.dunning_confirmed_by_id)

    def _dunning_tell_no_night(self, error):
        """Ask the manager, once, why the night does not start.

        :param str error: why, in words
        """
        self.ensure_one()
        if self.dunning_night_task_id.active:
            return
        summary = self.env._("The nightly dunning run does not start")
        note = Markup("<p>%s</p><p>%s</p><p>%s</p>") % (
            self.env._(
                "Since %(date)s no reminder of %(company)s leaves by itself.",
                date=format_date(self.env, self._dunning_today()),
                company=self.name,
            ),
            error,
            self.env._(
                "A run made by mistake can be undone as long as nothing of it left: "
                "open it under Dunning, Tracking, Runs. This task is closed by itself "
                "when a night works again."
            ),
        )
        task = self._dunning_ask_manager(summary, note)
        self.sudo().dunning_night_task_id = task  # see KEPT

    def _dunning_close_night_task(self):
        """A night works again: nobody need look any more."""
        task = self.dunning_night_task_id.sudo().filtered("active")
        if task:  # planned for whoever was in charge
            task.action_feedback(feedback=self.env._("The night works again."))

    def _dunning_mark_step(self, code):
        """Mark a step of the start-up as done in the company."""
        self.ensure_one()
        # Progress of an onboarding is the host's own record: users have no right on it.
        steps = self.env["onboarding.onboarding.step"].sudo().with_company(self)
        steps.action_validate_step(f"account_dunning.onboarding_step_{code}")

    def _dunning_last_played_day(self):
        runs = self.env["dunning.run"].sudo()  # a date, whoever asks
        last = runs.search([("company_id", "=", self.id)], order="date desc", limit=1)
        return last.date or super()._dunning_last_played_day()


class ResConfigSettings(models.TransientModel):
    """Whether the night runs, and what the last one did."""

    _inherit = "res.config.settings"

    dunning_is_night_on = fields.Boolean(related="company_id.dunning_is_night_on")
    dunning_is_confirmed = fields.Boolean(compute="_compute_dunning_night")
    dunning_night_text = fields.Char(compute="_compute_dunning_night")
    dunning_last_run_text = fields.Char(compute="_compute_dunning_night")

    @api.depends("company_id")
    @api.depends_context("lang")
    def _compute_dunning_night(self):
        for settings in self:
            company = settings.company_id
            settings.dunning_is_confirmed = bool(company.dunning_confirmed_on)
            settings.dunning_night_text = settings._get_night_text()
            settings.dunning_last_run_text = settings._get_last_run_text()

    def _get_night_text(self):
        company = self.company_id
        if next_run := company._dunning_get_next_run():
            return self.env._(
                "On. The next night begins on %(moment)s.",
                moment=format_datetime(
                    self.env,
                    next_run,
                    tz=company._dunning_timezone().zone,
                    dt_format="short",
                ),
            )
        if company.dunning_confirmed_on:
            return self.env._(
                "Off: nothing leaves by itself. The preview of the first run was "
                "confirmed on %(date)s.",
                date=format_date(self.env, company.dunning_confirmed_on),
            )
        return self.env._(
            "Off: nothing leaves by itself before the preview of the first run was "
            "confirmed."
        )

    def _get_last_run_text(self):
        # One sentence about the last run, for an administrator who does not dun.
        run = self.company_id.sudo()._dunning_find_last_run()
        if not run:
            return self.env._("No run yet.")
        return self.env._(
            "Last run on %(date)s: %(summary)s.",
            date=format_date(self.env, run.date),
            summary=run.summary,
        )

    def action_open_dunning_cron(self):
        """Open the nightly run, shipped switched off, where it can be switched on."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Nightly dunning run"),
            "res_model": "ir.cron",
            "res_id": self.env.ref("account_dunning.ir_cron_dunning_run").id,
            "view_mode": "form",
        }
