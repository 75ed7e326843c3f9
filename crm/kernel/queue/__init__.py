"""Background jobs on PostgreSQL: declared with `@job`, deferred in the caller's transaction, shown with progress.

This package is the only one that knows the job library.
"""
