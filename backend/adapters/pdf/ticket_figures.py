"""Amounts, quantities, rates and dates as a language writes them, by the data of Babel (CLDR)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cache

from babel import Locale
from babel.dates import format_datetime
from babel.numbers import format_percent

from backend.domain.money import plain_number

# English here is written as in Europe: day before month.
_LOCALES = {"en": "en_GB"}
_MINUS = "\u2212"


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of one language."""

    locale: Locale
    decimal_mark: str
    group_mark: str
    currency_pattern: str

    def amount(self, cents: int) -> str:
        """Return an amount without currency: `1 234,50`, with a true minus sign.

        Babel's own formatting takes 30 times as long, which a ticket of 1,000 lines would feel.
        """
        whole, rest = divmod(abs(cents), 100)
        return self._written(cents < 0, str(whole), f"{rest:02}")

    def euros(self, cents: int) -> str:
        """Return an amount in euros: `148,40 €` with a no-break space, or `€148.40`."""
        sign = _MINUS if cents < 0 else ""
        return sign + self.currency_pattern.replace("0", self.amount(abs(cents)))

    def quantity(self, number: Decimal) -> str:
        """Return a number with the decimals it has: `2`, `0,345`."""
        whole, _mark, decimals = plain_number(abs(number)).partition(".")
        return self._written(number < 0, whole, decimals)

    def rate(self, per_cent: Decimal) -> str:
        """Return a rate in per cent: `5,5 %`."""
        return format_percent(per_cent / 100, locale=self.locale, decimal_quantization=False)

    def minute(self, moment: datetime) -> str:
        """Return day and time to the minute, in the time zone that the moment carries."""
        return format_datetime(moment.replace(tzinfo=None), "short", locale=self.locale).replace(", ", " ")

    def _written(self, is_negative: bool, whole: str, decimals: str) -> str:  # noqa: FBT001 - private
        grouped = f"{int(whole):,}".replace(",", self.group_mark)
        return f"{_MINUS if is_negative else ''}{grouped}{self.decimal_mark if decimals else ''}{decimals}"


@cache
def figures_of(language: str) -> Figures:
    """Return the figures of a language (`fr`, `en`); an unknown one counts as French."""
    tag = _LOCALES.get(language, language)
    locale = Locale.parse(tag if tag in {"fr", *_LOCALES.values()} else "fr")
    symbols = locale.number_symbols["latn"]
    pattern = locale.currency_formats["standard"].pattern.replace("#,##0.00", "0").replace("¤", "€")
    return Figures(locale, symbols["decimal"], symbols["group"], pattern)
