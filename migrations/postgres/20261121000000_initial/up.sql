-- Keys that are compared byte by byte have collation "C": the order must not depend on the server's language.

CREATE TABLE identities (
    id uuid PRIMARY KEY,
    schema_id text NOT NULL,
    traits jsonb NOT NULL,
    state text NOT NULL,
    state_changed_at timestamptz,
    metadata_public jsonb,
    metadata_admin jsonb,
    external_id text COLLATE "C",
    organization_id uuid,
    available_aal text NOT NULL,
    verifiable_addresses jsonb NOT NULL,
    recovery_addresses jsonb NOT NULL,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    CONSTRAINT identities_external_id_key UNIQUE (external_id)
);

-- The addresses of identities a second time, for uniqueness and look-up.
CREATE TABLE addresses (
    id uuid PRIMARY KEY,
    identity_id uuid NOT NULL REFERENCES identities (id) ON DELETE CASCADE,
    purpose text COLLATE "C" NOT NULL,
    via text COLLATE "C" NOT NULL,
    value text COLLATE "C" NOT NULL,
    CONSTRAINT addresses_value_key UNIQUE (purpose, via, value)
);
CREATE INDEX addresses_identity_id_idx ON addresses (identity_id);

CREATE TABLE credentials (
    identity_id uuid NOT NULL REFERENCES identities (id) ON DELETE CASCADE,
    method text COLLATE "C" NOT NULL,
    id uuid NOT NULL,
    identifiers jsonb NOT NULL,
    payload jsonb NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (identity_id, method)
);

-- The identifiers of credentials a second time, for uniqueness and look-up.
CREATE TABLE identifiers (
    method text COLLATE "C" NOT NULL,
    identifier text COLLATE "C" NOT NULL,
    identity_id uuid NOT NULL,
    PRIMARY KEY (method, identifier),
    FOREIGN KEY (identity_id, method) REFERENCES credentials (identity_id, method) ON DELETE CASCADE
);
CREATE INDEX identifiers_credential_idx ON identifiers (identity_id, method);
CREATE INDEX identifiers_identifier_idx ON identifiers (identifier);

CREATE TABLE sessions (
    id uuid PRIMARY KEY,
    identity_id uuid NOT NULL REFERENCES identities (id) ON DELETE CASCADE,
    active boolean NOT NULL,
    methods jsonb NOT NULL,
    devices jsonb NOT NULL,
    token bytea NOT NULL,
    issued_at timestamptz NOT NULL,
    authenticated_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    CONSTRAINT sessions_token_key UNIQUE (token)
);
CREATE INDEX sessions_identity_id_idx ON sessions (identity_id, created_at, id);
CREATE INDEX sessions_created_at_idx ON sessions (created_at, id);
CREATE INDEX sessions_expires_at_idx ON sessions (expires_at);

CREATE TABLE flows (
    id uuid PRIMARY KEY,
    kind text NOT NULL,
    client text NOT NULL,
    csrf bytea,
    issued_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    active text,
    head jsonb NOT NULL,
    state jsonb NOT NULL,
    version bigint NOT NULL,
    updated_at timestamptz NOT NULL
);
CREATE INDEX flows_expires_at_idx ON flows (expires_at);

CREATE TABLE codes (
    id uuid PRIMARY KEY,
    flow_id uuid NOT NULL REFERENCES flows (id) ON DELETE CASCADE,
    purpose text COLLATE "C" NOT NULL,
    hash bytea NOT NULL,
    identity_id uuid REFERENCES identities (id) ON DELETE CASCADE,
    address_id uuid REFERENCES addresses (id) ON DELETE CASCADE,
    issued_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    used_at timestamptz
);
CREATE INDEX codes_flow_id_idx ON codes (flow_id);
CREATE INDEX codes_hash_idx ON codes (purpose, hash);
CREATE INDEX codes_identity_id_idx ON codes (identity_id);
CREATE INDEX codes_address_id_idx ON codes (address_id);

CREATE TABLE messages (
    id uuid PRIMARY KEY,
    status text COLLATE "C" NOT NULL,
    channel text NOT NULL,
    recipient text COLLATE "C" NOT NULL,
    template text NOT NULL,
    payload text,
    send_count integer NOT NULL,
    next_attempt_at timestamptz NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);
CREATE INDEX messages_next_attempt_at_idx ON messages (status, next_attempt_at);
CREATE INDEX messages_created_at_idx ON messages (created_at, id);
CREATE INDEX messages_status_idx ON messages (status, created_at, id);
CREATE INDEX messages_recipient_idx ON messages (recipient, created_at, id);

CREATE TABLE attempts (
    id uuid PRIMARY KEY,
    message_id uuid NOT NULL REFERENCES messages (id) ON DELETE CASCADE,
    error jsonb,
    created_at timestamptz NOT NULL
);
CREATE INDEX attempts_message_id_idx ON attempts (message_id, created_at);

CREATE TABLE errors (
    id uuid PRIMARY KEY,
    error jsonb NOT NULL,
    seen_at timestamptz,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);
CREATE INDEX errors_created_at_idx ON errors (created_at);

-- No foreign keys: the trail outlives what it tells about.
CREATE TABLE audit (
    id uuid PRIMARY KEY,
    at timestamptz NOT NULL,
    kind text NOT NULL,
    identity_id uuid,
    session_id uuid,
    flow_id uuid,
    details jsonb NOT NULL
);
CREATE INDEX audit_at_idx ON audit (at, id);
CREATE INDEX audit_identity_id_idx ON audit (identity_id, at);

CREATE TABLE settings (
    key text COLLATE "C" PRIMARY KEY,
    value jsonb NOT NULL,
    created_at timestamptz NOT NULL
);
