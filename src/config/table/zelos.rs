//! Rows of our own section.

use super::row::{Kind, Row, key};

pub(super) const ROWS: &[Row] = &[
    key("zelos.limits", Kind::Map).later(),
    key("zelos.limits.*", Kind::Any),
    key("zelos.hashing.threads", Kind::Whole { min: 1, max: 1024 }),
    key("zelos.hashing.waiting_room", Kind::Whole { min: 1, max: 1_000_000 }),
    key("zelos.hashing.patience", Kind::LongDuration).or("5s"),
    key("zelos.inbox.enabled", Kind::Bool),
    key("zelos.trusted_proxies", Kind::LIST).or(r#"["127.0.0.0/8","::1/128"]"#),
    key("zelos.trusted_proxies[]", Kind::Network),
    key("zelos.retention.flows", Kind::Duration).or("24h"),
    key("zelos.retention.sessions", Kind::Duration).or("720h"),
    key("zelos.retention.codes", Kind::Duration).or("24h"),
    key("zelos.retention.messages", Kind::Duration).or("720h"),
    key("zelos.retention.errors", Kind::Duration).or("168h"),
    key("zelos.retention.audit", Kind::Duration).or("8760h"),
    key("zelos.compat", Kind::Map).later(),
    key("zelos.compat.*", Kind::Any),
    key("zelos.appwrite", Kind::Map).later(),
    key("zelos.appwrite.*", Kind::Any),
];
