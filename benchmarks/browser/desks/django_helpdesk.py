"""django-helpdesk, in a Django site as its documentation has it: Gunicorn, SQLite, static files compressed ahead."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page

from benchmarks.browser.desks.desk import Words
from benchmarks.daemon_process import free_address
from benchmarks.gunicorn import serve

PASSWORD = "bench"  # noqa: S105
_SITE = """
from pathlib import Path
BASE = Path(__file__).parent
SECRET_KEY = "bench"
ALLOWED_HOSTS = ["127.0.0.1"]
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": BASE / "desk.sqlite3"}}
INSTALLED_APPS = [
    "django.contrib.admin", "django.contrib.auth", "django.contrib.contenttypes", "django.contrib.humanize",
    "django.contrib.messages", "django.contrib.sessions", "django.contrib.sites", "django.contrib.staticfiles",
    "rest_framework", "helpdesk",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware", "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware", "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware", "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]
TEMPLATES = [{
    "BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True,
    "OPTIONS": {"context_processors": [
        "django.template.context_processors.debug", "django.template.context_processors.request",
        "django.contrib.auth.context_processors.auth", "django.contrib.messages.context_processors.messages",
    ]},
}]
ROOT_URLCONF = "site_urls"
SITE_ID = 1
USE_TZ = True
STATIC_URL = "/static/"
STATIC_ROOT = BASE / "static"
MEDIA_ROOT = BASE / "media"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedStaticFilesStorage"},
}
EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
LOGIN_URL = "/login/"
HELPDESK_TEAMS_MODE_ENABLED = False
"""
_URLS = """
from django.contrib import admin
from django.urls import include, path
urlpatterns = [path("admin/", admin.site.urls), path("", include("helpdesk.urls", namespace="helpdesk"))]
"""
_FILL = f"""
import sys
import django
django.setup()
from django.contrib.auth import get_user_model
from helpdesk.models import FollowUp, Queue, Ticket
user = get_user_model().objects.create_superuser("bob", "bob@example.com", {PASSWORD!r})
queue = Queue.objects.create(title="Support", slug="support")
tickets = [
    Ticket(queue=queue, title=f"The VPN is down, case {{n}}", submitter_email="carol@example.com",
           description=f"Since this morning, case {{n}}: nothing answers.")
    for n in range(int(sys.argv[1]))
]
Ticket.objects.bulk_create(tickets)
FollowUp.objects.bulk_create(
    FollowUp(ticket=ticket, title="Comment", comment="Which address do you see?", public=True, user=user)
    for ticket in Ticket.objects.all()
)
"""


class DjangoHelpdesk:
    """A running site."""

    name = "django-helpdesk"

    def __init__(self, address: str) -> None:
        self._address = f"http://{address}"
        self.words = Words(f"{self._address}/tickets/", "#ticketTable tbody a", "body")

    def sign_in(self, page: Page) -> None:
        """Sign in by the form."""
        page.goto(f"{self._address}/login/")
        page.fill('input[name="username"]', "bob")
        page.fill('input[name="password"]', PASSWORD)
        page.click('[type="submit"]')
        page.wait_for_url(lambda url: "login" not in url)

    def write(self, page: Page, text: str) -> None:
        """Open the tab with the form, and fill its comment."""
        page.click("#respond-tab")
        page.fill('textarea[name="comment"]', text)

    def send(self, page: Page) -> None:
        """Press the form's button."""
        page.click('#ticket-respond-form button[type="submit"]')


@contextmanager
def django_helpdesk(tickets: int) -> Iterator[DjangoHelpdesk]:
    """A site of so many tickets, for the time that the context is open."""
    with tempfile.TemporaryDirectory(prefix="hj", dir="/tmp") as name:
        base = Path(name)
        env = {**os.environ, "HOME": name, "PYTHONPATH": name, "DJANGO_SETTINGS_MODULE": "site_settings"}
        (base / "site_settings.py").write_text(_SITE)
        (base / "site_urls.py").write_text(_URLS)
        for words in (("migrate", "-v0"), ("collectstatic", "--noinput", "-v0")):
            _run(env, base, "-m", "django", *words)
        _run(env, base, "-c", _FILL, str(tickets))
        address = free_address()
        with serve("django.core.wsgi:get_wsgi_application()", address, base, env):
            yield DjangoHelpdesk(address)


def _run(env: dict[str, str], base: Path, *words: str) -> None:
    subprocess.run([sys.executable, *words], cwd=base, env=env, check=True, stdout=subprocess.DEVNULL)
