-- Where apps pick up the sessions that a browser has got for them.
CREATE TABLE exchanges (
    id blob NOT NULL PRIMARY KEY,
    flow_id blob NOT NULL REFERENCES flows (id) ON DELETE CASCADE,
    first blob NOT NULL,
    second blob,
    token text,
    issued_at integer NOT NULL,
    expires_at integer NOT NULL,
    used_at integer,
    CONSTRAINT exchanges_first_key UNIQUE (first)
) STRICT;
CREATE INDEX exchanges_flow_id_idx ON exchanges (flow_id);
