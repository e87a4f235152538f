"""``docs/guide.*.md``: the same pictures in both languages, menus as on the screen,
code as in the examples.
"""

import re

from .paths import CHECKOUT

DOCS = CHECKOUT / "docs"
GUIDES = ("guide.fr.md", "guide.en.md")
LINK = re.compile(r"\]\(((?:images|examples)/?[^)#]*)\)")
MENU = re.compile(r"(?:Relances|Dunning) › ([^*]+)\*")
TEXTS = CHECKOUT / "i18n" / "fr.po"
CODE = re.compile(r"```python\n(.*?)```", re.DOTALL)


def problems():
    """Return what is wrong with the guides, one line each; nothing if all is right."""
    texts = {name: (DOCS / name).read_text("utf-8") for name in GUIDES}
    links = {name: LINK.findall(text) for name, text in texts.items()}
    found = [
        f"{name}: there is no {link}"
        for name, targets in links.items()
        for link in targets
        if not (DOCS / link).exists()
    ]
    if len({tuple(targets) for targets in links.values()}) > 1:
        found.append("the guides do not show the same pictures and examples")
    known = {
        line.strip()
        for path in (DOCS / "examples").rglob("*.py")
        for line in path.read_text("utf-8").splitlines()
    }
    found += [
        f"{name}: no example has the line {line.strip()!r}"
        for name, text in texts.items()
        for block in CODE.findall(text)
        for line in block.splitlines()
        if line.strip() not in known | {""}
    ]
    shown = TEXTS.read_text("utf-8")
    found += [
        f"{name}: there is no menu {menu!r}"
        for name, text in texts.items()
        for menu in MENU.findall(text)
        if f'"{menu}"' not in shown
    ]
    return "\n".join(found)
