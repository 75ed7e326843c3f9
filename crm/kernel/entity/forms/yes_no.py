"""Yes or no, in the words people and programs use for it."""

import unicodedata

from django.utils.translation import gettext_lazy as _

from crm.kernel.entity.forms.errors import FieldError, Words
from crm.kernel.entity.forms.reading import Reading
from crm.kernel.entity.forms.text import as_text, blank, clean

_YES = frozenset("yes y true t 1 on x 是 是的 对 對 有 真 真的 已 √ ✓ ✔ ☑ ✅".split())
_NO = frozenset("no n false f 0 off - 否 不 不是 非 无 無 没有 沒有 假 未 × ✗ ✘ ☐ ❌".split())


def parse_yes_no(raw: object, reading: Reading) -> bool | None:
    """True or False for 是/否, yes/no, Y/N, true/false, 1/0, on/off and ticks; None where it is blank."""
    if isinstance(raw, bool):
        return raw
    text = unicodedata.normalize("NFKC", clean(as_text(raw))).casefold()
    if not text:
        return None
    if text in _YES:
        return True
    if text in _NO:
        return False
    if blank(text, reading):
        return None
    raise FieldError(_("Write yes or no; 是, 否, true, false, 1 and 0 are understood too."))


def show_yes_no(value: bool | None, reading: Reading) -> Words:
    """Yes or No in the active language; "" for None."""
    if value is None:
        return ""
    return _("Yes") if value else _("No")
