"""The system's Chromium, as tests and benchmarks start it."""

from __future__ import annotations

import os

from playwright.sync_api import Browser, Playwright, sync_playwright

ARGUMENTS = [
    "--headless=new",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


class SharedChromium:
    """A browser for the modules of tests that follow one another in this process.

    While it runs, its driver keeps an event loop running in this thread, and no other loop can run.
    """

    def __init__(self) -> None:
        self._driver: Playwright | None = None
        self._browser: Browser | None = None

    def open(self, path: str) -> Browser:
        """Return the browser, which is started unless it runs."""
        if self._browser is None or not self._browser.is_connected():
            self.close()
            self._driver = sync_playwright().start()
            self._browser = launch_chromium(self._driver, path)
        return self._browser

    def clear(self) -> None:
        """Close what a module has left open: nothing of it is there for the next one."""
        if self._browser is not None and self._browser.is_connected():
            for context in self._browser.contexts:
                context.close()

    def close(self) -> None:
        """End the browser and its driver."""
        browser, driver = self._browser, self._driver
        self._browser = self._driver = None
        if browser is not None:
            browser.close()
        if driver is not None:
            driver.stop()


def launch_chromium(driver: Playwright, path: str) -> Browser:
    """Start a browser without a window."""
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    return driver.chromium.launch(executable_path=path, args=[*ARGUMENTS, *sandbox])
