from datetime import date, timedelta

from odoo import Command

from .common import DAY


class NewValues:
    """What a new record of each model is made of, for tests that try all of them."""

    def _new_values(self, model, world):
        """Return the values of a new record of a model in a company."""
        case, company = world["dunning.case"], world["dunning.case"].company_id
        currency = company.currency_id.id
        line = {"currency_id": currency}
        run = {"run_id": world["dunning.run"].id}
        return {
            "dunning.ladder": {"name": "New", "company_id": company.id},
            "dunning.level": {
                "name": "New",
                "ladder_id": world["dunning.ladder"].id,
                "delay_days": 90,
            },
            "dunning.case": {
                "partner_id": self.partner_b.id,
                "company_id": company.id,
            },
            "dunning.case.line": line | {"case_id": case.id, "date_due": DAY},
            "dunning.action": {
                "case_id": case.id,
                "channel": "email",
                "date": DAY + timedelta(days=1),
            },
            "dunning.action.line": line | {"action_id": world["dunning.action"].id},
            "dunning.seal": {
                "action_id": world["dunning.action"].id,
                "company_id": company.id,
                "name": "New",
                "kind": "proof",
                "sha256": "0",
            },
            "dunning.rate": {
                "date_from": date(2031, 1, 1),
                "kind": "ecb_refi",
                "rate": 1,
                "source": "New",
            },
            "dunning.delivery.day": {
                "action_id": world["delivered ahead"].id,
                "reason": "New",
            },
            "dunning.hold": {
                "case_id": case.id,
                "reason": "New",
                "date_until": DAY + timedelta(days=2),
            },
            "dunning.promise": {
                "case_id": case.id,
                "date": DAY + timedelta(days=2),
                "amount": 10,
                "confirm": False,
            },
            "dunning.hold.wizard": {"case_ids": [Command.set(case.ids)]},
            "dunning.case.close": {"case_ids": [Command.set(case.ids)]},
            "dunning.known.money": {"case_id": case.id},
            "dunning.file.void": {
                "res_model": "dunning.promise",
                "res_id": world["dunning.promise"].id,
            },
            "dunning.cover": {
                "line_id": world["dunning.case.line"].id,
                "kind": "disputed",
                "res_model": "dunning.case",
                "source_id": case.id,
            },
            "dunning.claim": {
                "case_id": case.id,
                "currency_id": currency,
                "date": DAY,
                "until": DAY,
            },
            "dunning.claim.line": line
            | {"claim_id": world["dunning.claim"].id, "kind": "interest"},
            "dunning.waiver": line
            | {
                "case_id": case.id,
                "kind": "interest",
                "motive": "small",
                "reason": "New",
                "date": DAY,
                "amount": 1,
            },
            "dunning.claim.wizard": {"case_id": case.id, "until": DAY},
            "dunning.claim.wizard.line": {
                "wizard_id": world is self.foreign
                and world["windows"]["dunning.claim.wizard"].id,
                "case_line_id": world["dunning.case.line"].id,
            },
            "dunning.dispute": {
                "move_id": world["account.move"].id,
                "reason_id": world["dunning.reason"].id,
                "user_id": self.collector.id,
            },
            "dunning.dispute.owner": {"company_id": company.id, "family": "special"},
            "dunning.einvoice.status": {
                "move_id": world["account.move"].id,
                "code": "205",
                "date": DAY,
            },
            "dunning.phrase": {"name": "Never again"},
            "dunning.reason": {"code": "NEW", "name": "New", "family": "admin"},
            "dunning.plan": {"case_id": case.id, "date_first": DAY},
            "dunning.plan.line": {
                "plan_id": world["dunning.plan"].id,
                "date": DAY,
                "amount": 1,
            },
            "dunning.offer": {"case_id": case.id, "percent": 1},
            "dunning.exclusion": {
                "move_line_id": world["dunning.case.line"].move_line_id.id,
                "move_id": world["account.move"].id,
                "company_id": company.id,
            },
            "dunning.alert": {
                "kind": "failure",
                "case_id": case.id,
                "action_id": world["dunning.action"].id,
            },
            "dunning.doubtful": {"company_id": company.id},
            "dunning.doubtful.line": {
                "doubtful_id": world["windows"]["dunning.doubtful"].id
                if world is self.foreign
                else False
            },
            "dunning.limitation.event": self._get_debt(world) | {"date": DAY},
            "dunning.limitation.override": self._get_debt(world) | {"reason": "New"},
            "dunning.proceeding": {
                "partner_id": self.partner_b.id,
                "company_id": company.id,
                "judgment_date": DAY,
            },
            "dunning.proceeding.line": {
                "proceeding_id": world["dunning.proceeding"].id,
                "name": "New",
                "date_due": DAY,
            },
            "dunning.run": {"date": DAY, "company_id": company.id},
            "dunning.run.batch": run | {"kind": "prepare", "keys": []},
            "dunning.run.count": run | {"result": "none", "count": 1},
            "dunning.run.line": run | {"result": "none", "count": 1},
            "dunning.old.items": {"company_id": company.id},
            "dunning.old.items.band": {
                "old_items_id": world["dunning.old.items"].id,
                "days_from": 1,
            },
            "dunning.first.run": {"company_id": company.id},
            "dunning.first.run.line": {"first_run_id": world["dunning.first.run"].id},
            "dunning.first.run.total": {"first_run_id": world["dunning.first.run"].id},
            "dunning.setup": {"company_id": company.id},
            "dunning.relance": {"line_ids": [Command.create({"case_id": case.id})]},
            "dunning.relance.line": {"case_id": case.id},
            "dunning.letter.post": {"action_ids": [Command.set(world["letter"].ids)]},
            "dunning.ladder.change": {
                "case_ids": [Command.set(case.ids)],
                "ladder_id": world["dunning.ladder"].id,
            },
            "dunning.level.preview": {
                "level_id": world["dunning.level"].id,
                "case_id": case.id,
            },
            "dunning.deposit": {
                "company_id": company.id,
                "action_ids": [Command.set(world["registered letter"].ids)],
            },
            "dunning.receipt.import": {"company_id": company.id},
            "dunning.receipt.import.line": {
                "tracking_number": world["handed in"].tracking_number,
                "import_id": world is self.foreign
                and world["windows"]["dunning.receipt.import"].id,
            },
            "dunning.outcome": {"action_id": world["call"].id},
            "dunning.plan.sign": {"plan_id": world["proposed plan"].id},
        }[model]

    def _get_debt(self, world):
        """Return whose invoice something is about, of one company."""
        case = world["dunning.case"]
        return {
            "partner_id": case.partner_id.id,
            "company_id": case.company_id.id,
            "move_ids": [Command.set(world["account.move"].ids)],
        }
