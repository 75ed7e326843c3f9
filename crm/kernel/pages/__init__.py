"""The generic screens over the registry: list, form, record, board, my day, bin; and the design system's templates."""
