"""Numbers, sizes and shares as the interface's language writes them."""

from __future__ import annotations

from frontend.i18n import Language, Texts

_NARROW_SPACE = "\u202f"
_SPACE = "\u00a0"
_UNITS = (("B", "Б"), ("KB", "КБ"), ("MB", "МБ"), ("GB", "ГБ"))


def decimal(t: Texts, value: float, digits: int = 1) -> str:
    """A number with its thousands apart; zeros at the end of the fraction are left out."""
    text = f"{value:,.{digits}f}"
    if digits and "." in text:
        text = text.rstrip("0").rstrip(".")
    if t.language is Language.RUSSIAN:
        return text.replace(",", _NARROW_SPACE).replace(".", ",")
    return text


def whole(t: Texts, value: float) -> str:
    """A number without fraction."""
    return decimal(t, value, 0)


def share(t: Texts, part: float, of: float) -> str:
    """A part in percent; a small one that is not nothing is never shown as 0."""
    if of <= 0:
        return "–"
    percent = 100 * part / of
    if 0 < percent < 0.1:
        text = f"<{_SPACE}{decimal(t, 0.1)}"
    elif 99.9 < percent < 100:
        text = f">{_SPACE}{decimal(t, 99.9)}"
    else:
        text = decimal(t, percent)
    return f"{text}{_SPACE}%" if t.language is Language.RUSSIAN else f"{text}%"


def size(t: Texts, bytes: float) -> str:
    """A size in decimal units, as disks and browsers count."""
    value, unit = float(bytes), 0
    while value >= 1000 and unit < len(_UNITS) - 1:
        value, unit = value / 1000, unit + 1
    name = _UNITS[unit][t.language is Language.RUSSIAN]
    return f"{decimal(t, value, 0 if unit == 0 or value >= 100 else 1)}{_SPACE}{name}"


def separators(t: Texts) -> str:
    """The decimal and the thousands sign, as Plotly's `separators` takes them."""
    return f",{_NARROW_SPACE}" if t.language is Language.RUSSIAN else ".,"
