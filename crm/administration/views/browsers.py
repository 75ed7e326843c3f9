"""A browser's own words about itself, in words for people."""

import re

from django.utils.translation import gettext as _

_BROWSERS = (
    (r"MicroMessenger", "WeChat"), (r"Edg(e|A|iOS)?/", "Edge"), (r"OPR/|Opera", "Opera"),
    (r"Firefox/|FxiOS", "Firefox"),
    (r"Chrome/|CriOS|Chromium", "Chrome"), (r"Safari/", "Safari"), (r"curl/", "curl"), (r"python", "Python"),
)  # fmt: skip
_SYSTEMS = (
    (r"HarmonyOS", "HarmonyOS"), (r"Android", "Android"), (r"iPhone|iPad", "iOS"), (r"Windows", "Windows"),
    (r"Mac OS X|Macintosh", "macOS"), (r"Linux|X11", "Linux"),
)  # fmt: skip


def described(claimed: str) -> str:
    """ "Firefox on Windows", or what is known of it."""
    browser = next((name for pattern, name in _BROWSERS if re.search(pattern, claimed)), "")
    system = next((name for pattern, name in _SYSTEMS if re.search(pattern, claimed)), "")
    if browser and system:
        return _("%(browser)s on %(system)s") % {"browser": browser, "system": system}
    return browser or system or _("Unknown browser")
