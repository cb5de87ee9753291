"""The tables, as the newest migration leaves them (tests/integration/test_migrations.py holds both together)."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
)

from backend.domain.ticket_chain import FIRST_LINK

VERSIONS = ("0001", "0002", "0003")  # migrations, oldest first

metadata = MetaData()


def _archived() -> Column[bool]:
    """Return the column that keeps a record out of every list, while what names it still finds it."""
    return Column("archived", Boolean, nullable=False, server_default=false())


# Words and times are compared byte by byte; PostgreSQL would otherwise use the rules of a language.
Sorted = String().with_variant(String(collation="C"), "postgresql")
Cents = BigInteger

tills = Table(
    "tills",
    metadata,
    Column("code", String(8), primary_key=True),
    Column("label", Text, nullable=False),
    Column("kind", String(8), nullable=False),
    Column("printer", String(8), nullable=False),
    # The end of the till's chain: a ticket missing there shows.
    Column("last_number", BigInteger, nullable=False),
    Column("last_position", BigInteger, nullable=False),
    Column("last_chain_sha256", String(64), nullable=False),
    # The end of its chain of closings, and up to where its tickets are in one: place in the chain, and day.
    Column("last_closing", BigInteger, nullable=False, server_default="0"),
    Column("last_closing_sha256", String(64), nullable=False, server_default=FIRST_LINK),
    Column("closed_position", BigInteger, nullable=False, server_default="0"),
    Column("closed_through", String(10), nullable=False, server_default=""),  # ISO day
    _archived(),
)

tickets = Table(
    "tickets",
    metadata,
    Column("till_code", String(8), ForeignKey("tills.code"), primary_key=True),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("position", BigInteger, nullable=False),
    Column("reference", Text),
    Column("kind", String(8), nullable=False),
    Column("issued_at", Sorted, nullable=False),  # ISO 8601 with the till's offset, as printed
    Column("issued_at_utc", Sorted, nullable=False),
    Column("customer_name", Text, nullable=False),
    Column("cashier_name", Text, nullable=False),
    Column("gross_total", Cents, nullable=False),
    Column("search_text", Text, nullable=False),
    Column("content_sha256", String(64), nullable=False),
    Column("previous_sha256", String(64), nullable=False),
    Column("chain_sha256", String(64), nullable=False),
    Column("content", Text, nullable=False),  # last: what stands before it is read without it
    UniqueConstraint("till_code", "position", name="tickets_position"),
    CheckConstraint("number > 0", name="tickets_number"),
)
# The order of the list, and beside it what the list is searched by, so that a walk along it reads no ticket.
Index(
    "tickets_newest",
    *(tickets.c[name] for name in ("issued_at_utc", "till_code", "number", "issued_at", "gross_total", "search_text")),
)
Index(
    "tickets_reference",
    tickets.c.till_code,
    tickets.c.reference,
    unique=True,
    sqlite_where=tickets.c.reference.is_not(None),
    # So it is on PostgreSQL, by the migration: said here, it would load that dialect at each start (30 ms).
)

ticket_words = Table(
    "ticket_words",
    metadata,
    Column("word", Sorted, primary_key=True),  # of the customer's name, or `=` and the total in cents
    Column("issued_at_utc", Sorted, primary_key=True),
    Column("till_code", String(8), primary_key=True),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)

customers = Table(
    "customers",
    metadata,
    Column("code", Text, primary_key=True),
    Column("name", Text, nullable=False),
    *(
        Column(f"{kind}_{part}", Text, nullable=False)
        for kind in ("billing", "delivery")
        for part in ("lines", "postal_code", "city", "email")
    ),
    Column("main_contact", Text, nullable=False),
    Column("is_exempt", Boolean, nullable=False, server_default=false()),
    Column("handover", Text, nullable=False, server_default=""),
    _archived(),
    Column("sort_key", Sorted, nullable=False),
    Column("search_text", Text, nullable=False),
)
Index("customers_sorted", customers.c.archived, customers.c.sort_key, customers.c.code, customers.c.search_text)

customer_words = Table(
    "customer_words",
    metadata,
    Column("word", Sorted, primary_key=True),
    Column("code", Text, primary_key=True),
    sqlite_with_rowid=False,
)

contacts = Table(
    "contacts",
    metadata,
    Column("code", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("email", Text, nullable=False),
    Column("phone", Text, nullable=False),
    Column("customer_code", Text, nullable=False),
    _archived(),
    Column("sort_key", Sorted, nullable=False),
    Column("search_text", Text, nullable=False),
)
Index("contacts_sorted", contacts.c.archived, contacts.c.sort_key, contacts.c.code, contacts.c.search_text)

contact_words = Table(
    "contact_words",
    metadata,
    Column("word", Sorted, primary_key=True),
    Column("code", Text, primary_key=True),
    sqlite_with_rowid=False,
)

cashiers = Table(
    "cashiers",
    metadata,
    Column("code", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("first_name", Text, nullable=False),
    _archived(),
)

families = Table(
    "families",
    metadata,
    Column("code", Text, primary_key=True),
    Column("position", Integer, nullable=False),
    _archived(),
)

vat_rates = Table(
    "vat_rates",
    metadata,
    Column("code", Text, primary_key=True),  # per cent, a decimal as text
    Column("label", Text, nullable=False),
    _archived(),
)

payment_methods = Table(
    "payment_methods",
    metadata,
    Column("code", Text, primary_key=True),  # as it is printed
    Column("kind", String(8), nullable=False),
    Column("position", Integer, nullable=False),
    _archived(),
)

# What recorded tickets name: such records are archived, not deleted.
used_records = Table(
    "used_records",
    metadata,
    Column("kind", String(16), primary_key=True),
    Column("code", Text, primary_key=True),
    sqlite_with_rowid=False,
)

products = Table(
    "products",
    metadata,
    Column("code", Text, primary_key=True),
    Column("label", Text, nullable=False),
    Column("gross_price", Cents, nullable=False),
    Column("vat_rate", Text, nullable=False),  # per cent, a decimal as text
    Column("family", Text, nullable=False),
    Column("barcode", Text, nullable=False),
    _archived(),
    Column("sort_key", Sorted, nullable=False),
    Column("search_text", Text, nullable=False),
)
Index("products_sorted", products.c.archived, products.c.sort_key, products.c.code, products.c.search_text)

product_words = Table(
    "product_words",
    metadata,
    Column("word", Sorted, primary_key=True),
    Column("code", Text, primary_key=True),
    sqlite_with_rowid=False,
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("ticket_key", Text, nullable=False),
    Column("document_type", String(8), nullable=False),
    Column("user", Text, nullable=False),
    Column("created_at", Sorted, nullable=False),  # UTC
    Column("message_id", Text, nullable=False),
    Column("state", String(16), nullable=False),
    Column("phase", String(16)),
    Column("mail_cause", Text),
    Column("attempts", Integer, nullable=False),
    Column("next_try_at", Sorted),
    Column("pdf_sha256", String(64), nullable=False),
    Column("layout_id", Text, nullable=False),
    Column("reprint", Integer, nullable=False),
    Column("delivery_notification", Boolean, nullable=False),
    Column("read_receipt", Boolean, nullable=False),
    Column("recipient_count", Integer, nullable=False),
    Column("recipient_statuses", Text, nullable=False),  # in the order of the recipients, without their addresses
    Column("sealed", LargeBinary),  # encrypted; NULL once the mail is sent or cancelled
)
Index("outbox_waiting", outbox.c.state, outbox.c.created_at)

sending_journal = Table(
    "sending_journal",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", Sorted, nullable=False),  # UTC
    Column("ticket_key", Text, nullable=False),
    Column("user", Text, nullable=False),
    Column("event", String(16), nullable=False),
    Column("pdf_sha256", String(64), nullable=False),
    Column("recipient_count", Integer, nullable=False),
    Column("reply", Text, nullable=False),
    Column("mail_cause", Text, nullable=False),
    Column("reprint", Integer, nullable=False),
    Column("mail_id", Text, nullable=False),
)
Index("sending_journal_ticket", sending_journal.c.ticket_key, sending_journal.c.id)
Index("sending_journal_pdf", sending_journal.c.pdf_sha256, sending_journal.c.id)

closings = Table(
    "closings",
    metadata,
    Column("till_code", String(8), ForeignKey("tills.code"), primary_key=True),
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    Column("period", String(8), nullable=False),
    Column("span", String(10), nullable=False),
    Column("closed_at_utc", Sorted, nullable=False),
    Column("content_sha256", String(64), nullable=False),
    Column("previous_sha256", String(64), nullable=False),
    Column("chain_sha256", String(64), nullable=False),
    Column("content", Text, nullable=False),
    UniqueConstraint("till_code", "period", "span", name="closings_once"),
)
Index("closings_newest", closings.c.closed_at_utc, closings.c.till_code, closings.c.position)

APPEND_ONLY = (tickets, sending_journal, closings)
