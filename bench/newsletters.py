# mypy: ignore-errors
"""The peer of peer.py: django-newsletter as its documentation sets it up, run by a Python that has
it and not the program. Without the check of forms' origin, which would only cost it time.

    python bench/newsletters.py DATABASE SUBSCRIBERS    makes and fills the database
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import django
from django.conf import settings
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application
from django.http import HttpResponse
from django.urls import include, path

SLUG, CODE = "new-arrivals", "a" * 40
ROOT = Path(__file__).parents[1]


def database(url):
    """Django's word for a URL of SQLAlchemy's."""
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        begins = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL"
        options = {"transaction_mode": "IMMEDIATE", "init_command": begins}
        return {"ENGINE": "django.db.backends.sqlite3", "NAME": parts.path[1:], "OPTIONS": options}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path[1:],
        "USER": parts.username,
        "HOST": parse_qs(parts.query)["host"][0],
        "CONN_MAX_AGE": None,
    }


def configure(url):
    """The settings that its documentation asks for, and no more."""
    settings.configure(
        ALLOWED_HOSTS=["*"],
        DATABASES={"default": database(url)},
        DEFAULT_AUTO_FIELD="django.db.models.AutoField",
        INSTALLED_APPS=[
            *(f"django.contrib.{name}" for name in ("auth", "contenttypes", "sites")),
            "newsletter",
        ],
        LOGGING_CONFIG=None,
        NEWSLETTER_THUMBNAIL="sorl-thumbnail",
        ROOT_URLCONF=__name__,
        SECRET_KEY="a key for benchmarks only",
        SITE_ID=1,
        TEMPLATES=[
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "APP_DIRS": True,
                "OPTIONS": {
                    "context_processors": ["django.template.context_processors.request"],
                },
            }
        ],
        USE_TZ=True,
    )
    django.setup()


def fill(count):
    """So many subscribers of one newsletter, whom one code knows: the load sends one body."""
    from newsletter.models import Newsletter, Subscription  # noqa: PLC0415 - once Django is set up

    call_command("migrate", verbosity=0)
    made = Newsletter.objects.create(title="New arrivals", slug=SLUG, email="a@b.c", sender="A")
    made.site.set([1])
    for start in range(0, count, 5_000):
        Subscription.objects.bulk_create(
            Subscription(
                newsletter=made,
                name_field="A reader",
                email_field=f"reader.{number}@example.com",
                activation_code=CODE,
                subscribed=True,
            )
            for number in range(start, min(start + 5_000, count))
        )


def healthz(_):
    """It answers."""
    return HttpResponse("ok")


configure(os.environ["NEWSLETTERS_DATABASE"])
urlpatterns = [path("healthz", healthz), path("newsletter/", include("newsletter.urls"))]
if __name__ == "__main__":
    fill(int(sys.argv[1]))
else:
    application = get_wsgi_application()
