from unittest import TestCase

from ...tools.registration import (
    CIVIL_NAME,
    PUBLIC_NAME,
    find_siren,
    group_number,
    is_public,
)


class TestRegistration(TestCase):
    def test_a_siret_is_written_in_groups_and_named(self):
        for number, expected in [
            ("04217733700017", ("SIRET", "042 177 337 00017")),
            ("042 177 337 00017", ("SIRET", "042 177 337 00017")),
            ("042177337", ("SIREN", "042 177 337")),
            ("RCS Lyon B 042177337", ("", "RCS Lyon B 042177337")),
            ("HRB 12345", ("", "HRB 12345")),
            ("", ("", "")),
            (None, ("", "")),
        ]:
            with self.subTest(number):
                self.assertEqual(group_number(number), expected)

    def test_a_siren_is_found_in_either_number(self):
        for registry, vat, expected in [
            ("21690123100011", "", "216901231"),
            ("216 901 231", "", "216901231"),
            ("", "FR 12 216901231", "216901231"),
            ("", "FRAB216901231", "216901231"),
            ("0123456789", "BE0123456789", ""),
            (None, None, ""),
        ]:
            with self.subTest(registry=registry, vat=vat):
                self.assertEqual(find_siren(registry, vat), expected)

    def test_public_bodies_begin_with_one_or_two(self):
        for digit in "0123456789":
            with self.subTest(digit):
                self.assertEqual(is_public(digit + "12345678"), digit in "12")
        self.assertFalse(is_public(""))

    def test_names_that_a_person_looks_at(self):
        for name in (
            "Mairie de Vauvert",
            "COMMUNE DE SAINT-AUBIN",
            "Communauté d'agglomération du Grand Ouest",
            "Centre hospitalier de Givors",
            "Lycée Jean Moulin",
        ):
            self.assertTrue(PUBLIC_NAME.search(name), name)
        for name in (
            "Association des parents",
            "Syndicat des copropriétaires 12 rue du Lac",
            "Copropriété Les Tilleuls",
            "SDC Les Tilleuls",
        ):
            self.assertTrue(CIVIL_NAME.search(name), name)
        for name in ("Garage Martin", "Transports Communaux", "Boulangerie Martin"):
            self.assertFalse(PUBLIC_NAME.search(name), name)
            self.assertFalse(CIVIL_NAME.search(name), name)
