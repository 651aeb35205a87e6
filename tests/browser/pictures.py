"""The pictures that README and the guides show: saved with `HERO_ASSISTANCE_PICTURE=1`, and there in any case."""

from __future__ import annotations

import os
from pathlib import Path

from tests.browser.page_object import Visitor

IMAGES = Path(__file__).resolve().parents[2] / "docs" / "images"
PNG = b"\x89PNG\r\n\x1a\n"
# A reader waits for each of them.
MOST_BYTES = 250_000
# Waits until nothing moves, and two frames more.
SETTLE = """async () => {
  for (let still = 0; still < 2; still = document.getAnimations().length === 0 ? still + 1 : 0) {
    await new Promise(requestAnimationFrame);
  }
}"""


def save_picture(visitor: Visitor, picture: Path) -> None:
    """Take the picture of what a visitor sees, where pictures are taken; it is there, and small."""
    if os.environ.get("HERO_ASSISTANCE_PICTURE") == "1":
        # A row under the pointer has a box to choose it.
        visitor.page.mouse.move(0, 0)
        for frame in visitor.page.frames:
            # A desk in use has an access list; the desks of tests have none, and the page warns of that.
            frame.locator("[data-access]").evaluate_all("(all) => all.forEach((each) => each.remove())")
            # Colours that are inherited follow a change of the theme one level after the other.
            frame.evaluate(SETTLE)
        picture.parent.mkdir(parents=True, exist_ok=True)
        visitor.page.screenshot(path=picture, animations="disabled")
    content = picture.read_bytes()
    assert content.startswith(PNG)
    assert len(content) <= MOST_BYTES
