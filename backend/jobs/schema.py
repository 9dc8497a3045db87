"""The tables of the job database, and the check that a database is one we can work with."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    func,
    insert,
    inspect,
    select,
    text,
)
from sqlalchemy.engine import Connection

from backend.domain.errors import StoreUnavailable

SCHEMA_VERSION = 1

# Any fixed number will do; it only has to be the same in every process of the product.
_CREATION_LOCK = 5_602_411

metadata = MetaData()

# Times are whole microseconds since 1970 in UTC: exact, sortable, alike in every database.
# JSON is stored as text, so that SQLite and PostgreSQL hold the same characters.
jobs = Table(
    "jobs",
    metadata,
    # SQLite counts up by itself only in a column called INTEGER.
    Column("number", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("id", String(24), nullable=False, unique=True),
    Column("kind", String(16), nullable=False),
    Column("lane", String(16), nullable=False),
    Column("state", String(16), nullable=False),
    Column("params", Text, nullable=False),
    Column("batch_key", Text, nullable=False),
    Column("fingerprint", Text, nullable=False),
    Column("idempotency_key", Text, unique=True),
    Column("created_us", BigInteger, nullable=False),
    Column("started_us", BigInteger),
    Column("finished_us", BigInteger),
    Column("attempt", Integer, nullable=False, default=0),
    Column("fence", Integer, nullable=False, default=0),
    Column("cancel_requested", Boolean, nullable=False, default=False),
    Column("worker_id", Text),
    Column("lease_us", BigInteger),
    Column("lease_length_us", BigInteger),
    Column("event_seq", Integer, nullable=False, default=0),
    Column("progress", Text),
    Column("result", Text),
    Column("error", Text),
    Column("request_id", Text),
    Column("caller", Text),
    Index("ix_jobs_queue", "state", "lane", "number"),
    Index("ix_jobs_history", "state", "number"),
)

events = Table(
    "events",
    metadata,
    Column("job_id", String(24), ForeignKey("jobs.id"), primary_key=True),
    Column("seq", Integer, primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("data", Text, nullable=False),
    Column("at_us", BigInteger, nullable=False),
)

checkpoints = Table(
    "checkpoints",
    metadata,
    Column("job_id", String(24), ForeignKey("jobs.id"), primary_key=True),
    Column("stage", String(16), primary_key=True),
    Column("payload", LargeBinary, nullable=False),
)

previews = Table(
    "previews",
    metadata,
    Column("job_id", String(24), ForeignKey("jobs.id"), primary_key=True),
    Column("jpeg", LargeBinary, nullable=False),
)

timings = Table(
    "timings",
    metadata,
    Column("key", Text, primary_key=True),
    Column("seconds", Float, nullable=False),
)

workers = Table(
    "workers",
    metadata,
    Column("worker_id", Text, primary_key=True),
    Column("seen_us", BigInteger, nullable=False),
)

figures = Table(
    "figures",
    metadata,
    Column("worker_id", Text, primary_key=True),
    Column("text", Text, nullable=False),
)

schema_version = Table("schema_version", metadata, Column("version", Integer, primary_key=True))


def prepare(connection: Connection) -> None:
    """Creates the tables of an empty database; adds to an older one what it lacks.

    What is added may be missing without harm, so that the version stays and programs of either
    age work side by side.

    Raises:
        StoreUnavailable: the database was written by a newer version of the product.
    """
    if connection.dialect.name == "postgresql":
        # Two processes that start together would otherwise both create the tables, and one fail.
        connection.execute(select(func.pg_advisory_xact_lock(_CREATION_LOCK)))
    if not inspect(connection).has_table(schema_version.name):
        metadata.create_all(connection)
        connection.execute(insert(schema_version).values(version=SCHEMA_VERSION))
        return
    found = connection.execute(select(func.max(schema_version.c.version))).scalar_one()
    if found != SCHEMA_VERSION:
        raise StoreUnavailable(
            f"The job database has format {found}, this program reads format {SCHEMA_VERSION}. "
            "Start the version that wrote it, or point the program at another database."
        )
    figures.create(connection, checkfirst=True)
    there = {column["name"] for column in inspect(connection).get_columns(jobs.name)}
    for column in (jobs.c.request_id, jobs.c.caller):
        if column.name not in there:
            connection.execute(text(f"ALTER TABLE {jobs.name} ADD COLUMN {column.name} TEXT"))
