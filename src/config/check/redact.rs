//! How an offending value may be shown.

use crate::config::{
    table::Spec,
    value::{Data, KeyOrder, Node},
};

const LONGEST: usize = 80;

/// A value as one short line, secrets replaced.
///
/// A text is shown only at a key that is known and holds no secret: what was written at a wrong place, or
/// under a misspelt key, may be one (03 Q5).
// SECURITY: problems end in logs and CI output; `secrets_are_never_shown` in tests/config.
pub(crate) fn shown(spec: Option<&Spec>, node: &Node) -> String {
    match &node.data {
        Data::Map(entries) if entries.is_empty() => "{}".to_owned(),
        Data::Map(_) => "{…}".to_owned(),
        Data::List(items) if items.is_empty() => "[]".to_owned(),
        Data::List(_) => "[…]".to_owned(),
        Data::Null | Data::Bool(_) => node.to_json(KeyOrder::Written).to_string(),
        Data::Text(text) if text.is_empty() => "\"\"".to_owned(),
        _ if spec.is_none_or(Spec::may_hold_secrets) => "[redacted]".to_owned(),
        _ => shorten(node.to_json(KeyOrder::Written).to_string()),
    }
}

fn shorten(text: String) -> String {
    if text.chars().count() <= LONGEST {
        return text;
    }
    text.chars().take(LONGEST).chain(['…']).collect()
}
