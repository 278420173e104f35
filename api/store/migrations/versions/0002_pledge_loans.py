"""Pledge loans: their events, who may see them, and proposals that wait for a second person."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# An event is added and never changed: the database itself refuses, whatever program asks.
_SQLITE = """
CREATE TRIGGER pledge_events_no_{name} BEFORE {verb} ON pledge_events
BEGIN SELECT RAISE(ABORT, 'pledge_events is append-only'); END
"""
_POSTGRESQL_FUNCTION = """
CREATE FUNCTION pledge_events_append_only() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'pledge_events is append-only'; END $$
"""
_POSTGRESQL = """
CREATE TRIGGER pledge_events_no_{name} BEFORE {verb} ON pledge_events
FOR EACH ROW EXECUTE FUNCTION pledge_events_append_only()
"""


def upgrade() -> None:
    op.create_table(
        "pledge_loans",
        sa.Column("id", sa.String(40), primary_key=True),
        sa.Column("created_at", sa.String(40), nullable=False),
        sa.Column("created_by", sa.String(64), nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("head_digest", sa.String(64), nullable=False),
        sa.Column("event_count", sa.Integer, nullable=False),
    )
    op.create_index("ix_pledge_loans_created_at", "pledge_loans", ["created_at"])
    op.create_table(
        "pledge_members",
        sa.Column("loan_id", sa.String(40), sa.ForeignKey("pledge_loans.id"), primary_key=True),
        sa.Column("caller", sa.String(64), primary_key=True),
    )
    op.create_index("ix_pledge_members_caller", "pledge_members", ["caller"])
    op.create_table(
        "pledge_events",
        sa.Column("loan_id", sa.String(40), sa.ForeignKey("pledge_loans.id"), primary_key=True),
        sa.Column("sequence", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("key", sa.String(200), nullable=False),
        sa.Column("kind", sa.String(60), nullable=False),
        sa.Column("effective_date", sa.String(10), nullable=False),
        sa.Column("recorded_at", sa.String(40), nullable=False),
        sa.Column("made_by", sa.String(64), nullable=False),
        sa.Column("made_in_role", sa.String(20), nullable=False),
        sa.Column("approved_by", sa.String(64)),
        sa.Column("approved_in_role", sa.String(20)),
        sa.Column("payload", sa.Text, nullable=False),
        sa.Column("previous_digest", sa.String(64), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.UniqueConstraint("loan_id", "key", name="uq_pledge_events_key"),
    )
    op.create_table(
        "pledge_proposals",
        sa.Column("id", sa.String(40), primary_key=True),
        sa.Column("loan_id", sa.String(40), sa.ForeignKey("pledge_loans.id"), nullable=False),
        sa.Column("key", sa.String(200), nullable=False),
        sa.Column("kind", sa.String(60), nullable=False),
        sa.Column("effective_date", sa.String(10), nullable=False),
        sa.Column("payload", sa.Text, nullable=False),
        sa.Column("made_by", sa.String(64), nullable=False),
        sa.Column("made_in_role", sa.String(20), nullable=False),
        sa.Column("made_at", sa.String(40), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("decided_by", sa.String(64)),
        sa.Column("decided_in_role", sa.String(20)),
        sa.Column("decided_at", sa.String(40)),
        sa.Column("reason", sa.Text),
        sa.Column("sequence", sa.Integer),
        sa.UniqueConstraint("loan_id", "key", name="uq_pledge_proposals_key"),
    )
    op.create_index("ix_pledge_proposals_loan_id", "pledge_proposals", ["loan_id"])
    op.create_table(
        "pledge_closings",
        sa.Column("loan_id", sa.String(40), sa.ForeignKey("pledge_loans.id"), primary_key=True),
        sa.Column("through", sa.String(10), nullable=False),
        sa.Column("known_to", sa.Integer, nullable=False),
    )
    op.create_table(
        "pledge_days",
        sa.Column("loan_id", sa.String(40), sa.ForeignKey("pledge_loans.id"), primary_key=True),
        sa.Column("business_date", sa.String(10), primary_key=True),
        sa.Column("known_to", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("facts", sa.Text, nullable=False),
    )
    _refuse_changes()


def _refuse_changes() -> None:
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    if not is_sqlite:
        op.execute(_POSTGRESQL_FUNCTION)
    for verb in ("UPDATE", "DELETE"):
        op.execute((_SQLITE if is_sqlite else _POSTGRESQL).format(name=verb.lower(), verb=verb))


def downgrade() -> None:
    for table in (
        "pledge_days",
        "pledge_closings",
        "pledge_proposals",
        "pledge_events",
        "pledge_members",
        "pledge_loans",
    ):
        op.drop_table(f"pledge_{table}")
    if op.get_bind().dialect.name != "sqlite":
        op.execute("DROP FUNCTION pledge_events_append_only()")
