from unittest.mock import patch

from lxml import html

from odoo.addons.base.models.ir_mail_server import IrMail_Server

#: What somebody may have put in a name, a reference or a note.
HOSTILE = {
    "markup": '<b id="evil">x</b><script id="evil">alert(1)</script>'
    '<img id="evil" src="x" onerror="alert(1)">',
    "qweb": '<t t-out="7 * 191"/><t t-call="web.layout"/><p t-att-id="\'evil\'"/>',
    "inline": "{{ 7 * 191 }} ${7 * 191} {% raw %} %(debtor)s %s {0} {debtor}",
    "attribute": '" id="evil" onmouseover="alert(1)" x=\''
    " &lt;b id=evil&gt; &amp;amp; <!-- ]]> <![CDATA[",
    "signs": "Martin \u202egnp.exe\u202c \u200f\u2066ok\u2069 👩‍👩‍👧 e\u0301\u0327",
    "long": "M" * 10_000,
    "line break": "Martin\r\nBcc: victim@example.com\r\n\r\nHello",
    "control": "Martin\x01\x0b\x1b\x7f\ufeff end",
}
#: What the templates above would give if they were rendered.
RENDERED = str(7 * 191)


def flat(text):
    """Return a text as it reads: any white space is one space."""
    return " ".join(str(text or "").split())


class HostileMixin:
    """Looks at what was made of a hostile text."""

    def _build_mails(self, mails):
        """Let the queue build its messages, as the server gets them.

        :return: ``[(addresses it is sent to, message), …]``
        """
        built = []

        def send_email(server, message, *args, **kwargs):
            built.append((server._prepare_smtp_to_list(message, None), message))
            return message["Message-Id"]

        with (
            patch.object(IrMail_Server, "_disable_send", lambda server: False),
            patch.object(IrMail_Server, "_connect__", lambda *args, **kwargs: None),
            patch.object(IrMail_Server, "send_email", send_email),
        ):
            mails.sudo().send()
        return built

    def _check_html(self, markup, text=None):
        """Check that no element of ours came from a name, and that it can be read.

        :param text: the hostile text that must stand there, letter by letter
        """
        self.assertTrue(markup)
        document = html.fromstring(f"<div>{markup}</div>")
        self.assertFalse(document.xpath("//*[@id='evil']"))
        self.assertFalse(document.xpath("//@*[contains(., 'alert(1)')]"))
        self.assertNotIn(RENDERED, document.text_content())
        if text:
            self.assertIn(flat(text), flat(document.text_content()))
