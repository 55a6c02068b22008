//! What stands at several places: outgoing requests, and hooks.

use super::Row;

/// One outgoing request.
pub(super) const REQUEST: &[Row] = &[
    ("url", "Where the request goes."),
    ("method", "Its HTTP method."),
    ("headers", "Its headers."),
    ("body", "The Jsonnet that makes its body; by default one that says everything."),
    ("auth.type", "How it proves whom it comes from."),
    ("auth.config.name", "The name of the header or cookie with the key; for api_key."),
    ("auth.config.value", "The key; for api_key."),
    ("auth.config.in", "Whether the key is a header or a cookie; for api_key."),
    ("auth.config.user", "The user; for basic_auth."),
    ("auth.config.password", "The password; for basic_auth."),
];

/// One element of a list of hooks.
pub(super) const HOOK: &[Row] = &[
    ("hook", "Which hook runs."),
    ("config.id", "What the hook is called in logs."),
    ("config.url", "Where the request goes."),
    ("config.method", "Its HTTP method."),
    ("config.headers", "Its headers."),
    ("config.body", "The Jsonnet that makes its body; without it there is none."),
    ("config.auth.type", "How the request proves whom it comes from."),
    ("config.auth.config.name", "The name of the header or cookie with the key; for api_key."),
    ("config.auth.config.value", "The key; for api_key."),
    ("config.auth.config.in", "Whether the key is a header or a cookie; for api_key."),
    ("config.auth.config.user", "The user; for basic_auth."),
    ("config.auth.config.password", "The password; for basic_auth."),
    ("config.response.ignore", "Whether nobody waits for the answer."),
    ("config.response.parse", "Whether the answer may stop the flow or change the identity."),
    ("config.can_interrupt", "Whether the answer may stop the flow; response.parse takes its place."),
    ("config.emit_analytics_event", "Whether calls carry the id of what caused them."),
    ("config.recipients", "Which of the previous addresses are told of a change."),
];
