from odoo.tests import tagged

from ..common import DAY
from .test_automation import AutomationCommon

ANSWER = """From: {address}
To: accounts@example.com
Subject: {subject}
Message-Id: <{number}@example.com>
In-Reply-To: {message_id}
References: {message_id}
{headers}Content-Type: text/plain; charset=utf-8

I am away until Monday.
"""


@tagged("post_install", "-at_install")
class TestAutomaticAnswers(AutomationCommon):
    """An absence notice is no word of the debtor."""

    def setUp(self):
        super().setUp()
        self._invoice(5)
        self._run_and_send()
        self.message = self._case().action_ids.mail_mail_id.mail_message_id

    def _answer(self, headers="", subject="Re: Reminder"):
        source = ANSWER.format(
            address=self.customer.email,
            number=len(self._case().message_ids),
            subject=subject,
            message_id=self.message.message_id,
            headers=headers,
        )
        self.env["mail.thread"].message_process(None, source)
        self.env.invalidate_all()
        return self._case().message_ids[:1]

    def test_the_debtor_still_is_silent(self):
        for headers in (
            "Auto-Submitted: auto-replied\n",
            "Precedence: bulk\n",
            "X-Auto-Response-Suppress: All\n",
        ):
            with self.subTest(headers):
                message = self._answer(headers)
                self.assertIn("I am away", message.body)
                self.assertEqual(message.message_type, "out_of_office")
                self.assertEqual(self._case().silent_since, DAY)

    def test_an_absence_notice_is_known_by_its_subject_too(self):
        self._answer(subject="Automatic reply: Reminder")
        self.assertEqual(self._case().silent_since, DAY)

    def test_his_own_words_are_an_answer(self):
        self.assertEqual(self._answer().message_type, "email")
        self.assertFalse(self._case().silent_since)
