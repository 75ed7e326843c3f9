"""What an administrator gives for a kind or a field, brought into the stored form or refused with a sentence."""

import re
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.urls import Resolver404, resolve
from django.utils.translation import gettext_lazy as _

from crm.kernel.base.errors import Wrong
from crm.kernel.base.text import pinyin_of, plain
from crm.kernel.entity.custom.formula import Formula
from crm.kernel.entity.custom.types import TYPES
from crm.kernel.entity.custom.words import in_language
from crm.kernel.entity.custom.worked import calculable
from crm.kernel.entity.entity import Entity
from crm.kernel.entity.fields import FieldError, Link
from crm.kernel.entity.fields.fact import Fact
from crm.kernel.entity.forms.reading import current_reading
from crm.kernel.entity.forms.text import parse_text
from crm.kernel.entity.registry import registry

CODE = r"^[a-z][a-z0-9]*(_[a-z0-9]+)*$"
_CODE = re.compile(CODE)
LONGEST_CODE = 40
LONGEST_NAME = 80
LONGEST_HELP = 300
MOST_OPTIONS = 500
#: Types of fields of which can be said that they tell who somebody is, or which thing it is: records are compared by them.
COMPARED = ("text", "integer", "email", "phone", "url", "handle", "tax_id")
#: Those by which records of a workspace's own kinds are compared without being asked.
TELLING = ("person_name", "phone", "email", "url", "tax_id", "address")
#: Names in addresses of the API and among the columns of every table that kinds and fields may not have.
_TAKEN = frozenset({
    "views", "api", "static", "new", "record", "person", "team",
})  # fmt: skip
_TAKEN_FIELDS = frozenset({
    "pk", "id", "workspace", "version", "kind", "schema", "duplicates", "bulk", "views", "fields", "url", "names", "missing", "verified",
    "pending",
})  # fmt: skip

Names = dict[str, str]


class Given:
    """Collects what is wrong, so that everything is said at once."""

    def __init__(self) -> None:
        self.wrong: dict[str, list[Any]] = {}

    def refuse(self, field: str, said: Any) -> None:
        self.wrong.setdefault(field, []).append(said)

    def done(self) -> None:
        if self.wrong:
            raise Wrong(fields=self.wrong)

    def names(self, field: str, raw: Any, *, required: bool = True, longest: int = LONGEST_NAME) -> Names:
        """{language: text} from the same, or from a text alone, which is that of the reader's language."""
        languages = [code for code, _label in settings.LANGUAGES]
        given = {current_reading().language: raw} if isinstance(raw, str) else raw or {}
        if not isinstance(given, Mapping) or not set(given) <= set(languages):
            self.refuse(field, _("Give a text, or an object with texts by language: %(all)s.") % {"all": ", ".join(languages)})
            return {}
        found: Names = {}
        for language, text in given.items():
            try:
                found[language] = parse_text(text or "", current_reading(), longest=longest)
            except FieldError as error:
                self.refuse(field, error.message)
        found = {language: text for language, text in found.items() if text}
        if required and not found and field not in self.wrong:
            self.refuse(field, _("This is needed."))
        return found

    def code(self, field: str, raw: Any, names: Names) -> str:
        """The name in API and addresses: the given one, else one made of the label."""
        text = str(raw or "").strip() or code_of(names)
        if not _CODE.fullmatch(text) or len(text) > LONGEST_CODE:
            self.refuse(field, _("Use small letters, digits and single underscores, a letter first; at most 40."))
            return ""
        return text


def code_of(names: Names) -> str:
    """A code from a label: pinyin for Han characters."""
    label = plain(in_language(names, "en"))
    spelt = " ".join(pinyin_of(label)) if not label.isascii() else label
    found = re.sub(r"[^a-z0-9]+", "_", spelt.lower()).strip("_")
    return (found if found[:1].isalpha() else f"f_{found}".strip("_"))[:LONGEST_CODE].rstrip("_")


def address_taken(plural: str) -> bool:
    """Whether an address of the product begins so."""
    if plural in _TAKEN:
        return True
    for path in (f"/{plural}", f"/{plural}/", f"/api/v1/{plural}"):
        try:
            if "plural>" not in (found := resolve(path)).route and found.url_name != "pages.list":
                return True
        except Resolver404:
            continue
    return False


def kind_taken(code: str) -> bool:
    return code in _TAKEN or registry.kind(code) is not None


def field_taken(entity: Entity[Any], name: str) -> bool:
    """Whether the model of a kind has something of that name: a field, a companion, one of Django's own."""
    columns = {known for one in entity.model._meta.concrete_fields for known in (one.name, one.attname)}
    return name in columns or name in entity.fields or name in _TAKEN_FIELDS or hasattr(entity.model, name)


def facts_of(given: Given, kind: str, type_: str, raw: Mapping[str, Any], was: Mapping[str, Any]) -> dict[str, Any]:
    """What the type is told, checked; `raw` is {fact: value} as sent, `was` what it was told before. A formula that stays as it
    was is not looked at: a field that it names may have been retired since."""
    facts: dict[str, Any] = {name: bool(raw[name]) for name in ("required", "unique", "search") if raw.get(name)}
    if raw.get("alike"):
        facts["alike"] = True
        if type_ not in COMPARED:
            given.refuse("alike", _("Only texts, whole numbers, and the addresses and numbers of people and companies can be compared."))
    asked = TYPES[type_].asks
    if "options" in asked:
        facts["options"] = options(given, raw.get("options"))
    for name, least, most in (("longest", 1, 1000), ("places", 0, 6), ("least", -(10**15), 10**15), ("most", -(10**15), 10**15)):
        if name in asked and raw.get(name) not in (None, ""):
            facts[name] = whole(given, name, raw[name], least, most)
    if "service" in asked and raw.get("service"):
        facts["service"] = str(raw["service"])[:40]
    if "target" in asked:
        facts["target"] = _target(given, kind, type_, raw.get("target"))
    if "formula" in asked:
        formula = str(raw.get("formula") or "")
        facts["formula"] = formula if formula == was.get("formula") else _formula(given, kind, formula)
    if type_ in ("computed", "address", "links"):
        facts = {name: value for name, value in facts.items() if name not in ("required", "unique")}
    if facts.get("unique") and type_ not in ("text", "email", "phone", "url", "tax_id", "integer"):
        given.refuse("unique", _("Only texts, addresses and whole numbers can be unique."))
    if raw.get("default") not in (None, "") and type_ == "choice":
        facts["default"] = str(raw["default"])
        if facts["default"] not in {one["value"] for one in facts.get("options", ())}:
            given.refuse("default", _("Choose one of the list."))
    return facts


def options(given: Given, raw: Any) -> list[dict[str, Any]]:
    """[{"value", "labels"}] from the same, or from a text with a label a line."""
    lines = raw.splitlines() if isinstance(raw, str) else raw
    if not isinstance(lines, list) or not 1 <= len(lines) <= MOST_OPTIONS:
        given.refuse("options", _("Give between 1 and %(n)s options, one a line.") % {"n": MOST_OPTIONS})
        return []
    found: dict[str, dict[str, Any]] = {}
    for line in lines:
        if isinstance(line, str) and not line.strip():
            continue
        whole: Mapping[str, Any] = line if isinstance(line, Mapping) else {"label": str(line)}
        labels = given.names("options", whole.get("labels") or whole.get("label") or str(whole.get("value") or ""))
        value = str(whole.get("value") or code_of(labels))
        if value in found:
            given.refuse("options", _("“%(value)s” stands twice in the list.") % {"value": in_language(labels, "en") or value})
        if len(value) > LONGEST_CODE or not value.isprintable():
            given.refuse("options", _("Use small letters, digits and single underscores, a letter first; at most 40."))
        found[value] = {"value": value, "labels": labels}
    if not found:
        given.refuse("options", _("Give between 1 and %(n)s options, one a line.") % {"n": MOST_OPTIONS})
    return list(found.values())


def whole(given: Given, name: str, raw: Any, least: int, most: int) -> int | None:
    """A whole number within bounds; None where it was refused."""
    try:
        found = int(str(raw))
    except ValueError:
        found = least - 1
    if not least <= found <= most:
        given.refuse(name, _("Give a whole number from %(least)s to %(most)s.") % {"least": least, "most": most})
        return None
    return found


def _target(given: Given, kind: str, type_: str, raw: Any) -> str:
    name = str(raw or "")
    known = {"person", "team"} if type_ == "link" else set()
    if name not in known and name != kind and registry.kind(name) is None:
        given.refuse("target", _("Choose the kind of record it points to."))
    return name


def _formula(given: Given, kind: str, raw: str) -> str:
    try:
        formula = Formula(raw)
    except Wrong as refusal:
        for message in refusal.fields.get("formula", ()):
            given.refuse("formula", message)
        return ""
    entity = registry.kind(kind)
    fields: Mapping[str, Fact] = entity.fields if entity is not None else {}
    unknown = [name for name in formula.inputs if name not in fields or not calculable(fields[name])]
    if unknown:
        usable = ", ".join(name for name, one in fields.items() if calculable(one) and not isinstance(one, Link))
        said = _("No field to calculate with: %(names)s. These can be used: %(all)s.")
        given.refuse("formula", said % {"names": ", ".join(unknown), "all": usable})
    return formula.text
