//! What an identity needs to know from its traits: identifiers and addresses (03 §4.3 to §4.5).

use jsonschema::{Evaluation, paths::Location};
use serde_json::{Map, Value};

use super::{
    Violation,
    extension::{Extension, KEYWORD, Via},
    violation::field_name,
};
use crate::{
    kernel::normalise,
    text::{Message, validation},
};

/// Valid traits and what was found in them. All lists are sorted and have no duplicates.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Checked {
    /// The traits as they are stored: phone numbers that messages are sent to as E.164, all else as entered.
    pub traits: Map<String, Value>,
    /// Names to sign in with by password.
    pub password_identifiers: Vec<String>,
    /// Names to sign in with by security key.
    pub webauthn_identifiers: Vec<String>,
    /// What an authenticator app calls the account.
    pub totp_account: Option<String>,
    /// Addresses to sign in with by code, which are identifiers too.
    pub code_addresses: Vec<(Via, String)>,
    /// Addresses that can be verified.
    pub verifiable: Vec<(Via, String)>,
    /// Addresses that the account can be recovered by.
    pub recovery: Vec<(Via, String)>,
}

/// Collects from a valid evaluation. The validator reports an extension for each value that its sub-schema
/// was applied to with success, so branches that failed add nothing.
pub(super) fn collect(
    evaluation: &Evaluation,
    extensions: &[Extension],
    mut instance: Value,
) -> Result<Checked, Vec<Violation>> {
    let mut checked = Checked::default();
    let mut violations = Vec::new();
    let mut phones = Vec::new();
    for entry in evaluation.iter_annotations() {
        let number = entry.annotations.value().get(KEYWORD).and_then(Value::as_u64);
        let number = number.and_then(|number| usize::try_from(number).ok());
        let Some(extension) = number.and_then(|number| extensions.get(number)) else { continue };
        let at = entry.instance_location;
        let Some(text) = instance.pointer(at.as_str()).and_then(text_of) else { continue };
        if let Err(message) = add(extension, &text, at, &mut checked) {
            violations.push(Violation { field: field_name(at, None), message });
        }
        if extension.is_phone()
            && let Some(number) = normalise::strict_phone(&text)
        {
            phones.push((at.as_str().to_owned(), number));
        }
    }
    if !violations.is_empty() {
        return Err(violations);
    }
    for (pointer, number) in phones {
        if let Some(place) = instance.pointer_mut(&pointer) {
            *place = Value::String(number);
        }
    }
    if let Some(Value::Object(traits)) = instance.get_mut("traits") {
        checked.traits = std::mem::take(traits);
    }
    checked.sort();
    Ok(checked)
}

fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

fn add(extension: &Extension, text: &str, at: &Location, checked: &mut Checked) -> Result<(), Message> {
    if extension.is_collected() {
        present(text.trim().to_owned(), at)?;
    }
    if extension.password || extension.webauthn {
        let name = present(normalise::graceful(text), at)?;
        if extension.webauthn {
            checked.webauthn_identifiers.push(name.clone());
        }
        if extension.password {
            checked.password_identifiers.push(name);
        }
    }
    if extension.totp && checked.totp_account.is_none() {
        checked.totp_account = Some(text.trim().to_owned());
    }
    let format = extension.format.as_deref();
    if let Some(via) = extension.code {
        checked.code_addresses.push((via, present(code_address(via, format, text)?, at)?));
    }
    if let Some(via) = extension.verification {
        checked.verifiable.push((via, present(verifiable_address(via, format, text)?, at)?));
    }
    if let Some(via) = extension.recovery {
        checked.recovery.push((via, present(recovery_address(via, format, text)?, at)?));
    }
    Ok(())
}

/// In characters. A row of an index in PostgreSQL takes 2704 bytes at most, so what is longer could not be
/// stored there; no e-mail address has more than 254.
const LONGEST: u64 = 512;

/// A name or address that is empty, or has nothing visible in it, counts as missing.
fn present(value: String, at: &Location) -> Result<String, Message> {
    let length = u64::try_from(value.chars().count()).unwrap_or(u64::MAX);
    if length > LONGEST {
        return Err(validation::too_long(LONGEST, length));
    }
    if value.is_empty() {
        let field = field_name(at, None).unwrap_or_default();
        return Err(validation::required(field.rsplit('.').next().unwrap_or_default()));
    }
    Ok(value)
}

fn code_address(via: Via, format: Option<&str>, text: &str) -> Result<String, Message> {
    match (via, format) {
        (Via::Email, Some(other)) if other != "email" => Ok(normalise::graceful(text)),
        (via, _) => strict(via, text),
    }
}

fn verifiable_address(via: Via, format: Option<&str>, text: &str) -> Result<String, Message> {
    match (via, format) {
        (via, Some("email" | "tel")) | (via @ Via::Email, None) => strict(via, text),
        _ => Ok(text.trim().to_owned()),
    }
}

fn recovery_address(via: Via, format: Option<&str>, text: &str) -> Result<String, Message> {
    match (via, format) {
        (Via::Sms, _) => strict(Via::Sms, text),
        (Via::Email, None | Some("email")) if !normalise::is_email(text.trim()) => {
            Err(validation::email_invalid(text))
        }
        (Via::Email, _) => Ok(normalise::graceful_without_phone(text)),
    }
}

fn strict(via: Via, text: &str) -> Result<String, Message> {
    match via {
        Via::Email => normalise::strict_email(text).ok_or_else(|| validation::email_invalid(text)),
        Via::Sms => normalise::strict_phone(text).ok_or_else(|| validation::phone_invalid(text)),
    }
}

impl Checked {
    fn sort(&mut self) {
        for names in [&mut self.password_identifiers, &mut self.webauthn_identifiers] {
            names.sort();
            names.dedup();
        }
        for addresses in [&mut self.code_addresses, &mut self.verifiable, &mut self.recovery] {
            addresses.sort();
            addresses.dedup();
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;
    use crate::schema::{
        Schema,
        fixtures::{EMAIL, PHONE, USERNAME, compiled, object, shown, with_traits},
    };

    fn checked(schema: &Schema, traits: Value) -> Checked {
        schema.validate(&object(traits)).unwrap()
    }

    fn email(address: &str) -> Vec<(Via, String)> {
        vec![(Via::Email, address.to_owned())]
    }

    #[test]
    fn an_address_is_folded_while_its_trait_stays_as_entered() {
        let traits = json!({"email": "Ada@Example.TEST", "name": {}});
        let checked = checked(&compiled(EMAIL), traits.clone());
        assert_eq!(Value::Object(checked.traits), traits);
        assert_eq!(checked.password_identifiers, ["ada@example.test"]);
        assert_eq!(checked.webauthn_identifiers, ["ada@example.test"]);
        for addresses in [checked.code_addresses, checked.verifiable, checked.recovery] {
            assert_eq!(addresses, email("ada@example.test"));
        }
    }

    #[test]
    fn a_phone_number_is_rewritten_in_the_traits_too() {
        let checked = checked(&compiled(PHONE), json!({"phone": "+49 (176) 1234-5678"}));
        assert_eq!(Value::Object(checked.traits), json!({"phone": "+4917612345678"}));
        assert_eq!(checked.password_identifiers, ["+4917612345678"]);
        for addresses in [checked.code_addresses, checked.verifiable, checked.recovery] {
            assert_eq!(addresses, [(Via::Sms, "+4917612345678".to_owned())]);
        }
    }

    #[test]
    fn a_user_name_is_an_identifier_and_the_address_beside_it_is_none() {
        let checked = checked(&compiled(USERNAME), json!({"username": "Ada", "email": "a@b.test"}));
        assert_eq!(checked.password_identifiers, ["ada"]);
        assert!(checked.code_addresses.is_empty());
        assert_eq!(checked.verifiable, email("a@b.test"));
    }

    #[test]
    fn a_name_that_no_index_takes_is_too_long() {
        let login = json!({"credentials": {"password": {"identifier": true}}});
        let schema = with_traits(json!({"a": {"type": "string", "ory.sh/kratos": login}}), json!({}));
        let names = |length: usize| schema.validate(&object(json!({"a": "ä".repeat(length)})));
        assert!(names(512).is_ok());
        let violations = names(513).unwrap_err();
        assert_eq!((violations[0].message.id, violations[0].field.as_deref()), (4_000_017, Some("traits.a")));
    }

    #[test]
    fn only_branches_that_succeed_collect() {
        let login = json!({"credentials": {"password": {"identifier": true}}});
        let schema = with_traits(
            json!({
                "a": {"anyOf": [
                    {"type": "string", "pattern": "^x", "ory.sh/kratos": {"credentials": {"webauthn": {"identifier": true}}}},
                    {"type": "string", "ory.sh/kratos": login},
                ]},
                "list": {"type": "array", "items": {"type": "string", "ory.sh/kratos": login}},
                "no": {"not": {"type": "number", "ory.sh/kratos": login}},
            }),
            json!({
                "patternProperties": {"^p_": {"ory.sh/kratos": login}},
                "if": {"required": ["b"]},
                "then": {"properties": {"b": {"ory.sh/kratos": login}}},
                "else": {"properties": {"c": {"ory.sh/kratos": login}}},
            }),
        );
        let all = json!({"a": "A", "list": ["Z", "Y", "Z"], "no": "n", "p_1": "P", "c": "C"});
        let found = checked(&schema, all);
        assert_eq!(found.password_identifiers, ["a", "c", "p", "y", "z"]);
        assert!(found.webauthn_identifiers.is_empty());
        let other = checked(&schema, json!({"a": "xA", "b": 7, "c": "C"}));
        assert_eq!(other.password_identifiers, ["7", "xa"]);
        assert_eq!(other.webauthn_identifiers, ["xa"]);
    }

    #[test]
    fn an_empty_identifier_is_the_persons_to_mend() {
        let login = json!({"credentials": {"password": {"identifier": true}}});
        let schema = with_traits(json!({"name": {"type": "string", "ory.sh/kratos": login}}), json!({}));
        for nothing in ["", "  ", "\u{200B}"] {
            let violations = schema.validate(&object(json!({"name": nothing}))).unwrap_err();
            assert_eq!(shown(&violations), [r#"traits.name: 4000002 {"property":"name"}"#]);
        }
        assert_eq!(checked(&schema, json!({})).password_identifiers, Vec::<String>::new());
    }

    #[test]
    fn addresses_without_a_format_are_checked_all_the_same() {
        let schema = with_traits(
            json!({
                "m": {"type": "string", "ory.sh/kratos": {"verification": {"via": "email"}}},
                "r": {"type": "string", "ory.sh/kratos": {"recovery": {"via": "email"}}},
                "s": {"type": "string", "ory.sh/kratos": {"recovery": {"via": "sms"}}},
                "f": {"type": "string", "format": "no-validate", "ory.sh/kratos": {"verification": {"via": "sms"}}},
            }),
            json!({}),
        );
        let violations =
            schema.validate(&object(json!({"m": "nobody", "r": "x", "s": "12", "f": "12"}))).unwrap_err();
        let expected = [
            r#"traits.m: 4000040 {"value":"nobody"}"#,
            r#"traits.r: 4000040 {"value":"x"}"#,
            r#"traits.s: 4000041 {"value":"12"}"#,
        ];
        assert_eq!(shown(&violations), expected);
        assert_eq!(checked(&schema, json!({"f": " 12 "})).verifiable, [(Via::Sms, "12".to_owned())]);
        let fine = checked(&schema, json!({"m": "Ada <ADA@b.test>", "r": "ADA@b.test"}));
        assert_eq!((fine.verifiable, fine.recovery), (email("ada@b.test"), email("ada@b.test")));
    }

    #[test]
    fn schemas_can_be_shared_between_threads() {
        fn shared<T: Send + Sync>(_: &T) {}
        shared(&compiled(EMAIL));
    }

    proptest! {
        #[test]
        fn checking_what_was_checked_changes_nothing(
            name in "\\PC{0,12}",
            mail in "[A-Za-z.]{1,8}@[a-z]{1,8}\\.test",
            phone in "\\+49 ?17[0-9] ?[0-9]{7,8}|\\PC{0,8}",
        ) {
            let login = json!({"credentials": {"password": {"identifier": true}}});
            let schema = with_traits(
                json!({
                    "name": {"type": "string", "ory.sh/kratos": login},
                    "mail": {"ory.sh/kratos": {"verification": {"via": "email"}, "recovery": {"via": "email"}}},
                    "phone": {"format": "tel", "ory.sh/kratos": {"credentials": {"code": {"identifier": true, "via": "sms"}}}},
                }),
                json!({}),
            );
            let traits = object(json!({"name": name, "mail": mail, "phone": phone}));
            if let Ok(once) = schema.validate(&traits) {
                prop_assert_eq!(schema.validate(&once.traits), Ok(once.clone()));
                prop_assert_eq!(once.code_addresses.len(), 1);
            }
        }
    }
}
