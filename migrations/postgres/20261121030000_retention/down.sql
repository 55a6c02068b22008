DROP INDEX messages_payload_idx;
DROP INDEX codes_expires_at_idx;
DROP INDEX sessions_active_idx;
