from unittest import TestCase

from ...tools.automatic import is_automatic


class TestIsAutomatic(TestCase):
    def test_headers_that_machines_write(self):
        for headers in (
            {"Auto-Submitted": "auto-replied"},
            {"auto-submitted": "auto-generated; owner=x"},
            {"Precedence": "auto_reply"},
            {"Precedence": "Bulk"},
            {"X-Auto-Response-Suppress": "All"},
            {"X-Auto-Response-Suppress": "DR, OOF"},
            {"X-Autoreply": "yes"},
            {"Return-Path": "<>"},
            {"Content-Type": "multipart/report; report-type=disposition-notification"},
        ):
            with self.subTest(headers):
                self.assertIs(is_automatic(headers), True)

    def test_subjects_of_absence_notices(self):
        for subject in (
            "Réponse automatique : Votre facture",
            "Automatic reply: Reminder",
            "Out of office",
            "Message d’absence",
        ):
            with self.subTest(subject):
                self.assertIs(is_automatic({}, subject), True)

    def test_what_a_person_writes(self):
        for headers, subject in (
            ({}, "Re: Reminder"),
            ({"Auto-Submitted": "no"}, "Re: Reminder"),
            ({"Precedence": "normal"}, "Payment"),
            ({"X-Auto-Response-Suppress": "DR, RN, NRN"}, "Payment"),
            ({"Return-Path": "<a@example.com>"}, ""),
            ({"Content-Type": "multipart/mixed"}, "Je suis out of office demain"),
        ):
            with self.subTest(subject):
                self.assertIs(is_automatic(headers, subject), False)
