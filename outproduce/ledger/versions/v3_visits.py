"""v3: what was fetched from the web when, and when it is due again."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from outproduce.ledger.columns import TEXT, numbers, texts

revision = "v3"
down_revision = "v2"


def upgrade() -> None:
    """Add the table of visits; nothing else changes."""
    op.create_table(
        "visits",
        sa.Column("url", TEXT, primary_key=True),
        *texts("kind checked_at outcome", needed=True),
        *texts("etag last_modified payload raw_hash message listed due_at"),
        *numbers("fails interval_s", needed=True),
    )
    op.create_index("visits_by_time", "visits", ["kind", "due_at"])
