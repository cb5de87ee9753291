"""Records that can be archived; families, VAT rates and ways of paying; which records the tickets name."""

import json

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_BATCH = 500


def upgrade() -> None:
    """Add them; what the tickets name already is read from their contents, once."""
    for table in ("customers", "contacts", "products", "cashiers", "tills"):
        op.add_column(table, _archived())
    op.add_column("customers", sa.Column("is_exempt", sa.Boolean, nullable=False, server_default=sa.false()))
    op.add_column("customers", sa.Column("handover", sa.Text, nullable=False, server_default=""))
    for table in ("customers", "contacts", "products"):
        op.drop_index(f"{table}_sorted", table)
        op.create_index(f"{table}_sorted", table, ["archived", "sort_key", "code", "search_text"])
    families = _list("families", sa.Column("position", sa.Integer, nullable=False))
    vat_rates = _list("vat_rates", sa.Column("label", sa.Text, nullable=False))
    methods = _list(
        "payment_methods",
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
    )
    used = op.create_table(
        "used_records",
        sa.Column("kind", sa.String(16), primary_key=True),
        sa.Column("code", sa.Text, primary_key=True),
        sqlite_with_rowid=False,
    )
    bind = op.get_bind()
    names = bind.execute(sa.text("SELECT DISTINCT family FROM products WHERE family <> ''")).scalars().all()
    op.bulk_insert(families, [{"code": name, "position": 0} for name in names])
    rates = set(bind.execute(sa.text("SELECT DISTINCT vat_rate FROM products")).scalars())
    op.bulk_insert(vat_rates, [{"code": rate, "label": ""} for rate in rates | {"20", "10", "5.5", "2.1", "0"}])
    first = (("Carte bancaire", "card"), ("Espèces", "cash"), ("Chèque", "cheque"))
    op.bulk_insert(methods, [{"code": n, "kind": kind, "position": p} for p, (n, kind) in enumerate(first, 1)])
    op.bulk_insert(used, [{"kind": kind, "code": code} for kind, code in sorted(_used(bind))])


def _archived() -> sa.Column[bool]:
    return sa.Column("archived", sa.Boolean, nullable=False, server_default=sa.false())


def _list(name: str, *columns: sa.Column[str] | sa.Column[int]) -> sa.Table:
    return op.create_table(name, sa.Column("code", sa.Text, primary_key=True), *columns, _archived())


def _used(bind: sa.Connection) -> set[tuple[str, str]]:
    used = set()
    contents = bind.execution_options(yield_per=_BATCH).execute(sa.text("SELECT content FROM tickets"))
    for (content,) in contents:
        ticket = json.loads(content)
        used |= {("customers", ticket.get("customer_code", "")), ("cashiers", ticket.get("cashier_code", ""))}
        used |= {("products", line.get("product_code", "")) for line in ticket["lines"]}
        used |= {("vat-rates", str(line["vat_rate"])) for line in ticket["lines"]}
        used |= {("payment-methods", payment["method"]) for payment in ticket["payments"]}
    return {(kind, code) for kind, code in used if code}
