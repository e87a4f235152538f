import logging

from psycopg2 import OperationalError

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools.misc import split_every

_logger = logging.getLogger(__name__)

#: The scheduled action that renders what e-mails wait for.
WORKER = "account_dunning.ir_cron_dunning_documents"
#: E-mails that one worker prepares in one transaction.
EMAILS_PER_SHARE = 10
#: Invoices rendered in one call of the PDF program.
INVOICES_PER_CALL = 10


class DunningActionDocuments(models.Model):
    """Invoices that go with an e-mail: each is rendered once, never while a user waits.

    An e-mail whose invoices were all printed before is in the mail queue at once. The
    others are frozen and on their way as well: a worker renders what is missing, then
    puts them in the queue.
    """

    _inherit = "dunning.action"

    attachment_ids = fields.Many2many("ir.attachment", readonly=True)

    def _get_document_lines(self):
        """Return the case lines whose invoices go with the messages."""
        lines = self.filtered("level_id.attach_invoices").line_ids.case_line_id
        return lines.filtered(lambda line: line.move_id.is_sale_document())

    def _hold_for_documents(self):
        """Leave messages whose invoices are not printed yet to a worker.

        :return: those that have all they need
        """
        lines = self._get_document_lines()
        missing = lines.filtered(lambda line: not line._get_invoice_pdf())
        waiting = self.filtered(lambda action: action.line_ids.case_line_id & missing)
        if waiting:
            waiting.write({"state": "queued"})
            self.env.ref(WORKER)._trigger()
        return self - waiting

    def _attach_invoices(self):
        """Attach the PDF of each invoice to its message."""
        for action in self.filtered("level_id.attach_invoices"):
            pdfs = self.env["ir.attachment"]
            for line in action._get_document_lines():
                pdfs |= line._get_invoice_pdf()
            action.attachment_ids |= pdfs

    @api.model
    def _cron_make_documents(self):
        """Render the invoices that e-mails wait for; any number of workers may."""
        waiting = (
            Domain("state", "=", "queued")
            & Domain("channel", "=", "email")
            & Domain("mail_mail_id", "=", False)
        )
        actions = self.env["dunning.action"]

        def claim():
            todo = actions.search(waiting, limit=20 * EMAILS_PER_SHARE, order="id")
            return todo.try_lock_for_update(limit=EMAILS_PER_SHARE)

        def work(share):
            for company, of_company in share.grouped("company_id").items():
                of_company.with_company(company)._complete()
            return actions.search_count(waiting)

        self.env["dunning.worker"]._cron_work_off(claim, work, WORKER)

    def _complete(self):
        """Render what is missing and put the messages in the mail queue.

        What was settled while it waited is dropped; a message whose invoice cannot be
        printed fails, and its collector is told.
        """
        ready = self._in_company_language()._drop_outdated()
        errors = ready._get_document_lines()._make_invoice_pdfs()
        for action in ready:
            reasons = [
                errors[line] for line in action._get_document_lines() if line in errors
            ]
            if reasons:
                action._mark_failed(reasons[0])
                ready -= action
        ready._post()


class DunningCaseLineDocuments(models.Model):
    """The PDF of the invoice of an open item."""

    _inherit = "dunning.case.line"

    def _get_invoice_pdf(self):
        """Return the invoice as it was sent, else the copy that was made of it."""
        self.ensure_one()
        # The debtor's own invoice, whoever attaches it.
        return self.move_id.sudo().invoice_pdf_report_id or self.invoice_pdf_id

    def _make_invoice_pdfs(self):
        """Render the invoices that were never printed, some in each call.

        :return: why it failed, for the lines whose invoice could not be rendered
        :rtype: dict[dunning.case.line, str]
        """
        errors = {}
        missing = self.filtered(lambda line: not line._get_invoice_pdf())
        by_report = missing.move_id.grouped(
            lambda move: self.env["account.move.send"]._get_default_pdf_report_id(move)
        )
        for report, moves in by_report.items():
            for ids in split_every(INVOICES_PER_CALL, moves.ids):
                errors |= missing._render_invoices(report, moves.browse(ids))
        return errors

    def _render_invoices(self, report, moves):
        """Render invoices in one call; one that fails does not stop the others."""
        lines = self.filtered(lambda line: line.move_id in moves)
        reports = self.env["ir.actions.report"]
        try:
            with self.env.cr.savepoint():
                content, kind = reports._pre_render_qweb_pdf(
                    report.report_name, moves.ids
                )
                documents = reports._get_splitted_report(
                    report.report_name, content, kind
                )
                lines._keep_invoice_pdfs(documents, kind)
                return {}
        except OperationalError:
            raise  # a conflict with another transaction: the worker tries again
        except Exception as error:
            if not isinstance(error, UserError):
                _logger.warning("Invoices %s not rendered", moves.ids, exc_info=error)
            if len(moves) == 1:
                reason = self.env._(
                    "The invoice %(invoice)s could not be printed: %(error)s",
                    invoice=moves.name,
                    error=error,
                )
                return dict.fromkeys(lines, reason)
        errors = {}
        for move in moves:
            errors |= lines._render_invoices(report, move)
        return errors

    def _keep_invoice_pdfs(self, documents, kind):
        """Store each document once; instalments of an invoice share it.

        :raises UserError: when the program did not tell which page is whose
        """
        for move, lines in self.grouped("move_id").items():
            if not documents.get(move.id):
                raise UserError(self.env._("its pages were not found."))
            lines.invoice_pdf_id = self.env["ir.attachment"].create(
                {
                    "name": f"{(move.name or '').replace('/', '_')}.{kind}",
                    "raw": documents[move.id],
                    "res_model": self._name,
                    "res_id": lines[0].id,
                }
            )
