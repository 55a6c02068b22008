//! The tables, as diesel sees them. Kept equal to `migrations/` by the contract tests, which use every column.

macro_rules! table_of {
    ($($body:tt)*) => {
        diesel::table! {
            use diesel::sql_types::*;
            use crate::store::types::*;
            $($body)*
        }
    };
}

table_of! {
    identities (id) {
        id -> SqlUuid,
        schema_id -> Text,
        traits -> SqlJson,
        state -> Text,
        state_changed_at -> Nullable<SqlTime>,
        metadata_public -> Nullable<SqlJson>,
        metadata_admin -> Nullable<SqlJson>,
        external_id -> Nullable<Text>,
        organization_id -> Nullable<SqlUuid>,
        available_aal -> Text,
        verifiable_addresses -> SqlJson,
        recovery_addresses -> SqlJson,
        version -> BigInt,
        created_at -> SqlTime,
        updated_at -> SqlTime,
    }
}

table_of! {
    addresses (id) {
        id -> SqlUuid,
        identity_id -> SqlUuid,
        purpose -> Text,
        via -> Text,
        value -> Text,
    }
}

table_of! {
    credentials (identity_id, method) {
        identity_id -> SqlUuid,
        method -> Text,
        id -> SqlUuid,
        identifiers -> SqlJson,
        payload -> SqlJson,
        created_at -> SqlTime,
        updated_at -> SqlTime,
    }
}

table_of! {
    identifiers (method, identifier) {
        method -> Text,
        identifier -> Text,
        identity_id -> SqlUuid,
    }
}

table_of! {
    sessions (id) {
        id -> SqlUuid,
        identity_id -> SqlUuid,
        active -> Bool,
        methods -> SqlJson,
        devices -> SqlJson,
        token -> Binary,
        issued_at -> SqlTime,
        authenticated_at -> SqlTime,
        expires_at -> SqlTime,
        version -> BigInt,
        created_at -> SqlTime,
        updated_at -> SqlTime,
    }
}

table_of! {
    flows (id) {
        id -> SqlUuid,
        kind -> Text,
        client -> Text,
        csrf -> Nullable<Binary>,
        issued_at -> SqlTime,
        expires_at -> SqlTime,
        active -> Nullable<Text>,
        head -> SqlJson,
        state -> SqlJson,
        version -> BigInt,
        updated_at -> SqlTime,
    }
}

table_of! {
    codes (id) {
        id -> SqlUuid,
        flow_id -> SqlUuid,
        purpose -> Text,
        hash -> Binary,
        identity_id -> Nullable<SqlUuid>,
        address_id -> Nullable<SqlUuid>,
        issued_at -> SqlTime,
        expires_at -> SqlTime,
        used_at -> Nullable<SqlTime>,
    }
}

table_of! {
    exchanges (id) {
        id -> SqlUuid,
        flow_id -> SqlUuid,
        first -> Binary,
        second -> Nullable<Binary>,
        token -> Nullable<Text>,
        issued_at -> SqlTime,
        expires_at -> SqlTime,
        used_at -> Nullable<SqlTime>,
    }
}

table_of! {
    messages (id) {
        id -> SqlUuid,
        status -> Text,
        channel -> Text,
        recipient -> Text,
        template -> Text,
        payload -> Nullable<Text>,
        send_count -> Integer,
        next_attempt_at -> SqlTime,
        created_at -> SqlTime,
        updated_at -> SqlTime,
    }
}

table_of! {
    attempts (id) {
        id -> SqlUuid,
        message_id -> SqlUuid,
        error -> Nullable<SqlJson>,
        created_at -> SqlTime,
    }
}

table_of! {
    errors (id) {
        id -> SqlUuid,
        error -> SqlJson,
        seen_at -> Nullable<SqlTime>,
        created_at -> SqlTime,
        updated_at -> SqlTime,
    }
}

table_of! {
    audit (id) {
        id -> SqlUuid,
        at -> SqlTime,
        kind -> Text,
        identity_id -> Nullable<SqlUuid>,
        session_id -> Nullable<SqlUuid>,
        flow_id -> Nullable<SqlUuid>,
        details -> SqlJson,
    }
}

table_of! {
    settings (key) {
        key -> Text,
        value -> SqlJson,
        created_at -> SqlTime,
    }
}

diesel::joinable!(addresses -> identities (identity_id));
diesel::joinable!(credentials -> identities (identity_id));
diesel::joinable!(sessions -> identities (identity_id));
diesel::allow_tables_to_appear_in_same_query!(identities, addresses, credentials, identifiers, sessions);
