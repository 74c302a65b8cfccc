"""Text from elsewhere, for a terminal."""


def printable(text: str) -> str:
    """*text* with what a terminal would act on, such as escapes, spelled out."""
    return "".join(sign if sign.isprintable() else ascii(sign)[1:-1] for sign in text)
