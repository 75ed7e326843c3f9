"""How a list is looked at: what the address asks for, and the saved view that it may name."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from crm.kernel.access.policy import policy_for
from crm.kernel.base.errors import NotFound
from crm.kernel.base.ids import as_uuid
from crm.kernel.entity.entity import Entity
from crm.kernel.entity.fields import Fact
from crm.kernel.pages.preferences import columns_of
from crm.kernel.saved import queries as saved
from crm.kernel.saved.actions import Shape
from crm.kernel.saved.models import Form, SavedView, ViewMark
from crm.kernel.tenancy.scope import current_actor

#: What an address without a view of its own says to leave the person's usual view alone.
WHOLE = "all"
#: With one of these in the address, the address and not the view says how the list stands.
_TOLD = ("filter", "sort", "q", "group", "by", "set", "columns")
_KEPT = ("filter", "sort", "group", "by", "set")
ROUTES = {Form.TABLE: "pages.list", Form.BOARD: "pages.board", Form.CALENDAR: "pages.calendar"}
GROUPABLE = frozenset({"choice", "yes_no", "link", "date", "datetime"})


@dataclass(slots=True)
class Look:
    """`given`: the whole query, that of the view filled in; `view` which of the saved views is open."""

    entity: Entity[Any]
    form: str
    given: QueryDict
    view: SavedView | None
    columns: list[str]
    views: list[SavedView] = field(default_factory=list)
    marks: dict[Any, ViewMark] = field(default_factory=dict)
    forms: list[tuple[str, Any, str, str]] = field(default_factory=list)

    @property
    def group(self) -> str:
        return self.given.get("group", "")

    @property
    def changed(self) -> bool:
        """Whether the list stands otherwise than the view that is open has it."""
        if self.view is None:
            return False
        usual = self.entity.default_sort
        now = [self.given.get(name, "") or (usual if name == "sort" else "") for name in _KEPT]
        kept = [getattr(self.view, name) or (usual if name == "sort" else "") for name in _KEPT]
        other = bool(self.given.get("columns")) and self.columns != saved.columns_seen(self.entity, self.view)
        return now != kept or other or self.form != self.view.form

    @property
    def bare(self) -> bool:
        """Nothing is asked for, so there is nothing to save."""
        return not any(self.given.get(name) for name in _TOLD)

    @property
    def mine(self) -> bool:
        return self.view is not None and saved.may_change(self.view)

    @property
    def pinned(self) -> list[SavedView]:
        return [one for one in self.views if one.pk in self.marks and self.marks[one.pk].pinned]

    def mark(self, what: str) -> bool:
        """Whether the person pinned the open view ("pinned"), or opens the kind with it ("usual")."""
        found = self.marks.get(self.view.pk) if self.view is not None else None
        return bool(found and getattr(found, what))

    def address(self, one: SavedView) -> str:
        return address(self.entity, one)

    def shared_with(self, one: SavedView) -> str:
        """Who has a view beside the reader, in words; "" for one's own alone."""
        if one.user_id != current_actor().id:
            return str(one.user.name)
        whom = one.for_user or one.for_team
        return str(_("Everybody")) if one.for_all else str(whom.name) if whom is not None else ""


def address(entity: Entity[Any], one: SavedView) -> str:
    """Where a view opens."""
    form = one.form if one.form in forms_of(entity) else Form.TABLE
    return f"{reverse(ROUTES[Form(form)], kwargs={'entity': entity})}?view={one.pk}"


def forms_of(entity: Entity[Any]) -> list[str]:
    """The forms in which a kind can be looked at."""
    return [Form.TABLE, *([Form.BOARD] if entity.board else []), *([Form.CALENDAR] if day_fields(entity) else [])]


def day_fields(entity: Entity[Any]) -> list[str]:
    """The fields by which the actor can lay out a calendar: those that can be planned first."""
    seen = policy_for(entity).fields(current_actor())
    days = [name for name, one in seen.items() if one.type in ("date", "datetime") and in_table(one)]
    return sorted(days, key=lambda name: (seen[name].readonly, name not in entity.calendar))


def in_table(one: Fact) -> bool:
    """Whether the field is a column of the kind's own table, by whose name the database can group."""
    return one.filterable and not one.multiple and isinstance(one.storage.ref(), str)


def read(entity: Entity[Any], given: QueryDict, form: str) -> Look:
    """The look that an address asks for. Raises NotFound for a view that is not shared with the actor."""
    view = _view(entity, given)
    whole = given.copy()
    if view is not None and not any(name in given for name in _TOLD):
        for name in _KEPT:
            if getattr(view, name):
                whole[name] = getattr(view, name)
    if view is not None and not whole.get("sort"):
        whole["sort"] = view.sort or entity.default_sort
    look = Look(entity, form, whole, view, _columns(entity, view, given.get("columns", "")))
    look.views, look.marks = saved.views_of(entity), saved.marks()
    look.forms = [(one, Form(one).label, _ICONS[one], _other(entity, one, look)) for one in forms_of(entity)]
    return look


_ICONS: dict[str, str] = {Form.TABLE: "list", Form.BOARD: "board", Form.CALENDAR: "calendar"}


def _view(entity: Entity[Any], given: QueryDict) -> SavedView | None:
    raw = given.get("view", "")
    if not raw or raw == WHOLE:
        return None
    pk = as_uuid(raw)
    if pk is None:
        raise NotFound
    return saved.view(entity, pk)


def _columns(entity: Entity[Any], view: SavedView | None, asked: str) -> list[str]:
    if asked:
        seen = policy_for(entity).fields(current_actor())
        return list(dict.fromkeys([entity.title, *(name for name in asked.split(",") if name in seen)]))
    return saved.columns_seen(entity, view) if view is not None else columns_of(entity)


def _other(entity: Entity[Any], form: str, look: Look) -> str:
    """The same records in another form."""
    query = look.given.copy()
    for name in ("cursor", "q", "span", "day", *(() if form == Form.TABLE else ("columns",))):
        query.pop(name, None)
    if look.view is None:
        query["view"] = WHOLE
    return f"{reverse(ROUTES[Form(form)], kwargs={'entity': entity})}?{query.urlencode()}"


def usual_address(entity: Entity[Any], given: QueryDict) -> str:
    """Where the bare address of a kind leads somebody who has a usual view; "" where it stays."""
    if given:
        return ""
    one = saved.usual(entity)
    return address(entity, one) if one is not None else ""


def shape_of(given: QueryDict) -> Shape:
    """What the save dialog sends."""
    columns: Sequence[str] = [name for name in given.get("columns", "").split(",") if name]
    return Shape(form=given.get("form", Form.TABLE), columns=columns, **{name: given.get(name, "") for name in _KEPT})


def groupable(entity: Entity[Any]) -> list[Any]:
    """The fields whose values can be groups of a list."""
    seen = policy_for(entity).fields(current_actor())
    return [one for one in seen.values() if one.type in GROUPABLE and not one.part_of and in_table(one)]
