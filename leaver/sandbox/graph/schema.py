"""Tables of the Graph side: directory objects, and the links between them."""

SCHEMA = """
CREATE TABLE IF NOT EXISTS graph_objects (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant TEXT NOT NULL,
    type TEXT NOT NULL,
    id TEXT NOT NULL,
    key TEXT NOT NULL DEFAULT '',
    owner TEXT NOT NULL DEFAULT '',
    doc TEXT NOT NULL,
    deleted_at TEXT
);
CREATE UNIQUE INDEX IF NOT EXISTS graph_objects_id ON graph_objects (tenant, id);
CREATE INDEX IF NOT EXISTS graph_objects_type ON graph_objects (tenant, type, seq);
CREATE INDEX IF NOT EXISTS graph_objects_key ON graph_objects (tenant, type, key);
CREATE INDEX IF NOT EXISTS graph_objects_owner ON graph_objects (tenant, type, owner) WHERE owner <> '';
CREATE UNIQUE INDEX IF NOT EXISTS graph_users_name ON graph_objects (tenant, key)
    WHERE type = 'user' AND deleted_at IS NULL;
CREATE TABLE IF NOT EXISTS graph_links (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant TEXT NOT NULL,
    rel TEXT NOT NULL,
    source TEXT NOT NULL,
    target TEXT NOT NULL
);
CREATE UNIQUE INDEX IF NOT EXISTS graph_links_source ON graph_links (tenant, rel, source, target);
CREATE INDEX IF NOT EXISTS graph_links_order ON graph_links (tenant, rel, source, seq);
CREATE INDEX IF NOT EXISTS graph_links_target ON graph_links (tenant, rel, target);
CREATE TABLE IF NOT EXISTS graph_sessions (
    id TEXT PRIMARY KEY,
    tenant TEXT NOT NULL,
    user TEXT NOT NULL,
    started TEXT NOT NULL,
    revoked INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS graph_sessions_user ON graph_sessions (tenant, user);
"""
