import hashlib

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools.misc import human_size


def fingerprint(content):
    """Return the SHA-256 of a document, in hexadecimal."""
    return hashlib.sha256(content or b"").hexdigest()


class DunningSeal(models.Model):
    """The fingerprint of a document that proves something, taken once.

    A scan, a letter or an invoice can be replaced on a disk without any trace in the
    database; its SHA-256 tells. Only the engine writes seals (as superuser, for whoever
    prints or archives), and none is ever removed: a document that is gone is missing.
    """

    _name = "dunning.seal"
    _description = "Fingerprint of a Proof"
    _inherit = ["dunning.guarded"]
    _order = "id"
    _rec_name = "name"

    action_id = fields.Many2one(
        "dunning.action", index="btree_not_null", readonly=True, ondelete="cascade"
    )
    deposit_id = fields.Many2one(
        "dunning.deposit", index="btree_not_null", readonly=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True
    )
    attachment_id = fields.Many2one(
        "ir.attachment",
        "Document",
        index="btree_not_null",
        readonly=True,
        ondelete="set null",
    )
    name = fields.Char(required=True, readonly=True)
    kind = fields.Selection(
        [("notice", "Letter"), ("enclosure", "Enclosure"), ("proof", "Proof")],
        required=True,
        readonly=True,
    )
    sha256 = fields.Char(
        "SHA-256",
        required=True,
        readonly=True,
        help="Fingerprint of the document as it was when it was printed or added. "
        "Any program that computes SHA-256 gives the same one for the same document.",
    )
    size = fields.Integer("Size (bytes)", readonly=True)
    size_text = fields.Char("Size", compute="_compute_size_text")
    state = fields.Selection(
        [
            ("sealed", "Not checked yet"),
            ("intact", "Intact"),
            ("altered", "Altered"),
            ("missing", "Missing"),
        ],
        required=True,
        default="sealed",
        readonly=True,
    )
    checked_on = fields.Datetime(readonly=True)
    _one_seal = models.UniqueIndex(
        "(COALESCE(action_id, 0), COALESCE(deposit_id, 0), attachment_id)",
        "This document has its fingerprint already.",
    )

    @api.depends("size")
    def _compute_size_text(self):
        for seal in self:
            seal.size_text = human_size(seal.size)

    @api.model
    def _take(self, documents):
        """Take the fingerprints of documents that have none yet.

        :param documents: ``[(owner, attachment, kind), …]``; only what was sent or
            deposited has fingerprints: documents of other records prove no delivery
        """
        owners = self._get_owners()
        documents = [row for row in documents if row[0]._name in owners]
        seals = self.sudo()  # see the class: the engine's own
        ids = {attachment.id for _owner, attachment, _kind in documents}
        sealed = {
            (seal[name], seal.attachment_id.id)
            for seal in seals.search([("attachment_id", "in", list(ids))])
            for name in owners.values()
        }
        seals.create(
            [
                self._prepare_seal(owner, attachment.sudo(), kind)
                for owner, attachment, kind in documents
                if (owner, attachment.id) not in sealed
            ]
        )

    @api.model
    def _get_owners(self):
        """Return what has fingerprints, and the field that names it: a hook."""
        return {"dunning.action": "action_id", "dunning.deposit": "deposit_id"}

    @api.model
    def _prepare_seal(self, owner, attachment, kind):
        return {
            self._get_owners()[owner._name]: owner.id,
            "company_id": owner.company_id.id,
            "attachment_id": attachment.id,
            "name": attachment.name,
            "kind": kind,
            "sha256": fingerprint(attachment._read_dunning_bytes()),
            "size": len(attachment._read_dunning_bytes()),
        }

    def _get_holder(self):
        names = self._get_owners().values()
        return next(self[name] for name in names if self[name])

    def _check(self):
        """Compute each fingerprint again, and note what became of the document."""
        now = fields.Datetime.now()
        for seal in self.sudo():  # see the class: the engine's own
            document = seal.attachment_id
            content = document and document._read_dunning_bytes()
            if not content:
                state = "missing"
            else:
                is_same = fingerprint(content) == seal.sha256
                state = "intact" if is_same else "altered"
            seal._write_facts({"state": state, "checked_on": now})

    def _describe(self):
        """Return what the last check found, one line for each document."""
        labels = dict(self._fields["state"]._description_selection(self.env))
        return [
            self.env._(
                "%(document)s: %(state)s", document=seal.name, state=labels[seal.state]
            )
            for seal in self
        ] or [self.env._("There is no sealed document yet.")]

    def _tell(self):
        """Return the notification of what the last check found."""
        states = set(self.mapped("state"))
        is_fine = not states & {"altered", "missing"}
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success" if is_fine and states else "warning",
                "sticky": not is_fine,
                "title": self.env._("Check of the proofs"),
                "message": "\n".join(self._describe()),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def action_open_document(self):
        """Open the document itself."""
        self.ensure_one()
        self.check_access("read")
        if not self.attachment_id:
            raise UserError(
                self.env._(
                    "“%(document)s” is missing: ask for a copy.", document=self.name
                )
            )
        url = f"/web/content/{self.attachment_id.id}"
        return {"type": "ir.actions.act_url", "url": url, "target": "new"}
