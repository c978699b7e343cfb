"""The tables of a store in PostgreSQL, by format, and the statements that each connection has prepared.

All keys but those of `directory` and `paces` begin with `root`, a number drawn for each sandbox that is no fork: a sandbox and its forks lie
together.
No key counts up. `documents` are cut by root. A new format first adds (expand), and takes away what nobody asks any more in a
later one (contract): during an upgrade programs of two formats work side by side.
"""

from datetime import datetime
from typing import TYPE_CHECKING

import psycopg

if TYPE_CHECKING:
    from psycopg.rows import TupleRow

__all__ = ["FORMAT", "PREPARED", "check", "migrate"]

_PARTS = 16

_FIRST = """
CREATE TABLE doublebook (format integer NOT NULL);
INSERT INTO doublebook VALUES (0);
CREATE TABLE directory (name text COLLATE "C" PRIMARY KEY, root bigint NOT NULL);
CREATE TABLE sandboxes (
  root bigint, name text COLLATE "C", version bigint NOT NULL, own bigint NOT NULL, layers bigint[] NOT NULL, record bytea NOT NULL,
  PRIMARY KEY (root, name));
CREATE TABLE layers (root bigint, id bigint, owners integer NOT NULL, dropped_at timestamptz, PRIMARY KEY (root, id));
CREATE INDEX layers_dropped ON layers (dropped_at) WHERE dropped_at IS NOT NULL;
CREATE TABLE documents (
  root bigint, layer bigint, kind text COLLATE "C", id bytea, version bigint NOT NULL, body bytea, entries bytea NOT NULL,
  PRIMARY KEY (root, layer, kind, id)) PARTITION BY HASH (root);
""" + "\n".join(
    f"CREATE TABLE documents_{part} PARTITION OF documents FOR VALUES WITH (MODULUS {_PARTS}, REMAINDER {part});"
    for part in range(_PARTS)
) + """
CREATE INDEX documents_changed ON documents (root, layer, version);
CREATE TABLE commits (root bigint, token bytea, at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (root, token));
CREATE INDEX commits_at ON commits (at);
CREATE TABLE due (
  root bigint, sandbox text COLLATE "C", api text, at timestamptz NOT NULL, seq bigint NOT NULL, PRIMARY KEY (root, sandbox, api));
CREATE INDEX due_at ON due (at);
CREATE TABLE journals (root bigint, sandbox text COLLATE "C", last bigint NOT NULL, PRIMARY KEY (root, sandbox));
CREATE TABLE journal (
  root bigint, sandbox text COLLATE "C", id bigint, life bigint NOT NULL, block bytea NOT NULL, PRIMARY KEY (root, sandbox, id));
"""  # fmt: skip

_SECOND = """
CREATE TABLE paces (bucket text COLLATE "C" PRIMARY KEY, full_at timestamptz NOT NULL);
ALTER TABLE journals ADD COLUMN held bigint NOT NULL DEFAULT 0, ADD COLUMN asked_at timestamptz NOT NULL DEFAULT now();
UPDATE journals SET held = found.held FROM (SELECT root, sandbox, sum(length(block)) AS held FROM journal GROUP BY root, sandbox) AS found
 WHERE (journals.root, journals.sandbox) = (found.root, found.sandbox);
"""

_MIGRATIONS = (_FIRST, _SECOND)
"""Each makes of one format the next."""

FORMAT = len(_MIGRATIONS)

_CHANGES = """
SELECT d.kind, d.id, d.body, d.entries FROM documents d
 WHERE d.root = s.root AND d.layer = s.own AND d.version > CASE WHEN s.own = $3 THEN $4 ELSE -1 END OFFSET 0
"""
"""Lateral, and with an OFFSET: planned as a walk through an index from a version on, which a filter in a join is not."""

PREPARED = f"""
PREPARE doublebook_lock (bigint, text) AS
  SELECT version, own, layers, record, clock_timestamp() FROM sandboxes WHERE root = $1 AND name = $2 FOR UPDATE;
PREPARE doublebook_changes (bigint, text, bigint, bigint) AS
  SELECT d.* FROM sandboxes s, LATERAL ({_CHANGES}) d WHERE s.root = $1 AND s.name = $2;
PREPARE doublebook_look (bigint, text, bigint, bigint) AS
  SELECT s.version, s.own, s.layers, s.record, clock_timestamp(), d.*
    FROM sandboxes s LEFT JOIN LATERAL ({_CHANGES}) d ON true WHERE s.root = $1 AND s.name = $2;
"""
"""`lock` and `changes` are two statements: the second begins when the lock is held, and sees what came before it."""


def check(address: str) -> tuple[int, datetime]:
    """The format of the database, 0 where there is nothing of ours, and what its clock shows. Raises ValueError: it cannot be reached."""
    with _connected(address) as connection:
        (now,) = connection.execute("SELECT clock_timestamp()").fetchone() or (None,)
        assert isinstance(now, datetime)  # noqa: S101 - a query without a table answers
        return _format(connection), now


def migrate(address: str) -> tuple[int, int]:
    """Bring a database to our format, step by step, each whole or not at all. Answers the format it had and that it has.

    Raises:
        ValueError: It cannot be reached, may not be changed, or is of a newer format than this program's.
    """
    with _connected(address) as connection:
        found = _format(connection)
        if found > FORMAT:
            raise ValueError(
                f"the database is of format {found}, and this program makes {FORMAT}: take the newer program"
            )
        try:
            for number in range(found, FORMAT):
                with connection.transaction():
                    if number:  # of several that migrate at the same moment the second finds it done
                        connection.execute("SELECT format FROM doublebook FOR UPDATE")
                    if _format(connection) == number:
                        connection.execute(_MIGRATIONS[number])
                        connection.execute("UPDATE doublebook SET format = %s", (number + 1,))
        except (psycopg.errors.DuplicateTable, psycopg.errors.UniqueViolation):
            pass  # another one made the first tables at the same moment
        except psycopg.Error as error:
            raise ValueError(f"the database cannot be migrated: {str(error).strip()}") from error
        return found, _format(connection)


def _format(connection: "psycopg.Connection[TupleRow]") -> int:
    (table,) = connection.execute("SELECT to_regclass('doublebook')").fetchone() or (None,)
    if table is None:
        return 0
    (found,) = connection.execute("SELECT format FROM doublebook").fetchone() or (0,)
    return int(found)


def _connected(address: str) -> "psycopg.Connection[TupleRow]":
    try:
        return psycopg.connect(address, autocommit=True, connect_timeout=10)
    except psycopg.Error as error:
        raise ValueError(f"the database cannot be reached: {str(error).strip()}") from error
