"""The first tables: feeds, articles, stories, evidence, alerts and the outbox."""

from __future__ import annotations

import secrets

from sqlite_utils import Database

from bot.ledger.migrations.registry import append_only, migrations

_FEEDS_AND_ARTICLES = (
    "CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT",
    """
    CREATE TABLE feeds (
        url TEXT PRIMARY KEY,
        etag TEXT NOT NULL DEFAULT '',
        last_modified TEXT NOT NULL DEFAULT '',
        status INTEGER,
        attempted_at TEXT NOT NULL,
        succeeded_at TEXT,
        failures INTEGER NOT NULL DEFAULT 0,
        last_error TEXT NOT NULL DEFAULT ''
    ) STRICT
    """,
    """
    CREATE TABLE articles (
        id INTEGER PRIMARY KEY,
        key TEXT NOT NULL,
        revision INTEGER NOT NULL,
        content_hash TEXT NOT NULL,
        essay_id TEXT NOT NULL,
        feed_url TEXT NOT NULL,
        guid TEXT NOT NULL,
        url TEXT NOT NULL,
        title TEXT NOT NULL,
        summary TEXT NOT NULL,
        published TEXT,
        updated TEXT,
        outlet TEXT NOT NULL,
        tier INTEGER NOT NULL,
        voice TEXT NOT NULL,
        at TEXT NOT NULL,
        fetched_at TEXT NOT NULL,
        stopped_stage TEXT,
        stopped_reason TEXT,
        UNIQUE (key, content_hash),
        UNIQUE (key, revision)
    ) STRICT
    """,
    "CREATE INDEX articles_url ON articles (url)",
    "CREATE INDEX articles_guid ON articles (guid)",
    "CREATE INDEX articles_stopped ON articles (stopped_stage)",
)

_STORIES = (
    """
    CREATE TABLE stories (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        title TEXT NOT NULL,
        first_at TEXT NOT NULL,
        last_at TEXT NOT NULL,
        embedding BLOB NOT NULL  -- float32, little-endian, of the article that founded it
    ) STRICT
    """,
    "CREATE INDEX stories_last_at ON stories (last_at)",
    """
    CREATE TABLE story_articles (
        article_id INTEGER PRIMARY KEY REFERENCES articles (id),
        story_id INTEGER NOT NULL REFERENCES stories (id),
        title_key TEXT NOT NULL,
        content_hash TEXT NOT NULL,
        joined_by TEXT NOT NULL,
        similarity REAL
    ) STRICT
    """,
    "CREATE INDEX story_articles_story ON story_articles (story_id)",
    "CREATE INDEX story_articles_title ON story_articles (title_key)",
    "CREATE INDEX story_articles_content ON story_articles (content_hash)",
)

_EVIDENCE = (
    """
    CREATE TABLE findings (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        article_id INTEGER NOT NULL REFERENCES articles (id),
        claim_id TEXT NOT NULL,
        stance TEXT NOT NULL,
        probability REAL NOT NULL,
        sentence TEXT NOT NULL,
        sentence_start INTEGER NOT NULL,
        sentence_end INTEGER NOT NULL,
        indicator TEXT,
        indicator_side TEXT,
        indicator_strength TEXT,
        note TEXT NOT NULL
    ) STRICT
    """,
    "CREATE INDEX findings_article ON findings (article_id)",
    """
    CREATE TABLE verdicts (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        article_id INTEGER NOT NULL REFERENCES articles (id),
        story_id INTEGER NOT NULL REFERENCES stories (id),
        essay_id TEXT NOT NULL,
        claim_id TEXT NOT NULL,
        claim_statement TEXT NOT NULL,
        stance TEXT NOT NULL,
        confidence REAL NOT NULL,
        sentence TEXT NOT NULL,
        sentence_start INTEGER NOT NULL,
        sentence_end INTEGER NOT NULL,
        indicator TEXT,
        indicator_side TEXT,
        indicator_strength TEXT,
        asserted_by TEXT NOT NULL,
        kind TEXT NOT NULL,
        replaces INTEGER UNIQUE REFERENCES verdicts (id),
        withdrawn INTEGER NOT NULL DEFAULT 0,
        recorded_at TEXT NOT NULL
    ) STRICT
    """,
    "CREATE INDEX verdicts_claim ON verdicts (claim_id, essay_id, story_id)",
    "CREATE INDEX verdicts_article ON verdicts (article_id)",
    "CREATE INDEX verdicts_story ON verdicts (story_id)",
    """
    CREATE VIEW current_verdicts AS
        SELECT * FROM verdicts v
        WHERE v.withdrawn = 0
          AND NOT EXISTS (SELECT 1 FROM verdicts later WHERE later.replaces = v.id)
    """,
    """
    CREATE TABLE standings (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        essay_id TEXT NOT NULL,
        claim_id TEXT NOT NULL,
        standing TEXT NOT NULL,
        previous TEXT NOT NULL,
        at TEXT NOT NULL,           -- of the report that moved it
        recorded_at TEXT NOT NULL,
        reasons TEXT NOT NULL       -- JSON: weights, counts and the reasons for people
    ) STRICT
    """,
    "CREATE INDEX standings_claim ON standings (claim_id, essay_id)",
)

_ALERTS = (
    """
    CREATE TABLE alerts (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        essay_id TEXT NOT NULL,
        claim_id TEXT NOT NULL,
        story_id INTEGER NOT NULL REFERENCES stories (id),
        revision INTEGER NOT NULL,  -- the last one
        created_at TEXT NOT NULL,
        UNIQUE (story_id, claim_id, essay_id)
    ) STRICT
    """,
    """
    CREATE TABLE alert_revisions (
        alert_id INTEGER NOT NULL REFERENCES alerts (id),
        revision INTEGER NOT NULL,
        step TEXT NOT NULL,
        body TEXT NOT NULL,         -- JSON: bot.alerts.body
        made_at TEXT NOT NULL,
        PRIMARY KEY (alert_id, revision)
    ) STRICT
    """,
    """
    CREATE TABLE outbox (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        channel TEXT NOT NULL,
        alert_id INTEGER NOT NULL,
        revision INTEGER NOT NULL,
        state TEXT NOT NULL DEFAULT 'pending'
            CHECK (state IN ('pending', 'sent', 'failed', 'superseded')),
        attempts INTEGER NOT NULL DEFAULT 0,
        due_at TEXT NOT NULL,
        idempotency_key TEXT NOT NULL UNIQUE,
        receipt TEXT NOT NULL DEFAULT '',
        error TEXT NOT NULL DEFAULT '',
        created_at TEXT NOT NULL,
        settled_at TEXT,
        UNIQUE (alert_id, channel, revision),
        FOREIGN KEY (alert_id, revision) REFERENCES alert_revisions (alert_id, revision)
    ) STRICT
    """,
    "CREATE INDEX outbox_pending ON outbox (channel, id) WHERE state = 'pending'",
)


@migrations()
def m0001_first(db: Database) -> None:
    """Everything that the first version keeps."""
    tables = _FEEDS_AND_ARTICLES + _STORIES + _EVIDENCE + _ALERTS
    for statement in tables:
        db.execute(statement)
    for table in ("findings", "verdicts", "standings", "alert_revisions"):
        for statement in append_only(table):
            db.execute(statement)
    # Part of every idempotency key, so that two ledgers with the same row ids never collide.
    db.execute("INSERT INTO meta (key, value) VALUES ('ledger_id', ?)", [secrets.token_hex(16)])
