//! The operator's program that makes an account of claims (03 §6.3).

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::{Claims, Provider};
use crate::{
    identity::{Channel, Identity},
    jsonnet::JsonnetError,
};

/// More addresses than this are not looked at.
const MOST_ADDRESSES: usize = 64;

/// What a program made of claims.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Mapped {
    /// The traits.
    pub traits: Map<String, Value>,
    /// Data for everyone, if it made any.
    pub metadata_public: Option<Value>,
    /// Data for administrators, if it made any.
    pub metadata_admin: Option<Value>,
    /// Addresses that the provider has verified.
    pub verified: Vec<(Channel, String)>,
}

/// Why claims were not mapped.
#[derive(Debug, thiserror::Error)]
pub enum MapError {
    /// The program failed.
    #[error(transparent)]
    Program(#[from] JsonnetError),
    /// It made something else; says what.
    #[error("{source_name}: {what}")]
    Shape {
        /// Where the program comes from.
        source_name: String,
        /// What is wrong.
        what: &'static str,
    },
    /// `verified_addresses` is no list of addresses, which the person is told.
    #[error("the addresses that the provider has verified cannot be read")]
    Addresses,
}

/// Makes traits of claims; `known` is the account as it is, if there is one.
///
/// # Errors
/// The program failed, or made something else.
pub async fn map(provider: &Provider, claims: &Claims, known: Option<&Identity>) -> Result<Mapped, MapError> {
    let none = || Value::Object(Map::new());
    let known = json!({
        "traits": known.map_or_else(none, |known| Value::Object(known.traits.clone())),
        "metadata_public": known.and_then(|known| known.metadata_public.clone()).unwrap_or_else(none),
        "metadata_admin": known.and_then(|known| known.metadata_admin.clone()).unwrap_or_else(none),
    });
    let variables = BTreeMap::from([
        ("claims".to_owned(), Value::Object(claims.all.clone())),
        ("identity".to_owned(), known),
    ]);
    let made = provider.mapper.with(variables).await?;
    read(&made, &provider.mapper.source)
}

fn read(made: &Value, source: &str) -> Result<Mapped, MapError> {
    let wrong = |what| MapError::Shape { source_name: source.to_owned(), what };
    let made = made.get("identity").and_then(Value::as_object);
    let made = made.ok_or_else(|| wrong("the program has to give an object with the object `identity`"))?;
    let traits = made.get("traits").and_then(Value::as_object).cloned();
    let traits = traits.ok_or_else(|| wrong("`identity.traits` has to be an object"))?;
    let data = |name: &str| match made.get(name) {
        None => Ok(None),
        Some(data @ Value::Object(_)) => Ok(Some(data.clone())),
        Some(_) => Err(wrong("metadata has to be an object, or not to be there")),
    };
    Ok(Mapped {
        traits,
        metadata_public: data("metadata_public")?,
        metadata_admin: data("metadata_admin")?,
        verified: verified(made.get("verified_addresses"))?,
    })
}

fn verified(list: Option<&Value>) -> Result<Vec<(Channel, String)>, MapError> {
    let list = match list {
        None | Some(Value::Null) => return Ok(Vec::new()),
        Some(Value::Array(list)) => list,
        Some(_) => return Err(MapError::Addresses),
    };
    let address = |one: &Value| {
        let value = one.get("value").and_then(Value::as_str)?;
        match one.get("via").and_then(Value::as_str)? {
            "email" => Some((Channel::Email, value.trim().to_lowercase())),
            "sms" => Some((Channel::Sms, value.to_owned())),
            _ => None,
        }
    };
    let found = list.iter().take(MOST_ADDRESSES).map(address);
    found.collect::<Option<Vec<_>>>().ok_or(MapError::Addresses)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_programs_make_is_read_strictly() {
        let made = json!({ "identity": {
            "traits": { "email": "a@x.test" },
            "metadata_public": { "a": 1 },
            "verified_addresses": [{ "via": "email", "value": " A@x.test " }, { "via": "sms", "value": "+4" }],
        }});
        let mapped = read(&made, "m").unwrap();
        assert_eq!(
            mapped.verified,
            [(Channel::Email, "a@x.test".to_owned()), (Channel::Sms, "+4".to_owned())]
        );
        assert_eq!((mapped.metadata_public, mapped.metadata_admin), (Some(json!({ "a": 1 })), None));
        for bad in [
            json!({}),
            json!({ "identity": {} }),
            json!({ "identity": { "traits": [] } }),
            json!({ "identity": { "traits": {}, "metadata_public": null } }),
        ] {
            assert!(matches!(read(&bad, "m"), Err(MapError::Shape { .. })), "{bad}");
        }
        for list in
            [json!({}), json!("x"), json!([{ "via": "fax", "value": "1" }]), json!([{ "via": "sms" }])]
        {
            let bad = json!({ "identity": { "traits": {}, "verified_addresses": list } });
            assert!(matches!(read(&bad, "m"), Err(MapError::Addresses)), "{bad}");
        }
    }
}
