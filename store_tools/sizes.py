"""Sizes, as people read them."""


def shown_size(size: int) -> str:
    """Give *size* bytes in the unit that leaves the fewest digits."""
    value, unit = float(size), "B"
    for larger in ("kB", "MB", "GB", "TB"):
        if value < 1000:  # noqa: PLR2004 - what a unit is
            break
        value, unit = value / 1000, larger
    return f"{value:.0f} {unit}" if unit == "B" else f"{value:.1f} {unit}"
