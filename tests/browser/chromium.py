"""The system's Chromium, as tests and benchmarks start it."""

from __future__ import annotations

import os

from playwright.sync_api import Browser, Playwright

ARGUMENTS = [
    "--headless=new",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def launch_chromium(driver: Playwright, path: str) -> Browser:
    """Start a browser without a window."""
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    return driver.chromium.launch(executable_path=path, args=[*ARGUMENTS, *sandbox])
