//! What a provider says of somebody, under the names that programs of operators know (03 §6.3).

use serde_json::{Map, Value};

use super::Provider;
use crate::{identity::Aal, kernel::Secret};

/// Names whose values are texts.
const TEXTS: [&str; 23] = [
    "iss",
    "sub",
    "oid",
    "name",
    "given_name",
    "family_name",
    "last_name",
    "middle_name",
    "nickname",
    "preferred_username",
    "profile",
    "picture",
    "website",
    "email",
    "gender",
    "birthdate",
    "zoneinfo",
    "locale",
    "phone_number",
    "hd",
    "team",
    "nonce",
    "acr",
];

/// Names whose values are yes or no.
const FLAGS: [&str; 3] = ["email_verified", "phone_number_verified", "nonce_supported"];

/// Longer names of accounts are refused: they are kept and searched for.
const LONGEST_SUBJECT: usize = 255;

/// What a provider says of somebody.
#[derive(Debug, Clone, PartialEq)]
pub struct Claims {
    /// What it calls them.
    pub subject: String,
    /// All that programs are given.
    pub all: Map<String, Value>,
    /// What signing in with it is worth.
    pub aal: Aal,
}

impl Claims {
    /// Brings what a provider said into shape. `None` when it does not say whom it is about.
    pub(super) fn read(provider: &Provider, said: &Map<String, Value>) -> Option<Self> {
        let mut all = shape(said);
        all.insert("raw_claims".to_owned(), Value::Object(said.clone()));
        let subject = all.get("sub").and_then(Value::as_str)?.to_owned();
        all.get("iss")?;
        // SECURITY: control characters and endless names could not be told apart in what administrators are shown.
        if subject.len() > LONGEST_SUBJECT || subject.chars().any(char::is_control) {
            return None;
        }
        let aal = provider.two_factors.level(&all);
        Some(Self { subject, all, aal })
    }

    /// The nonce that it names.
    pub(super) fn has_nonce(&self, nonce: &Secret<String>) -> bool {
        self.all.get("nonce").and_then(Value::as_str) == Some(nonce.expose())
    }
}

/// The known names, each with a value of its kind; what is empty is left out.
fn shape(said: &Map<String, Value>) -> Map<String, Value> {
    let mut all = Map::new();
    for name in TEXTS {
        let text = match said.get(name) {
            Some(Value::String(text)) if !text.is_empty() => text.clone(),
            // Names of accounts are numbers here and there.
            Some(Value::Number(number)) if name == "sub" => number.to_string(),
            _ => continue,
        };
        all.insert(name.to_owned(), Value::String(text));
    }
    for name in FLAGS {
        let yes = match said.get(name) {
            Some(Value::Bool(yes)) => *yes,
            Some(Value::String(text)) => text.eq_ignore_ascii_case("true"),
            _ => false,
        };
        // COMPAT: a no is left out (03 §6.3 "absent when empty").
        if yes {
            all.insert(name.to_owned(), Value::Bool(true));
        }
    }
    if let Some(Value::Number(at)) = said.get("updated_at").filter(|at| at.as_i64() != Some(0)) {
        all.insert("updated_at".to_owned(), Value::Number(at.clone()));
    }
    let amr: Vec<Value> = match said.get("amr") {
        Some(Value::Array(amr)) => amr.iter().filter(|amr| amr.is_string()).cloned().collect(),
        Some(Value::String(amr)) => vec![Value::String(amr.clone())],
        _ => Vec::new(),
    };
    if !amr.is_empty() {
        all.insert("amr".to_owned(), Value::Array(amr));
    }
    all
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::method::oidc::{ProviderKind, sample::provider};

    fn read(said: Value) -> Option<Claims> {
        Claims::read(&provider("p", ProviderKind::Generic), said.as_object().unwrap())
    }

    #[test]
    fn what_is_said_is_brought_into_shape() {
        let said = json!({
            "iss": "i", "sub": 7, "email": "", "email_verified": "true", "phone_number_verified": false,
            "name": "Ada", "amr": ["pwd", 7], "updated_at": 0, "groups": ["x"], "locale": 3,
        });
        let claims = read(said.clone()).unwrap();
        let mut all = claims.all;
        assert_eq!(all.shift_remove("raw_claims"), Some(said));
        let known = json!({ "iss": "i", "sub": "7", "name": "Ada", "email_verified": true, "amr": ["pwd"] });
        assert_eq!(Value::Object(all), known);
        assert_eq!(claims.subject, "7");
    }

    #[test]
    fn who_is_not_named_is_nobody() {
        let long = "x".repeat(256);
        for said in [
            json!({ "iss": "i" }),
            json!({ "sub": "1" }),
            json!({ "iss": "i", "sub": "" }),
            json!({ "iss": "i", "sub": "a\nb" }),
            json!({ "iss": "i", "sub": long }),
        ] {
            assert_eq!(read(said), None);
        }
    }
}
