"""How long files are kept: by kind of record, for files as a whole and for their earlier versions.

What is older than a rule allows goes into the bin, from where it can be brought back for 30 days; an earlier version goes for good.
What somebody brought back, or said should stay, no rule touches, nor the original of a mail that was taken in.
"""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.db.models import Count, Exists, F, Min, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.kernel.base.clock import now
from crm.kernel.base.errors import Words, Wrong
from crm.kernel.entity.registry import registry
from crm.kernel.files.going import purged
from crm.kernel.files.models import FileRef, FileRule, Held
from crm.kernel.files.queries import RIGHT
from crm.kernel.tenancy.scope import current_actor

#: For how long files can be kept, in days after they came in: {days: words}, 0 for ever.
KEPT: dict[int, Words] = {
    0: gettext_lazy("For ever"), 365: gettext_lazy("1 year"), 730: gettext_lazy("2 years"), 1095: gettext_lazy("3 years"),
    1826: gettext_lazy("5 years"), 2557: gettext_lazy("7 years"), 3653: gettext_lazy("10 years"), 5479: gettext_lazy("15 years"),
}  # fmt: skip
#: For how long an earlier version is kept, in days after the one that followed it: {days: words}, 0 for ever.
KEPT_VERSIONS: dict[int, Words] = {
    0: gettext_lazy("For ever"), 30: gettext_lazy("30 days"), 90: gettext_lazy("90 days"), 365: gettext_lazy("1 year"),
    1095: gettext_lazy("3 years"),
}  # fmt: skip
#: So many documents, and as many versions, go by one rule in one night.
AT_ONCE = 5_000


@dataclass(frozen=True, slots=True)
class Due:
    """How many files or versions a rule would take tonight, and their bytes, all versions of a file together."""

    files: int
    size: int


def rules() -> dict[str, FileRule]:
    """The rules of the workspace by kind of record."""
    return {one.kind: one for one in FileRule.objects.all()}


def keep(wanted: Mapping[str, tuple[int, int]]) -> None:
    """Sets how many days the files of a kind and their earlier versions are kept, (0, 0) for ever. Needs `administration.files`;
    raises Wrong."""
    current_actor().need(RIGHT)
    for kind, (days, versions) in wanted.items():
        if registry.kind(kind) is None or days not in KEPT or versions not in KEPT_VERSIONS:
            raise Wrong(_("Choose one of the spans that are offered."))
    known = rules()
    for kind, (days, versions) in wanted.items():
        rule = known.get(kind)
        if rule is None and (days or versions):
            FileRule(kind=kind, days=days, versions_days=versions).save(force_insert=True)
        elif rule is not None and not (days or versions):
            rule.delete()
        elif rule is not None and (rule.days, rule.versions_days) != (days, versions):
            rule.days, rule.versions_days = days, versions
            rule.save(update_fields=["days", "versions_days"])


def due(rule: FileRule) -> Due:
    """What the rule takes tonight: files into the bin, and earlier versions for good."""
    many = size = 0
    if rule.days:
        documents = old_files(rule).values("document")
        found = FileRef.objects.filter(document__in=documents).aggregate(many=Count("document", distinct=True), size=Sum("size"))
        many, size = many + found["many"], size + (found["size"] or 0)
    if rule.versions_days:
        found = old_versions(rule).aggregate(many=Count("pk"), size=Sum("size"))
        many, size = many + found["many"], size + (found["size"] or 0)
    return Due(many, size)


def take(rule: FileRule) -> None:
    """What is due by a rule goes: files into the bin, earlier versions for good."""
    if rule.days:
        documents = list(old_files(rule).order_by("created_at").values_list("document", flat=True)[:AT_ONCE])
        FileRef.objects.filter(document__in=documents).update(removed_at=now(), removed_by=None)
    if rule.versions_days:
        for row in old_versions(rule).order_by("created_at")[:AT_ONCE]:
            purged(row)


def old_files(rule: FileRule) -> QuerySet[FileRef]:
    """The current versions of files that are older than the rule allows."""
    rows = _touchable(rule).filter(current=True, created_at__lt=now() - datetime.timedelta(days=rule.days))
    for needed in _needed():
        rows = rows.exclude(Exists(FileRef.objects.filter(document=OuterRef("document")).filter(Exists(needed))))
    return rows


def old_versions(rule: FileRule) -> QuerySet[FileRef]:
    """Earlier versions that were followed by another one longer ago than the rule allows."""
    later = FileRef.objects.filter(document=OuterRef("document"), number__gt=OuterRef("number")).order_by()
    followed = Subquery(later.values("document").annotate(at=Min("created_at")).values("at"))
    rows = _touchable(rule).filter(current=False).annotate(followed=Coalesce(followed, F("created_at")))
    rows = rows.filter(followed__lt=now() - datetime.timedelta(days=rule.versions_days))
    for needed in _needed():
        rows = rows.exclude(Exists(needed))
    return rows


def _touchable(rule: FileRule) -> QuerySet[FileRef]:
    return FileRef.objects.filter(record__kind=rule.kind, removed_at=None, keep=False, held__in=(Held.NO, Held.WAITING))


def _needed() -> list[QuerySet[Any]]:
    """Rows of other tables that cannot be without the file of the query around them, as a mail its original."""
    found: list[QuerySet[Any]] = []
    for relation in FileRef._meta.get_fields(include_hidden=True):
        if isinstance(relation, models.ManyToOneRel) and not getattr(relation.field, "cascade", False):
            found.append(relation.related_model._default_manager.filter(**{relation.field.name: OuterRef("pk")}))
    return found
