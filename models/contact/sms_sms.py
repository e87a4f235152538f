from odoo import fields, models


class SmsSms(models.Model):
    """The host's SMS queue: who has paid meanwhile is left alone."""

    _inherit = "sms.sms"

    dunning_action_ids = fields.One2many("dunning.action", "sms_id")

    def _send(self, unlink_failed=False, unlink_sent=True, raise_exception=False):
        """Just before sending, drop reminders whose items were settled meanwhile.

        By company: the host bills each message to the company of its record.
        """
        # Whoever sends SMS need not have rights on dunning.
        ours = self.filtered(lambda sms: sms.sudo().dunning_action_ids)
        shares = [self - ours]
        for company, of_company in ours.grouped(
            lambda sms: sms.mail_message_id.record_company_id
        ).items():
            actions = of_company.sudo().dunning_action_ids.with_company(company)
            left = actions._get_sendable()._in_company_language()._drop_outdated()
            left._hold_for_delivery()
            shares.append(
                of_company.filtered(lambda sms: sms.state == "outgoing").with_company(
                    company
                )
            )
        result = None
        for share in filter(None, shares):
            result = super(SmsSms, share)._send(
                unlink_failed=unlink_failed,
                unlink_sent=unlink_sent,
                raise_exception=raise_exception,
            )
        return result
