"""Kith's settings with one part more: the specimen, a record kind with a field of every type."""

from config.settings import *  # noqa: F403
from config.settings.parts import installed

INSTALLED_APPS = [*installed(), "tests.kinds.specimen"]
