"""Take the pictures of README and guides from a running ``make demo``, in French.

    python dev/screenshots.py http://localhost:8069 docs/images

Run it with the Python of the set-up (``.host/venv``), beside the demonstration. The
deposit of registered letters is made for its picture, and stays.
"""

import os
import shutil
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

#: Colours of a picture of the guides: enough for a screen, a third of the file.
COLOURS = 96
GUIDE_SIZE = {"width": 1200, "height": 740}
SIZE = {"width": 1400, "height": 850}
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
ROW = ".o_data_row:not(.o_sample_data_row)"


class Camera:
    """A browser logged in to the demonstration; ``shoot`` saves what it shows."""

    def __init__(self, browser, url, folder, login, size=SIZE):
        self.url, self.folder = url, folder
        context = browser.new_context(
            viewport=size, locale="fr-FR", timezone_id="Europe/Paris"
        )
        self.page = context.new_page()
        self.page.goto(f"{url}/web/login")
        self.page.fill("input[name=login]", login)
        self.page.fill("input[name=password]", login)
        self.page.click("button[type=submit]")
        self.page.wait_for_selector(".o_main_navbar", timeout=60000)

    def open(self, action, selector=ROW):
        self.page.goto(f"{self.url}/odoo/action-account_dunning.{action}")
        self.page.wait_for_selector(selector, timeout=60000)

    def click(self, selector, then):
        self.page.click(selector)
        self.page.wait_for_selector(then, timeout=60000)

    def shoot(self, name):
        # Let fonts, avatars and animations settle.
        self.page.wait_for_timeout(1500)
        self.page.screenshot(path=str(self.folder / f"{name}.png"))

    def shoot_small(self, name):
        """Save a picture for the guides, with few colours."""
        self.shoot(name)
        path = self.folder / f"{name}.png"
        with Image.open(path) as picture:
            picture.convert("RGB").quantize(COLOURS).save(path, optimize=True)


def as_accountant(camera):
    camera.open("dunning_case_action")
    camera.shoot("cases")
    camera.click(f"{ROW}:has-text('Hôtel') >> nth=0", ".o_form_view")
    camera.shoot("case")
    camera.click("button[name=action_dun]", ".modal .o_form_view")
    camera.shoot("relancer")
    camera.open("dunning_action_action_approve")
    camera.shoot("approve")
    camera.open("dunning_run_action")
    camera.click(f"{ROW} >> nth=0", ".o_form_view")
    camera.shoot("run")


def as_manager(camera):
    camera.open("dunning_ladder_action")
    camera.click(f"{ROW} td.o_data_cell >> nth=1", ".o_form_view")
    camera.shoot("ladder")


def guide_of_accountants(camera):
    camera.open("dunning_case_action")
    camera.shoot_small("guide-cases")
    camera.click(f"{ROW}:has-text('Hôtel') >> nth=0", ".o_form_view")
    camera.shoot_small("guide-case")
    camera.click("button[name=action_hold]", ".modal .o_form_view")
    camera.shoot_small("guide-hold")
    camera.click(".modal .btn-close", ".o_form_view")
    camera.click("button[name=action_dun]", ".modal .o_form_view")
    camera.shoot_small("guide-relancer")
    # Planned for another day: without the filter that shows those of today.
    camera.open("dunning_action_action_calls", ".o_facet_remove")
    camera.click(".o_facet_remove", ROW)
    camera.click(f"{ROW} td.o_data_cell >> nth=1", ".o_form_view")
    camera.shoot_small("guide-call")


def guide_of_managers(camera):
    camera.open("dunning_action_action_approve", ".o_list_view")
    proposed = camera.page.locator(ROW, has_text="Lettre recommandée").all()
    for row in proposed:
        row.locator(".o_list_record_selector input").check()
    if proposed:
        camera.click("button[name=action_approve]", ".o_notification")
    camera.open("dunning_action_action_registered")
    camera.page.click("thead .o_list_record_selector")
    camera.click("button[name=action_print_letters]", ".o_form_view")
    camera.shoot_small("guide-deposit")
    camera.open("dunning_ladder_action")
    camera.click(f"{ROW} td:has-text('standard')", ".o_form_view")
    camera.click(f".o_form_view {ROW} >> nth=1", ".modal .o_form_view")
    camera.shoot_small("guide-level")


def guide_of_administrators(camera):
    camera.page.goto(f"{camera.url}/odoo/settings#account")
    camera.page.wait_for_selector("#dunning_night", timeout=60000)
    camera.page.evaluate(
        "document.querySelector('#dunning_night').scrollIntoView();"
        "document.querySelector('.settings').scrollBy(0, -110)"
    )
    camera.shoot_small("guide-settings")


def main(url, folder):
    """Take every picture of the README and of the guides."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=QUIET)
        as_accountant(Camera(browser, url, folder, "claire"))
        as_manager(Camera(browser, url, folder, "hugo"))
        small = {"size": GUIDE_SIZE}
        guide_of_accountants(Camera(browser, url, folder, "claire", **small))
        guide_of_managers(Camera(browser, url, folder, "hugo", **small))
        guide_of_administrators(Camera(browser, url, folder, "admin", **small))
        browser.close()


if __name__ == "__main__":
    main(*sys.argv[1:3])
