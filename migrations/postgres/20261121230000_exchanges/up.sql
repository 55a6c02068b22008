-- Where apps pick up the sessions that a browser has got for them.
CREATE TABLE exchanges (
    id uuid PRIMARY KEY,
    flow_id uuid NOT NULL REFERENCES flows (id) ON DELETE CASCADE,
    first bytea NOT NULL,
    second bytea,
    token text,
    issued_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    used_at timestamptz,
    CONSTRAINT exchanges_first_key UNIQUE (first)
);
CREATE INDEX exchanges_flow_id_idx ON exchanges (flow_id);
