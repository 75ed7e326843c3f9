"""What follows a merge once everybody who was writing meanwhile is done."""

from crm.kernel.dedupe.merging.moving import follow, hold_still, move
from crm.kernel.dedupe.models import Merge
from crm.kernel.entity.registry import registry
from crm.kernel.outbox.events import handles
from crm.kernel.records.events import RecordsMerged


@handles(RecordsMerged)
def gather_what_came_late(news: RecordsMerged) -> None:
    """Whoever had the record open wrote links to it that the merge could not see yet. They move, too, and go back with the rest."""
    entity = registry.kind(news.kind)
    if entity is None:
        return
    hold_still(entity, [news.record, *news.losers])  # before the merges, as whoever splits them does
    for one in Merge.objects.filter(pk__in=news.merges, undone_at=None).select_for_update().order_by("pk"):
        follow(move(one, entity))
