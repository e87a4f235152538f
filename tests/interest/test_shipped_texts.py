import re

from odoo.tests import tagged
from odoo.tools import html2plaintext

from ..ladder.test_shipped_ladders import ShippedCommon

#: What no consumer may read: the law of businesses and of public bodies.
NOT_FOR_CONSUMERS = re.compile(
    r"\b40\b|L441|L2192|indemnit|penalt|pénalit|recovery costs|\bfrais\b|businesses"
    r"|professionnels|Central Bank|Banque centrale",
    re.IGNORECASE,
)


#: What he does read: that there are none, and whose legal rate it is.
TOLD_TO_CONSUMERS = re.compile(
    r"No costs are claimed from you|Aucuns frais ne vous sont réclamés"
    r"|professional creditors|créanciers professionnels"
)


@tagged("post_install", "-at_install")
class TestShippedTexts(ShippedCommon):
    """What the shipped texts say of interest and of the indemnity."""

    @classmethod
    def _complete_company(cls, company):
        result = super()._complete_company(company)
        company.dunning_indemnity = 40
        return result

    def test_a_consumer_is_never_told_the_law_of_others_on_any_ladder(self):
        for lang in ("en_US", "fr_FR"):
            for name, text in self._each("consumer", lang):
                if text.key == "public":
                    continue
                with self.subTest(name):
                    said = text.subject + html2plaintext(text.body)
                    said = re.sub(r"INV/\S+|\d+/\d+/\d+", "", said)
                    said = TOLD_TO_CONSUMERS.sub("", said)
                    self.assertFalse(NOT_FOR_CONSUMERS.findall(said))

    def test_interest_is_named_to_a_consumer_in_the_formal_notice_only(self):
        for name, text in self._each("consumer", "en_US", "consumer"):
            with self.subTest(name):
                is_named = "interest at the legal rate" in text.body
                self.assertEqual(is_named, text.level.is_formal_notice)

    def test_a_public_body_reads_of_the_indemnity_in_letters_only(self):
        for name, text in self._each("public", "en_US", "public"):
            with self.subTest(name):
                self.assertEqual("€40" in text.body, text.channel != "email")

    def test_a_business_reads_of_l441_10_from_the_second_reminder_on(self):
        told = {
            text.level.tone: "L441-10" in text.body
            for _name, text in self._each("business", "en_US", "business")
        }
        self.assertEqual(
            told, {"friendly": False, "neutral": True, "firm": True, "formal": True}
        )
