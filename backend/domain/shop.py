"""The shop: company, tills, cashiers, products."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from backend.domain.errors import FacteurError, InvalidInputError
from backend.domain.money import plain_number

_TILL_CODE = re.compile(r"[A-Z0-9]{1,8}")


class PrinterKind(StrEnum):
    """What a till prints on: pages, or a serial ticket printer (then only small formats are offered)."""

    PAGE = "page"
    SERIAL = "serial"


class TillKind(StrEnum):
    """`own` tills are numbered by Facteur; tickets of `foreign` ones come in by import."""

    OWN = "own"
    FOREIGN = "foreign"


@dataclass(frozen=True, slots=True)
class Company:
    """The seller, as printed on tickets; lines of text may be empty until the owner fills them."""

    name: str
    address: tuple[str, ...] = ()
    postal_code: str = ""
    city: str = ""
    phone: str = ""
    siret: str = ""
    vat_number: str = ""
    header: str = ""
    footer: str = ""
    logo_sha256: str = ""
    language: str = "fr"


@dataclass(frozen=True, slots=True)
class Till:
    """A cash register: code of 1 to 8 characters A-Z 0-9."""

    code: str
    label: str = ""
    kind: TillKind = TillKind.OWN
    printer: PrinterKind = PrinterKind.PAGE

    def __post_init__(self) -> None:
        if not _TILL_CODE.fullmatch(self.code):
            raise InvalidInputError("till", "till_code", self.code)


@dataclass(frozen=True, slots=True)
class Cashier:
    """Who stands at the till."""

    code: str
    name: str
    first_name: str = ""


@dataclass(frozen=True, slots=True)
class Product:
    """An article: gross price in cents, VAT rate in per cent."""

    code: str
    label: str
    gross_price: int
    vat_rate: Decimal
    family: str = ""
    barcode: str = ""


@dataclass(frozen=True, slots=True)
class Family:
    """A group of products at the till, in the order of `position`; its code is its name."""

    code: str
    position: int = 0


@dataclass(frozen=True, slots=True)
class VatRate:
    """A rate that products and free lines may have, in per cent."""

    rate: Decimal
    label: str = ""

    @property
    def code(self) -> str:
        """Return the rate as text: `5.5`."""
        return plain_number(self.rate)


class PaymentKind(StrEnum):
    """What a way of paying is to the till: only cash is given change for and has quick amounts."""

    CARD = "card"
    CASH = "cash"
    CHEQUE = "cheque"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class PaymentMethod:
    """A way of paying, in the order of `position`; its code is its name as tickets print it."""

    code: str
    kind: PaymentKind = PaymentKind.OTHER
    position: int = 0


# What every shop begins with.
FIRST_PAYMENT_METHODS = (
    PaymentMethod("Carte bancaire", PaymentKind.CARD, 1),
    PaymentMethod("Espèces", PaymentKind.CASH, 2),
    PaymentMethod("Chèque", PaymentKind.CHEQUE, 3),
)
FIRST_VAT_RATES = tuple(VatRate(Decimal(rate)) for rate in ("20", "10", "5.5", "2.1", "0"))


@dataclass(eq=False)
class TillKindError(FacteurError):
    """A till that has tickets can't become own or foreign any more."""

    cause = "till_kind"
    till: str
