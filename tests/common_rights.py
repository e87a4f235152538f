import base64
from datetime import timedelta
from unittest.mock import patch

from odoo import Command
from odoo.exceptions import AccessError
from odoo.service.model import call_kw
from odoo.tests import new_test_user

from .common import DAY, DunningCommon
from .common_intent import ROLES

WINDOWS = (
    "dunning.relance",
    "dunning.relance.line",
    "dunning.letter.post",
    "dunning.ladder.change",
    "dunning.level.preview",
    "dunning.hold.wizard",
    "dunning.file.void",
    "dunning.case.close",
    "dunning.known.money",
    "dunning.claim.wizard",
    "dunning.claim.wizard.line",
    "dunning.receipt.import",
    "dunning.receipt.import.line",
    "dunning.setup",
    "dunning.outcome",
    "dunning.plan.sign",
    "dunning.delivery.day",
    "dunning.doubtful",
    "dunning.doubtful.line",
)
#: What the host has read of its user before it does what a request asks for.
KNOWN = ("res.users", "res.groups", "res.company", "ir.rule")
#: Those that have lines of their own.
WITH_LINES = ("dunning.receipt.import", "dunning.doubtful")


class TakenBack(Exception):
    """Raised to take back what was only tried."""


class RightsCommon(DunningCommon):
    """Two companies with the same records each, and one user of the first per role."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        other_data = cls.setup_other_company()
        cls.other = other_data["company"]
        cls.other.write(
            {"dunning_bank_freshness_days": 0, "dunning_ladder_id": cls.ladder.id}
        )
        cls._open_for_business(cls.other)
        cls.first.automation = "manual"
        cls.journals = {
            cls.company: cls.company_data["default_journal_sale"],
            cls.other: other_data["default_journal_sale"],
        }
        cls.users = {
            role: new_test_user(
                cls.env,
                login=f"safety_{role}",
                groups=groups,
                company_id=cls.company.id,
                company_ids=[Command.set(cls.company.ids)],
            )
            for role, (groups, _tier) in ROLES.items()
        }
        cls.own = cls._make_world(cls.company)
        cls.foreign = cls._make_world(cls.other)
        for world in (cls.own, cls.foreign):
            env = world["dunning.case"].env
            world["windows"] = {
                model: cls._open_window(model, world, env) for model in WINDOWS
            }
        # A refusal is tried thousands of times. Its words, for which the host reads the
        # names of models, rules and companies, are not what is tried.
        for model in ("ir.rule", "ir.model.access"):
            cls.startClassPatcher(
                patch.object(
                    type(cls.env[model]),
                    "_make_access_error",
                    lambda self, *args: AccessError("No."),
                )
            )
        cls.env.flush_all()
        cls.env.invalidate_all()

    def setUp(self):
        super().setUp()
        self._known = None

    @classmethod
    def _make_world(cls, company):
        """Return {name: record} of a company, one of each model of the module."""
        env = cls.env(context={"allowed_company_ids": company.ids})
        partner = cls._create_customer(f"Debtor of {company.name}")
        partner.write({"company_id": company.id, "email": "debtor@example.com"})
        world = {"res.partner": partner.with_env(env)}
        world["account.move"] = cls._make_invoice(company, partner, 5)
        world["formal notice"] = cls._make_formal_notice(company, env)
        world["letter"] = cls._make_letter(company, env)
        world["call"] = cls._make_call(company, env)
        world["dunning.run"] = run = env["dunning.case"].run(DAY)
        world["dunning.run.line"] = run.line_ids[:1]
        counts = env["dunning.run.count"].search([("run_id", "=", run.id)])
        world["dunning.run.count"] = counts[:1]
        world |= cls._make_deposits(company, env)
        run._add_batches("prepare", partner.ids)
        world["dunning.run.batch"] = run.batch_ids
        case = env["dunning.case"].search(
            [("partner_id", "=", partner.id), ("company_id", "=", company.id)]
        )
        action = case.action_ids
        world |= {
            "dunning.case": case,
            "dunning.case.line": case.line_ids,
            "dunning.action": action,
            "dunning.action.line": action.line_ids,
        }
        world["dunning.hold"] = hold = cls._make_hold(company, env)
        world["dunning.cover"] = cls._make_cover(hold.case_id)
        world |= cls._make_dispute(company, env)
        world |= cls._make_promises(company, env)
        world |= cls._make_agreements(company, env)
        world["dunning.exclusion"] = cls._make_exclusion(company, env)
        world |= cls._make_claim(company, env)
        world |= cls._make_limits(company, env)
        world["last run"] = cls._make_last_run(company, env)
        world["dunning.alert"] = env["dunning.alert"].search(
            [("case_id", "=", world["formal notice"].case_id.id)]
        )
        world["dunning.seal"] = cls._make_seal(world["handed in"])
        world |= cls._make_start_up(company, env)
        # No company owns it: the same one for both.
        world["dunning.rate"] = env["dunning.rate"].search([], limit=1)
        world["dunning.phrase"] = env["dunning.phrase"].search([], limit=1) or env[
            "dunning.phrase"
        ].create({"name": "Pay or else"})
        world["dunning.reason"] = env.ref("account_dunning.dunning_reason_dec")
        ladder = cls._create_ladder(company_id=company.id).with_env(env)
        return world | {"dunning.ladder": ladder, "dunning.level": ladder.level_ids[-1]}

    @classmethod
    def _make_start_up(cls, company, env):
        """Return a decision on old items and a preview, both being prepared."""
        cls._open_for_business(company)
        decisions, previews = env["dunning.old.items"], env["dunning.first.run"]
        decision = decisions.browse(decisions.action_open()["res_id"])
        decision.sudo().copy(
            {"state": "applied"}
        )  # so that the preview can be confirmed
        decision.reason = "Agreed"
        decision.band_ids.choice = "first"
        preview = previews.browse(previews.action_open()["res_id"])
        return {
            "dunning.old.items": decision,
            "dunning.old.items.band": decision.band_ids[:1],
            "dunning.first.run": preview,
            "dunning.first.run.line": preview.line_ids[:1],
            "dunning.first.run.total": preview.total_ids[:1],
        }

    @classmethod
    def _make_invoice(cls, company, partner, days_late):
        due = DAY - timedelta(days=days_late)
        return cls._create_invoice_one_line(
            partner_id=partner,
            price_unit=100,
            tax_ids=[],
            company_id=company.id,
            journal_id=cls.journals[company].id,
            invoice_date=due - timedelta(days=30),
            invoice_date_due=due,
            invoice_payment_term_id=False,
            post=True,
        )

    @classmethod
    def _make_formal_notice(cls, company, env):
        """Return a formal notice that the engine proposes for another debtor."""
        partner = cls._create_customer(f"Late debtor of {company.name}")
        cls._make_invoice(company, partner, 60)
        case = env["dunning.case"]._open_for(partner)
        delivered_on = DAY - timedelta(days=20)
        lines = case.line_ids.sudo()  # as if the engine had delivered it
        lines.write({"level_id": cls.second.id, "delivered_on": delivered_on})
        env["dunning.case"].run(DAY)
        return case.action_ids

    @classmethod
    def _make_promises(cls, company, env):
        """Return promises of a debtor: one open, one to be checked, one broken."""
        partner = cls._create_customer(f"Promising debtor of {company.name}")
        for _unused in range(3):
            cls._make_invoice(company, partner, 5)
        case = env["dunning.case"]._open_for(partner)
        promises = env["dunning.promise"].create(
            [
                {
                    "case_id": case.id,
                    "line_ids": line.ids,
                    "date": DAY + timedelta(days=5),
                    "amount": 100,
                    "confirm": False,
                    "document_ids": [Command.create({"name": "a", "raw": b"a"})],
                }
                for line in case.line_ids
            ]
        )
        promises[1].sudo().state = "to_check"
        promises[2].sudo().write({"state": "broken", "broken_on": DAY})
        return {
            "dunning.promise": promises[0],
            "doubtful promise": promises[1],
            "broken promise": promises[2],
        }

    @classmethod
    def _make_hold(cls, company, env):
        """Return the hold of a debtor's case."""
        partner = cls._create_customer(f"Held debtor of {company.name}")
        cls._make_invoice(company, partner, 5)
        case = env["dunning.case"]._open_for(partner)
        return env["dunning.hold"].create(
            {
                "case_id": case.id,
                "reason": "Moving house",
                "date_until": DAY + timedelta(days=10),
            }
        )

    @classmethod
    def _make_dispute(cls, company, env):
        """Return disputes, who owns one, and a status of an e-invoicing platform."""
        partner = cls._create_customer(f"Contesting debtor of {company.name}")
        reason = env["dunning.reason"].search([], limit=1)
        owner = env["dunning.dispute.owner"].create(
            {"company_id": company.id, "family": "finance", "days": 10}
        )
        disputes = env["dunning.dispute"]
        for provider in ("private", "business"):
            invoice = cls._make_invoice(company, partner, 5).with_env(env)
            disputes |= disputes.create(
                {
                    "move_id": invoice.id,
                    "reason_id": reason.id,
                    "resolution": "withdrawn",
                    "mediation_provider": provider,
                }
            )
        disputes[1].action_mediate()
        disputes[1].mediation_result = "none"
        status = disputes[0].move_id.dunning_set_einvoice_status("207")
        return {
            "dunning.dispute": disputes[0],
            "mediation": disputes[1],
            "dunning.dispute.owner": owner,
            "dunning.einvoice.status": status,
            "mail.activity": disputes.case_id.activity_schedule(
                "mail.mail_activity_data_call", user_id=cls.collector.id
            ),
        }

    @classmethod
    def _make_cover(cls, case):
        """Return what a commitment keeps back of an item of a case."""
        covers = case.env["dunning.cover"]
        cover = covers.sudo().create(  # as the engine does
            {
                "line_id": case.line_ids[:1].id,
                "kind": "promised",
                "res_model": case._name,
                "source_id": case.id,
                "amount": 10,
                "balance_start": 100,
            }
        )
        return covers.browse(cover.ids)

    @classmethod
    def _make_claim(cls, company, env):
        """Return a claim of one indemnity, and a waiver of the interest."""
        accounts = env["account.account"]
        income = accounts.search(
            [
                *accounts._check_company_domain(company),
                ("account_type", "=", "income"),
            ],
            limit=1,
        )
        company.dunning_interest_account_id = income
        company.dunning_indemnity_account_id = income
        company.dunning_indemnity = 40
        partner = cls._create_customer(f"Claimed debtor of {company.name}")
        cls._make_invoice(company, partner, 5)
        case = env["dunning.case"]._open_for(partner)
        [owed] = case._read_claimable(DAY)[0]
        case._waive(DAY, [(owed, owed.interest, 0)], "small", "Not worth it")
        claim = case._claim(DAY, [(owed, 0, owed.indemnity)])
        return {
            "dunning.claim": claim,
            "dunning.claim.line": claim.line_ids,
            "dunning.waiver": case.waiver_ids,
        }

    @classmethod
    def _make_agreements(cls, company, env):
        """Return payment plans and offers of debtors, at each stage of theirs."""
        world = {}
        for name in ("draft", "proposed", "interest"):
            partner = cls._create_customer(f"{name} agreement of {company.name}")
            cls._make_invoice(company, partner, 5)
            case = env["dunning.case"]._open_for(partner)
            values = {"case_id": case.id, "date_first": DAY + timedelta(days=9)}
            if name == "interest":
                values |= {"interest_method": "balance", "interest_rate": 6}
            world[name] = env["dunning.plan"].create(values)
        for name in ("draft offer", "sent offer"):
            partner = cls._create_customer(f"{name} of {company.name}")
            cls._make_invoice(company, partner, 5)
            case = env["dunning.case"]._open_for(partner)
            values = {"case_id": case.id, "percent": 1}
            world[name] = env["dunning.offer"].create(values)
        (world["proposed"] | world["interest"]).action_propose()
        # Each is ready to be signed: who, and when.
        (world["proposed"] | world["interest"]).write(
            {"signed_on": DAY, "signed_by": "Jeanne Martin"}
        )
        world["interest"].action_accept()
        world["sent offer"].action_send()
        return {
            "dunning.plan": world["draft"],
            "dunning.plan.line": world["draft"].instalment_ids[:1],
            "proposed plan": world["proposed"],
            "plan with interest": world["interest"],
            "dunning.offer": world["draft offer"],
            "sent offer": world["sent offer"],
        }

    @classmethod
    def _make_exclusion(cls, company, env):
        """Return what remembers that an invoice is excluded from follow-up."""
        partner = cls._create_customer(f"Excluded debtor of {company.name}")
        invoice = cls._make_invoice(company, partner, 5).with_env(env)
        invoice.no_followup = True
        return env["dunning.exclusion"].search([("move_id", "=", invoice.id)])

    @classmethod
    def _make_limits(cls, company, env):
        """Return insolvency proceedings with their claim, an event that interrupts a
        limitation, and the decision on a debt that is time-barred."""
        partner = cls._create_customer(f"Insolvent debtor of {company.name}")
        invoice = cls._make_invoice(company, partner, 5)
        debt = {
            "partner_id": partner.id,
            "company_id": company.id,
            "move_ids": [Command.set(invoice.ids)],
        }
        document = {"name": "Letter.pdf", "raw": b"I owe you"}
        event = env["dunning.limitation.event"].create(
            debt | {"date": DAY, "proof_ids": [Command.create(document)]}
        )
        proceeding = env["dunning.proceeding"].create(
            {
                "partner_id": partner.id,
                "company_id": company.id,
                "judgment_date": DAY,
                "declared_on": DAY,
                "trustee_id": cls.env.company.partner_id.id,
            }
        )
        proceeding.action_prepare()
        override = env["dunning.limitation.override"].create(debt | {"reason": "Asked"})
        return {
            "dunning.limitation.event": event,
            "dunning.limitation.override": override,
            "dunning.proceeding": proceeding,
            "dunning.proceeding.line": proceeding.line_ids,
        }

    @classmethod
    def _make_last_run(cls, company, env):
        """Return the last run, which prepared nothing."""
        runs = env["dunning.run"].sudo()  # as the engine makes it
        run = runs.create({"company_id": company.id, "date": DAY})
        env.flush_all()
        env.cr.execute(
            "UPDATE dunning_run SET create_date = create_date + interval '1 hour' "
            "WHERE id = %s",
            [run.id],
        )
        run.invalidate_recordset(["create_date"])
        return env["dunning.run"].browse(run.id)

    @classmethod
    def _make_letter(cls, company, env):
        """Return a letter to a third debtor that waits to be printed."""
        partner = cls._create_customer(f"Debtor by post of {company.name}")
        cls._make_invoice(company, partner, 5)
        env["dunning.case"].run(DAY)
        letter = env["dunning.case"]._open_for(partner).action_ids
        letter.sudo().write(
            {
                "channel": "letter",
                "queued_on": DAY,
                "state": "queued",
                "subject": "Reminder",
                "body": "<p>Please pay.</p>",
            }
        )
        return letter

    @classmethod
    def _make_deposits(cls, company, env):
        """Return a registered letter in a deposit, and one that was handed in."""
        world = {}
        for name in ("registered letter", "handed in", "delivered ahead"):
            partner = cls._create_customer(f"{name} of {company.name}")
            cls._make_invoice(company, partner, 5)
            env["dunning.case"].run(DAY)
            letter = env["dunning.case"]._open_for(partner).action_ids
            letter.sudo().write(
                {
                    "channel": "registered",
                    "queued_on": DAY,
                    "state": "queued",
                    "subject": "Reminder",
                    "body": "<p>Please pay.</p>",
                    "tracking_number": f"1A{letter.id}",
                }
            )
            world[name] = letter
        deposits = env["dunning.deposit"].with_company(company)
        deposit = deposits.create({"company_id": company.id})
        world["registered letter"].deposit_id = deposit
        (world["handed in"] | world["delivered ahead"]).action_deliver(DAY)
        ahead = world["delivered ahead"].sudo()  # as was accepted before
        ahead.delivered_on = DAY + timedelta(days=10)
        return world | {"dunning.deposit": deposit}

    @classmethod
    def _make_seal(cls, letter):
        """Return the fingerprint of the proof of a letter."""
        letter.proof_ids = cls.env["ir.attachment"].create(
            {
                "name": "receipt.pdf",
                "raw": b"%PDF-",
                "res_model": "dunning.action",
                "res_id": letter.id,
            }
        )
        return letter.seal_ids

    @classmethod
    def _make_call(cls, company, env):
        """Return a call to a fourth debtor that waits to be made."""
        partner = cls._create_customer(f"Debtor by phone of {company.name}")
        cls._make_invoice(company, partner, 5)
        env["dunning.case"].run(DAY)
        call = env["dunning.case"]._open_for(partner).action_ids
        call.sudo().write({"channel": "phone", "queued_on": DAY, "state": "queued"})
        return call

    def _as(self, user):
        """Return the environment of a user who works in his company."""
        companies = {"allowed_company_ids": self.company.ids}
        return self.env(user=user.id, context=companies)

    def _begin(self):
        """Empty the cache, as when a request begins: what is in it is not checked
        again. What the host itself reads of users and rules, it finds as it was."""
        self.env.invalidate_all()
        if self._known is None:
            self._known = self._read_known()
        for field, values in self._known.items():
            self.env.transaction.field_data[field] = _copy_cache(values)

    def _read_known(self):
        """Return what the cache has of users, their companies and the rules."""
        users = self.env["res.users"].sudo().search([])
        rules = self.env["ir.rule"].sudo().search([])
        for records in (users, users.company_ids, rules):
            records.fetch()
        for records, name in (
            *((users, name) for name in ("group_ids", "all_group_ids", "company_ids")),
            (rules, "groups"),
        ):
            records.mapped(name)
        return {
            field: _copy_cache(values)
            for field, values in self.env.transaction.field_data.items()
            if field.model_name in KNOWN
        }

    def _try(self, function):
        """Call, take everything back; return whether rights allowed it.

        Any other exception than a refusal by rights is the test's failure. Taking back
        empties the cache.
        """
        self._begin()
        try:
            with self.cr.savepoint():
                function()
                self.env.flush_all()
                raise TakenBack
        except TakenBack:
            return True
        except AccessError:
            return False

    def _call(self, user, record, method, *args):
        """Call a method as the web client does: public methods only, by number."""
        model = self._as(user)[record._name]
        is_of_model = getattr(getattr(type(model), method), "_api_model", False)
        return call_kw(
            model, method, [*([] if is_of_model else [record.ids]), *args], {}
        )

    def _make_window(self, model, world, user):
        """Return a window over records of a world, opened by a user or superuser."""
        if not user:
            return world["windows"][model]
        return self._open_window(model, world, self._as(user))

    @classmethod
    def _open_with_lines(cls, model, world, env):
        """Return a window that has lines, or its line."""
        if model.startswith("dunning.receipt.import"):
            number = world["handed in"].tracking_number
            lines = [
                Command.create({"tracking_number": number, "receipt": str(DAY)}),
            ]
            window = env["dunning.receipt.import"].create(
                {
                    "document": base64.b64encode(f"number;receipt\n{number};".encode()),
                    "company_id": world["handed in"].company_id.id,
                    "line_ids": lines,
                }
            )
            scan = {"name": f"{number}.pdf", "raw": b"%PDF-1.4 receipt"}
            window.scan_ids = env["ir.attachment"].create(
                scan | {"res_model": window._name, "res_id": window.id}
            )
        else:
            item = {"name": "Old", "date_due": DAY, "reason": "choice"}
            window = env["dunning.doubtful"].create(
                {
                    "company_id": world["dunning.case.line"].company_id.id,
                    "line_ids": [Command.create(item)],
                }
            )
        return window.line_ids if model.endswith(".line") else window

    @classmethod
    def _open_window(cls, model, world, env):
        if model == "dunning.letter.post":
            return env[model].create({"action_ids": [Command.set(world["letter"].ids)]})
        if model == "dunning.ladder.change":
            return env[model].create(
                {
                    "case_ids": [Command.set(world["dunning.case"].ids)],
                    "ladder_id": world["dunning.ladder"].id,
                    "reason": "He is a friend",
                }
            )
        if model.startswith(WITH_LINES):
            return cls._open_with_lines(model, world, env)
        if model == "dunning.level.preview":
            return env[model].create(
                {
                    "level_id": world["dunning.level"].id,
                    "case_id": world["dunning.case"].id,
                }
            )
        if model == "dunning.known.money":
            case = world["dunning.case"]
            return env[model].create({"case_id": case.id, "reason": "Agreed"})
        if model == "dunning.plan.sign":
            plan = world["proposed plan"]
            window = {"plan_id": plan.id, "signed_on": DAY, "proof": "none"}
            return env[model].create(window | {"signed_by": "Jeanne Martin"})
        if model == "dunning.setup":
            return env[model].create(
                {
                    "company_id": world["dunning.case"].company_id.id,
                    "user_id": cls.collector.id,
                    "manager_id": cls.manager.id,
                    "ladder_id": cls.ladder.id,
                    "time_zone": env.company._dunning_country_zones()[0],
                }
            )
        return cls._open_on_case(model, world, env)

    @classmethod
    def _open_on_case(cls, model, world, env):
        """Return a window that a case opens."""
        if model == "dunning.delivery.day":
            ahead = world["delivered ahead"]
            return env[model].create({"action_id": ahead.id, "reason": "Mistyped"})
        if model == "dunning.outcome":
            reason = env["dunning.reason"].search([("code", "=", "MAN")])
            return env[model].create(
                {"action_id": world["call"].id, "reason_id": reason.id}
            )
        case = world["dunning.case"].with_env(env)
        if model.startswith("dunning.claim.wizard"):
            window = env["dunning.claim.wizard"].create(
                {"case_id": case.id, "until": DAY, "reason": "Agreed"}
            )
            if env.user.has_group("account_dunning.group_dunning_manager"):
                window.line_ids.interest_waived = 0.01
            return window.line_ids if model.endswith(".line") else window
        if model == "dunning.case.close":
            cases = world["dunning.hold"].case_id
            values = {"case_ids": [Command.set(cases.ids)], "reason": "Settled"}
            return env[model].create(values)
        if model == "dunning.file.void":
            promise = world["dunning.promise"]
            return env[model].create(
                {
                    "res_model": promise._name,
                    "res_id": promise.id,
                    "attachment_id": promise.document_ids[:1].id,
                    "reason": "Of another customer",
                }
            )
        if model == "dunning.hold.wizard":
            return env[model].create(
                {
                    "case_ids": [Command.set(case.ids)],
                    "date_until": DAY + timedelta(days=5),
                    "reason": "Moving house",
                }
            )
        window = env["dunning.relance"]._open_for_cases(case)
        line = env["dunning.relance.line"].browse(window["res_id"])
        return line if model == "dunning.relance.line" else line.relance_id


def _copy_cache(values):
    """Return a copy of what the cache has of a field: by record, or by context."""
    return {
        key: value.copy() if isinstance(value, dict) else value
        for key, value in values.items()
    }
