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

/// A name or address that is empty, or has nothing visible in it, counts as missing.
fn present(value: String, at: &Location) -> Result<String, Message> {
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
