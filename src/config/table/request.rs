//! Rows of one outgoing HTTP request: webhooks, delivery by HTTP, the password migration hook.

use super::row::{Kind, Row, key};

pub(crate) const REQUEST: &[Row] = &[
    key("url", Kind::HttpUrl).required(),
    key("method", Kind::Name).or("POST"),
    key("headers", Kind::Map),
    key("headers.*", Kind::Text).secret(),
    key("body", Kind::Source),
    key("auth.type", Kind::OneOf(&["api_key", "basic_auth"])).required(),
    key("auth.config.name", Kind::Text),
    key("auth.config.value", Kind::Text).secret(),
    key("auth.config.in", Kind::OneOf(&["header", "cookie"])),
    key("auth.config.user", Kind::Text),
    key("auth.config.password", Kind::Text).secret(),
];
