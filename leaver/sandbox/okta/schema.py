"""The tables of the Okta half; every row belongs to one org."""

from __future__ import annotations

SCHEMA = """
CREATE TABLE IF NOT EXISTS okta_sequence (one INTEGER PRIMARY KEY CHECK (one = 1), last INTEGER NOT NULL);
INSERT OR IGNORE INTO okta_sequence VALUES (1, 0);
CREATE TABLE IF NOT EXISTS okta_orgs (
    org TEXT PRIMARY KEY,
    id TEXT NOT NULL,
    created TEXT NOT NULL,
    type_id TEXT NOT NULL,
    admin_id TEXT NOT NULL,
    everyone_id TEXT NOT NULL,
    transition_seconds REAL NOT NULL DEFAULT 0,
    rate_limit INTEGER,
    custom_attributes TEXT NOT NULL DEFAULT '{}'
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS okta_users (
    id TEXT PRIMARY KEY,
    org TEXT NOT NULL,
    login TEXT NOT NULL,
    login_key TEXT NOT NULL,
    status TEXT NOT NULL,
    created TEXT NOT NULL,
    activated TEXT,
    status_changed TEXT,
    last_login TEXT,
    last_updated TEXT NOT NULL,
    password_changed TEXT,
    transition_to TEXT,
    transition_at TEXT,
    type_id TEXT NOT NULL,
    provider TEXT NOT NULL DEFAULT 'OKTA',
    password TEXT,
    question TEXT,
    profile TEXT NOT NULL,
    UNIQUE (org, login_key)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS okta_users_org ON okta_users (org, id);
CREATE INDEX IF NOT EXISTS okta_users_transition ON okta_users (org, transition_at)
    WHERE transition_at IS NOT NULL;
CREATE TABLE IF NOT EXISTS okta_groups (
    id TEXT PRIMARY KEY,
    org TEXT NOT NULL,
    type TEXT NOT NULL,
    name TEXT NOT NULL,
    created TEXT NOT NULL,
    last_updated TEXT NOT NULL,
    last_membership_updated TEXT NOT NULL,
    profile TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS okta_groups_org ON okta_groups (org, id);
CREATE UNIQUE INDEX IF NOT EXISTS okta_groups_name ON okta_groups (org, name) WHERE type <> 'APP_GROUP';
CREATE TABLE IF NOT EXISTS okta_members (
    group_id TEXT NOT NULL REFERENCES okta_groups (id) ON DELETE CASCADE,
    user_id TEXT NOT NULL REFERENCES okta_users (id) ON DELETE CASCADE,
    PRIMARY KEY (group_id, user_id)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS okta_members_user ON okta_members (user_id, group_id);
CREATE TABLE IF NOT EXISTS okta_group_sources (
    group_id TEXT PRIMARY KEY REFERENCES okta_groups (id) ON DELETE CASCADE,
    app_id TEXT NOT NULL REFERENCES okta_apps (id) ON DELETE CASCADE
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS okta_group_roles (
    id TEXT PRIMARY KEY,
    group_id TEXT NOT NULL REFERENCES okta_groups (id) ON DELETE CASCADE,
    type TEXT NOT NULL,
    created TEXT NOT NULL,
    UNIQUE (group_id, type)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS okta_rules (
    id TEXT PRIMARY KEY,
    org TEXT NOT NULL,
    name TEXT NOT NULL,
    status TEXT NOT NULL,
    expression TEXT NOT NULL,
    created TEXT NOT NULL,
    last_updated TEXT NOT NULL,
    UNIQUE (org, name)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS okta_rule_groups (
    rule_id TEXT NOT NULL REFERENCES okta_rules (id) ON DELETE CASCADE,
    group_id TEXT NOT NULL REFERENCES okta_groups (id) ON DELETE CASCADE,
    PRIMARY KEY (rule_id, group_id)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS okta_rule_members (
    rule_id TEXT NOT NULL REFERENCES okta_rules (id) ON DELETE CASCADE,
    group_id TEXT NOT NULL REFERENCES okta_groups (id) ON DELETE CASCADE,
    user_id TEXT NOT NULL REFERENCES okta_users (id) ON DELETE CASCADE,
    PRIMARY KEY (rule_id, group_id, user_id)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS okta_rule_exceptions (
    rule_id TEXT NOT NULL REFERENCES okta_rules (id) ON DELETE CASCADE,
    user_id TEXT NOT NULL,
    PRIMARY KEY (rule_id, user_id)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS okta_app_features (
    app_id TEXT NOT NULL REFERENCES okta_apps (id) ON DELETE CASCADE,
    feature TEXT NOT NULL,
    PRIMARY KEY (app_id, feature)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS okta_api_tokens (
    id TEXT PRIMARY KEY,
    org TEXT NOT NULL,
    digest TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    user_id TEXT NOT NULL REFERENCES okta_users (id) ON DELETE CASCADE,
    created TEXT NOT NULL,
    expires_at TEXT
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS okta_service_apps (
    client_id TEXT PRIMARY KEY,
    org TEXT NOT NULL,
    jwk TEXT NOT NULL,
    scopes TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS okta_apps (
    id TEXT PRIMARY KEY,
    org TEXT NOT NULL,
    name TEXT NOT NULL,
    label TEXT NOT NULL,
    status TEXT NOT NULL,
    sign_on_mode TEXT NOT NULL,
    created TEXT NOT NULL,
    last_updated TEXT NOT NULL,
    UNIQUE (org, label)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS okta_app_users (
    app_id TEXT NOT NULL REFERENCES okta_apps (id) ON DELETE CASCADE,
    user_id TEXT NOT NULL REFERENCES okta_users (id) ON DELETE CASCADE,
    created TEXT NOT NULL,
    PRIMARY KEY (app_id, user_id)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS okta_app_users_user ON okta_app_users (user_id);
CREATE TABLE IF NOT EXISTS okta_app_groups (
    app_id TEXT NOT NULL REFERENCES okta_apps (id) ON DELETE CASCADE,
    group_id TEXT NOT NULL REFERENCES okta_groups (id) ON DELETE CASCADE,
    created TEXT NOT NULL,
    PRIMARY KEY (app_id, group_id)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS okta_factors (
    id TEXT PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES okta_users (id) ON DELETE CASCADE,
    factor_type TEXT NOT NULL,
    provider TEXT NOT NULL,
    vendor TEXT NOT NULL,
    status TEXT NOT NULL,
    created TEXT NOT NULL,
    profile TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS okta_factors_user ON okta_factors (user_id);
CREATE TABLE IF NOT EXISTS okta_roles (
    id TEXT PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES okta_users (id) ON DELETE CASCADE,
    type TEXT NOT NULL,
    created TEXT NOT NULL,
    UNIQUE (user_id, type)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS okta_grants (
    id TEXT PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES okta_users (id) ON DELETE CASCADE,
    client_id TEXT NOT NULL,
    scope_id TEXT NOT NULL,
    created TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS okta_grants_user ON okta_grants (user_id);
CREATE TABLE IF NOT EXISTS okta_refresh_tokens (
    id TEXT PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES okta_users (id) ON DELETE CASCADE,
    client_id TEXT NOT NULL,
    scopes TEXT NOT NULL,
    created TEXT NOT NULL,
    expires_at TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS okta_refresh_tokens_user ON okta_refresh_tokens (user_id);
CREATE TABLE IF NOT EXISTS okta_devices (
    id TEXT PRIMARY KEY,
    org TEXT NOT NULL,
    status TEXT NOT NULL,
    name TEXT NOT NULL,
    platform TEXT NOT NULL,
    created TEXT NOT NULL,
    last_updated TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS okta_device_users (
    device_id TEXT NOT NULL REFERENCES okta_devices (id) ON DELETE CASCADE,
    user_id TEXT NOT NULL REFERENCES okta_users (id) ON DELETE CASCADE,
    created TEXT NOT NULL,
    PRIMARY KEY (device_id, user_id)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS okta_device_users_user ON okta_device_users (user_id);
CREATE TABLE IF NOT EXISTS okta_sessions (
    id TEXT PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES okta_users (id) ON DELETE CASCADE,
    created TEXT NOT NULL,
    expires_at TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS okta_sessions_user ON okta_sessions (user_id);
CREATE TABLE IF NOT EXISTS okta_log (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    org TEXT NOT NULL,
    uuid TEXT NOT NULL,
    published TEXT NOT NULL,
    event_type TEXT NOT NULL,
    message TEXT NOT NULL,
    actor_id TEXT NOT NULL,
    target_id TEXT,
    target_type TEXT,
    target_name TEXT
);
CREATE INDEX IF NOT EXISTS okta_log_org ON okta_log (org, seq);
"""
