"""The one write path and the record table."""

# Django imports this package before the app registry is ready, so nothing is re-exported here: import from
# `records.writing` (create, change, remove, restore …), `records.reading` (fetch, names_of), `records.actions`,
# `records.listing`, `records.undo`.
