"""Closings of days, months and years, a chain at each till."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

SORTED = sa.String().with_variant(sa.String(collation="C"), "postgresql")
FIRST_LINK = "0" * 64


def upgrade() -> None:
    """Add the closings and the till's end of them; no day is closed yet."""
    for column in (
        sa.Column("last_closing", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("last_closing_sha256", sa.String(64), nullable=False, server_default=FIRST_LINK),
        sa.Column("closed_position", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("closed_through", sa.String(10), nullable=False, server_default=""),
    ):
        op.add_column("tills", column)
    op.create_table(
        "closings",
        sa.Column("till_code", sa.String(8), sa.ForeignKey("tills.code"), primary_key=True),
        sa.Column("position", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("period", sa.String(8), nullable=False),
        sa.Column("span", sa.String(10), nullable=False),
        sa.Column("closed_at_utc", SORTED, nullable=False),
        *(sa.Column(f"{part}_sha256", sa.String(64), nullable=False) for part in ("content", "previous", "chain")),
        sa.Column("content", sa.Text, nullable=False),
        sa.UniqueConstraint("till_code", "period", "span", name="closings_once"),
    )
    op.create_index("closings_newest", "closings", ["closed_at_utc", "till_code", "position"])
    if op.get_bind().dialect.name != "sqlite":
        return
    for change in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER closings_no_{change.lower()} BEFORE {change} ON closings "
            "BEGIN SELECT RAISE(ABORT, 'closings is append-only'); END"
        )
