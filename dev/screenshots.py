"""Take the pictures of the README from a running ``make demo``, in French.

    python dev/screenshots.py http://localhost:8069 docs/images

Run it with the Python of the set-up (``.host/venv``), beside the demonstration.
"""

import os
import shutil
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

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

    def __init__(self, browser, url, folder, login):
        self.url, self.folder = url, folder
        context = browser.new_context(
            viewport=SIZE, locale="fr-FR", timezone_id="Europe/Paris"
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


def main(url, folder):
    """Take every picture of the README."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=QUIET)
        as_accountant(Camera(browser, url, folder, "claire"))
        as_manager(Camera(browser, url, folder, "hugo"))
        browser.close()


if __name__ == "__main__":
    main(*sys.argv[1:3])
