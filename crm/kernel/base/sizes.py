"""Numbers of bytes as people read them."""


def size(value: int | None) -> str:
    """830 B, 4.2 MB: by thousands, as file managers count."""
    amount = float(value or 0)
    for unit in ("B", "kB", "MB"):
        if amount < 1000:
            return f"{amount:.0f} {unit}" if unit == "B" or amount >= 10 else f"{amount:.1f} {unit}"
        amount /= 1000
    return f"{amount:.1f} GB"
