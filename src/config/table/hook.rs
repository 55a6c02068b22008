//! Rows of one hook and of what each hook takes.

use super::row::{Kind, Row, key};

/// One element of a list of hooks. What stands under `config` depends on the hook and is checked apart.
pub(super) const HOOK: &[Row] =
    &[key("hook", Kind::Name).required(), key("config", Kind::Group(WEB_HOOK)), RECIPIENTS_BELOW];

/// The `config` of a `web_hook`.
pub(crate) const WEB_HOOK: &[Row] = &[
    key("id", Kind::Text),
    key("url", Kind::HttpUrl).required(),
    key("method", Kind::Name).required(),
    key("headers", Kind::Map),
    key("headers.*", Kind::Text).secret(),
    // A bare path is accepted as well (03 §5.5).
    key("body", Kind::Name),
    key("auth.type", Kind::OneOf(&["api_key", "basic_auth"])).required(),
    key("auth.config.name", Kind::Text),
    key("auth.config.value", Kind::Text).secret(),
    key("auth.config.in", Kind::OneOf(&["header", "cookie"])),
    key("auth.config.user", Kind::Text),
    key("auth.config.password", Kind::Text).secret(),
    key("response.{ignore,parse}", Kind::Bool).or("false"),
    key("can_interrupt", Kind::Bool).or("false").deprecated("response.parse: true"),
    key("emit_analytics_event", Kind::Bool).or("true"),
];

/// The `config` of `notify_previous_addresses`.
pub(crate) const NOTIFY: &[Row] = &[key("recipients", RECIPIENTS).or("removed")];

const RECIPIENTS: Kind = Kind::OneOf(&["removed", "all_verified", "all"]);

/// The same below the hook, so that it can be set by a variable and looked up.
const RECIPIENTS_BELOW: Row = key("config.recipients", RECIPIENTS).or("removed");
