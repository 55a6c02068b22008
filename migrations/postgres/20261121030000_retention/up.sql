-- What has served is found by its age, and sessions that were revoked apart from those that ran out.
CREATE INDEX sessions_active_idx ON sessions (active, updated_at);
CREATE INDEX codes_expires_at_idx ON codes (expires_at);
CREATE INDEX messages_payload_idx ON messages (updated_at) WHERE payload IS NOT NULL;
