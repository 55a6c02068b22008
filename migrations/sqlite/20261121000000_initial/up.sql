-- Ids are blobs of 16 bytes, times are microseconds since 1970, JSON is text.

CREATE TABLE identities (
    id blob NOT NULL PRIMARY KEY,
    schema_id text NOT NULL,
    traits text NOT NULL,
    state text NOT NULL,
    state_changed_at integer,
    metadata_public text,
    metadata_admin text,
    external_id text,
    organization_id blob,
    available_aal text NOT NULL,
    verifiable_addresses text NOT NULL,
    recovery_addresses text NOT NULL,
    version integer NOT NULL,
    created_at integer NOT NULL,
    updated_at integer NOT NULL,
    CONSTRAINT identities_external_id_key UNIQUE (external_id)
) STRICT;

-- The addresses of identities a second time, for uniqueness and look-up.
CREATE TABLE addresses (
    id blob NOT NULL PRIMARY KEY,
    identity_id blob NOT NULL REFERENCES identities (id) ON DELETE CASCADE,
    purpose text NOT NULL,
    via text NOT NULL,
    value text NOT NULL,
    CONSTRAINT addresses_value_key UNIQUE (purpose, via, value)
) STRICT;
CREATE INDEX addresses_identity_id_idx ON addresses (identity_id);

CREATE TABLE credentials (
    identity_id blob NOT NULL REFERENCES identities (id) ON DELETE CASCADE,
    method text NOT NULL,
    id blob NOT NULL,
    identifiers text NOT NULL,
    payload text NOT NULL,
    created_at integer NOT NULL,
    updated_at integer NOT NULL,
    PRIMARY KEY (identity_id, method)
) STRICT;

-- The identifiers of credentials a second time, for uniqueness and look-up.
CREATE TABLE identifiers (
    method text NOT NULL,
    identifier text NOT NULL,
    identity_id blob NOT NULL,
    PRIMARY KEY (method, identifier),
    FOREIGN KEY (identity_id, method) REFERENCES credentials (identity_id, method) ON DELETE CASCADE
) STRICT;
CREATE INDEX identifiers_credential_idx ON identifiers (identity_id, method);
CREATE INDEX identifiers_identifier_idx ON identifiers (identifier);

CREATE TABLE sessions (
    id blob NOT NULL PRIMARY KEY,
    identity_id blob NOT NULL REFERENCES identities (id) ON DELETE CASCADE,
    active integer NOT NULL,
    methods text NOT NULL,
    devices text NOT NULL,
    token blob NOT NULL,
    issued_at integer NOT NULL,
    authenticated_at integer NOT NULL,
    expires_at integer NOT NULL,
    version integer NOT NULL,
    created_at integer NOT NULL,
    updated_at integer NOT NULL,
    CONSTRAINT sessions_token_key UNIQUE (token)
) STRICT;
CREATE INDEX sessions_identity_id_idx ON sessions (identity_id, created_at, id);
CREATE INDEX sessions_created_at_idx ON sessions (created_at, id);
CREATE INDEX sessions_expires_at_idx ON sessions (expires_at);

CREATE TABLE flows (
    id blob NOT NULL PRIMARY KEY,
    kind text NOT NULL,
    client text NOT NULL,
    csrf blob,
    issued_at integer NOT NULL,
    expires_at integer NOT NULL,
    active text,
    head text NOT NULL,
    state text NOT NULL,
    version integer NOT NULL,
    updated_at integer NOT NULL
) STRICT;
CREATE INDEX flows_expires_at_idx ON flows (expires_at);

CREATE TABLE codes (
    id blob NOT NULL PRIMARY KEY,
    flow_id blob NOT NULL REFERENCES flows (id) ON DELETE CASCADE,
    purpose text NOT NULL,
    hash blob NOT NULL,
    identity_id blob REFERENCES identities (id) ON DELETE CASCADE,
    address_id blob REFERENCES addresses (id) ON DELETE CASCADE,
    issued_at integer NOT NULL,
    expires_at integer NOT NULL,
    used_at integer
) STRICT;
CREATE INDEX codes_flow_id_idx ON codes (flow_id);
CREATE INDEX codes_hash_idx ON codes (purpose, hash);
CREATE INDEX codes_identity_id_idx ON codes (identity_id);
CREATE INDEX codes_address_id_idx ON codes (address_id);

CREATE TABLE messages (
    id blob NOT NULL PRIMARY KEY,
    status text NOT NULL,
    channel text NOT NULL,
    recipient text NOT NULL,
    template text NOT NULL,
    payload text,
    send_count integer NOT NULL,
    next_attempt_at integer NOT NULL,
    created_at integer NOT NULL,
    updated_at integer NOT NULL
) STRICT;
CREATE INDEX messages_next_attempt_at_idx ON messages (status, next_attempt_at);
CREATE INDEX messages_created_at_idx ON messages (created_at, id);
CREATE INDEX messages_status_idx ON messages (status, created_at, id);
CREATE INDEX messages_recipient_idx ON messages (recipient, created_at, id);

CREATE TABLE attempts (
    id blob NOT NULL PRIMARY KEY,
    message_id blob NOT NULL REFERENCES messages (id) ON DELETE CASCADE,
    error text,
    created_at integer NOT NULL
) STRICT;
CREATE INDEX attempts_message_id_idx ON attempts (message_id, created_at);

CREATE TABLE errors (
    id blob NOT NULL PRIMARY KEY,
    error text NOT NULL,
    seen_at integer,
    created_at integer NOT NULL,
    updated_at integer NOT NULL
) STRICT;
CREATE INDEX errors_created_at_idx ON errors (created_at);

-- No foreign keys: the trail outlives what it tells about.
CREATE TABLE audit (
    id blob NOT NULL PRIMARY KEY,
    at integer NOT NULL,
    kind text NOT NULL,
    identity_id blob,
    session_id blob,
    flow_id blob,
    details text NOT NULL
) STRICT;
CREATE INDEX audit_at_idx ON audit (at, id);
CREATE INDEX audit_identity_id_idx ON audit (identity_id, at);

CREATE TABLE settings (
    key text NOT NULL PRIMARY KEY,
    value text NOT NULL,
    created_at integer NOT NULL
) STRICT;
