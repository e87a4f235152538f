from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged

from ..common import DunningCommon
from ..common_hostile import RENDERED, HostileMixin


@tagged("post_install", "-at_install")
class TestTemplateLimits(HostileMixin, DunningCommon):
    """Texts of levels are rendered by Odoo, which knows who may write code in them."""

    SUBJECTS = (
        "{{ 7 * 191 }}",
        "{{ object.env }}",
        "{{ object.env.cr }}",
        "{{ user.password }}",
        "{{ ctx }}",
        "{{ object.__class__ }}",
        "{{ object.greeting.__class__ }}",
        "{{ object.case_id.company_id.name }}",
        "{{ object.greeting or object.env }}",
        "{{ object['greeting'] }}",
        "{{ object.greeting }} {{ object.write({'state': 'done'}) }}",
    )
    BODIES = (
        '<t t-out="7 * 191"/>',
        '<t t-out="object.env"/>',
        '<t t-esc="object.env"/>',
        '<t t-raw="user.password"/>',
        '<t t-out="object.greeting.__class__"/>',
        '<t t-out="object.sudo().case_id"/>',
        '<t t-set="x" t-value="7 * 191"/><t t-out="x"/>',
        '<t t-call="web.layout"/>',
        '<t t-call="{{ object.env }}"/>',
        '<p t-att-title="7 * 191">x</p>',
        '<p t-attf-title="{{ 7 * 191 }}">x</p>',
        "<p t-att=\"{'title': 7 * 191}\">x</p>",
        '<t t-foreach="[7 * 191]" t-as="x"><t t-out="x"/></t>',
        '<t t-if="7 * 191"><b id="evil">x</b></t>',
        '<t t-out="object.greeting"><t t-out="7 * 191"/></t>',
        '<p t-out="object.greeting" t-att-title="7 * 191"/>',
        '<t t-tag="7 * 191"/>',
        '<t t-lang="object.env" t-call="web.layout"/>',
        '<T T-OUT="7 * 191"/>',
        '<t t-out = "7 * 191" />',
    )

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["ir.config_parameter"].set_param("mail.restrict.template.rendering", 1)
        cls._invoice(5)
        cls.first.write(
            {
                "automation": "manual",
                "channel_letter": True,
                "letter_template_id": cls.letter_text.id,
            }
        )
        cls._run()

    def _try_text(self, channel, values):
        """Save a text as a credit manager; where it is accepted, look at it."""
        actions = self._case().action_ids
        action = actions.filtered(lambda one: one.channel == channel)
        template = action.level_id._get_template(channel)
        try:
            with self.cr.savepoint():
                template.with_user(self.manager).write(values)
        except AccessError:
            return
        subject, body = action._render_texts()[action.id]
        self.assertNotIn(RENDERED, f"{subject} {body}")
        self.assertNotIn("odoo", f"{subject} {body}")
        self._check_html(body)

    def test_a_manager_saves_no_expression_outside_the_placeholders(self):
        for channel in ("email", "letter"):
            for subject in self.SUBJECTS:
                with self.subTest(channel=channel, subject=subject):
                    template = self.first._get_template(channel)
                    with self.assertRaises(AccessError), self.cr.savepoint():
                        template.with_user(self.manager).write({"subject": subject})

    def test_a_hostile_body_is_refused_or_stays_text(self):
        for channel in ("email", "letter"):
            for body in self.BODIES:
                with self.subTest(channel=channel, body=body):
                    self._try_text(channel, {"body_html": f"<p>Hello</p>{body}"})

    def test_other_fields_of_a_text_take_no_expression_either(self):
        for name in ("lang", "email_from", "email_to", "reply_to", "partner_to"):
            text = self.mail_text.with_user(self.manager)
            with self.subTest(field=name), self.assertRaises(AccessError):
                text.write({name: "{{ object.env }}"})

    def test_a_translation_is_checked_like_the_text_itself(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        text = self.mail_text.with_user(self.manager)
        for write in (
            lambda: text.with_context(lang="fr_FR").write({"subject": "{{ ctx }}"}),
            lambda: text.update_field_translations("subject", {"fr_FR": "{{ ctx }}"}),
        ):
            with self.assertRaises(AccessError), self.cr.savepoint():
                write()

    def test_a_text_in_use_stays_a_text_for_dunning(self):
        partners = self.env["ir.model"]._get_id("res.partner")
        for text in (self.mail_text, self.letter_text):
            with self.assertRaises(ValidationError), self.cr.savepoint():
                text.sudo().model_id = partners  # whoever does it

    def test_every_placeholder_may_be_used_by_a_manager(self):
        names = self.env["dunning.action"].mail_allowed_qweb_expressions()
        body = "".join(f'<p><t t-out="{name}"/></p>' for name in names)
        self.mail_text.with_user(self.manager).write({"body_html": body})
        action = self._case().action_ids.filtered(lambda one: one.channel == "email")
        self.assertIn("Hello,", action._render_texts()[action.id][1])
