"""First schema: tickets and their chains, customers, shop, outbox, sending journal."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

SORTED = sa.String().with_variant(sa.String(collation="C"), "postgresql")
FIRST_LINK = "0" * 64


def upgrade() -> None:
    """Create everything, with the walk-in customer."""
    _tickets()
    _people()
    _shop()
    _sendings()
    for table in ("tickets", "sending_journal"):
        _append_only(table)


def _tickets() -> None:
    op.create_table(
        "tills",
        sa.Column("code", sa.String(8), primary_key=True),
        *_texts("label"),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("printer", sa.String(8), nullable=False),
        sa.Column("last_number", sa.BigInteger, nullable=False),
        sa.Column("last_position", sa.BigInteger, nullable=False),
        sa.Column("last_chain_sha256", sa.String(64), nullable=False),
    )
    op.create_table(
        "tickets",
        sa.Column("till_code", sa.String(8), sa.ForeignKey("tills.code"), primary_key=True),
        sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("position", sa.BigInteger, nullable=False),
        sa.Column("reference", sa.Text),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("issued_at", SORTED, nullable=False),
        sa.Column("issued_at_utc", SORTED, nullable=False),
        *_texts("customer_name", "cashier_name"),
        sa.Column("gross_total", sa.BigInteger, nullable=False),
        *_texts("search_text"),
        *(sa.Column(f"{part}_sha256", sa.String(64), nullable=False) for part in ("content", "previous", "chain")),
        *_texts("content"),
        sa.UniqueConstraint("till_code", "position", name="tickets_position"),
        sa.CheckConstraint("number > 0", name="tickets_number"),
    )
    walked = ["issued_at_utc", "till_code", "number", "issued_at", "gross_total", "search_text"]
    op.create_index("tickets_newest", "tickets", walked)
    has_reference = sa.text("reference IS NOT NULL")
    op.create_index(
        "tickets_reference",
        "tickets",
        ["till_code", "reference"],
        unique=True,
        sqlite_where=has_reference,
        postgresql_where=has_reference,
    )
    op.create_table(
        "ticket_words",
        sa.Column("word", SORTED, primary_key=True),
        sa.Column("issued_at_utc", SORTED, primary_key=True),
        sa.Column("till_code", sa.String(8), primary_key=True),
        sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
        sqlite_with_rowid=False,
    )


def _people() -> None:
    addresses = [
        f"{kind}_{part}" for kind in ("billing", "delivery") for part in ("lines", "postal_code", "city", "email")
    ]
    _found_by_words("customer", *_texts("name", *addresses, "main_contact"))
    _found_by_words("contact", *_texts("name", "email", "phone", "customer_code"))
    walk_in = {"code": "DIVERS", "name": "DIVERS", "sort_key": "divers", "search_text": " divers ", "main_contact": ""}
    customers = sa.table("customers", *(sa.column(name) for name in (*walk_in, *addresses)))
    op.bulk_insert(customers, [{**dict.fromkeys(addresses, ""), **walk_in}])
    words = sa.table("customer_words", sa.column("word"), sa.column("code"))
    op.bulk_insert(words, [{"word": "divers", "code": "DIVERS"}])


def _shop() -> None:
    op.create_table("cashiers", sa.Column("code", sa.Text, primary_key=True), *_texts("name", "first_name"))
    _found_by_words(
        "product",
        *_texts("label"),
        sa.Column("gross_price", sa.BigInteger, nullable=False),
        *_texts("vat_rate", "family", "barcode"),
    )


def _sendings() -> None:
    op.create_table(
        "outbox",
        sa.Column("id", sa.String(32), primary_key=True),
        *_texts("ticket_key"),
        sa.Column("document_type", sa.String(8), nullable=False),
        *_texts("user"),
        sa.Column("created_at", SORTED, nullable=False),
        *_texts("message_id"),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("phase", sa.String(16)),
        sa.Column("mail_cause", sa.Text),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("next_try_at", SORTED),
        sa.Column("pdf_sha256", sa.String(64), nullable=False),
        *_texts("layout_id"),
        sa.Column("reprint", sa.Integer, nullable=False),
        sa.Column("delivery_notification", sa.Boolean, nullable=False),
        sa.Column("read_receipt", sa.Boolean, nullable=False),
        sa.Column("recipient_count", sa.Integer, nullable=False),
        *_texts("recipient_statuses"),
        sa.Column("sealed", sa.LargeBinary),
    )
    op.create_index("outbox_waiting", "outbox", ["state", "created_at"])
    op.create_table(
        "sending_journal",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("at", SORTED, nullable=False),
        *_texts("ticket_key", "user"),
        sa.Column("event", sa.String(16), nullable=False),
        sa.Column("pdf_sha256", sa.String(64), nullable=False),
        sa.Column("recipient_count", sa.Integer, nullable=False),
        *_texts("reply", "mail_cause"),
        sa.Column("reprint", sa.Integer, nullable=False),
        *_texts("mail_id"),
    )
    op.create_index("sending_journal_ticket", "sending_journal", ["ticket_key", "id"])
    op.create_index("sending_journal_pdf", "sending_journal", ["pdf_sha256", "id"])


def _texts(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text, nullable=False) for name in names]


def _found_by_words(name: str, *columns: sa.Column[str] | sa.Column[int]) -> None:
    op.create_table(
        f"{name}s",
        sa.Column("code", sa.Text, primary_key=True),
        *columns,
        sa.Column("sort_key", SORTED, nullable=False),
        *_texts("search_text"),
    )
    op.create_index(f"{name}s_sorted", f"{name}s", ["sort_key", "code", "search_text"])
    op.create_table(
        f"{name}_words",
        sa.Column("word", SORTED, primary_key=True),
        sa.Column("code", sa.Text, primary_key=True),
        sqlite_with_rowid=False,
    )


def _append_only(table: str) -> None:
    """Let SQLite refuse changes; another database would refuse them by rights."""
    if op.get_bind().dialect.name != "sqlite":
        return
    for change in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER {table}_no_{change.lower()} BEFORE {change} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        )
