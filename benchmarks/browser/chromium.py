"""The browser of this machine, as the benchmarks of pages start it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright

from tests.browser.chromium import launch_chromium
from tests.capabilities import CHROMIUM, find_headless_chromium


@contextmanager
def chromium() -> Iterator[Browser]:
    """Run a Chromium while the block lasts; raises `SystemExit` where the machine has none."""
    path = find_headless_chromium()
    if path is None:
        raise SystemExit(CHROMIUM.reason)
    with sync_playwright() as driver, launch_chromium(driver, path) as browser:
        yield browser
