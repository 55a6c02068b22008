//! How an identity is shown.

use serde_json::Value;

use super::format::Shown;

/// The columns of a table of identities (03 §10).
pub const COLUMNS: &[&str] =
    &["ID", "EXTERNAL ID", "VERIFIED ADDRESSES", "RECOVERY ADDRESSES", "SCHEMA ID", "SCHEMA URL"];

/// What stands in a cell that has nothing to say; an empty one would shift the words of a line.
const NOTHING: &str = "-";

/// Identities, to be shown; `data` is what formats other than the table print.
pub fn shown(identities: &[Value], data: Value) -> Shown {
    Shown {
        columns: COLUMNS,
        rows: identities.iter().map(row).collect(),
        ids: identities.iter().map(|identity| text(identity, "id")).collect(),
        data,
    }
}

fn row(identity: &Value) -> Vec<String> {
    let verified = addresses(identity, "verifiable_addresses", |address| {
        address.get("verified").and_then(Value::as_bool) == Some(true)
    });
    let recovery = addresses(identity, "recovery_addresses", |_| true);
    let own = |name| text(identity, name);
    let cells = [own("id"), own("external_id"), verified, recovery, own("schema_id"), own("schema_url")];
    cells.map(|cell| if cell.is_empty() { NOTHING.to_owned() } else { cell }).into()
}

/// A text of an identity, empty when there is none.
pub fn text(identity: &Value, name: &str) -> String {
    identity.get(name).and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn addresses(identity: &Value, list: &str, wanted: impl Fn(&Value) -> bool) -> String {
    let all = identity.get(list).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let values: Vec<&str> = all
        .iter()
        .filter(|address| wanted(address))
        .filter_map(|address| address.get("value").and_then(Value::as_str))
        .collect();
    values.join(", ")
}
