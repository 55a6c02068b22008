//! What an administrator wants an identity to be.

use serde_json::{Map, Value};
use uuid::Uuid;

use super::{CredentialImport, PasswordImport};
use crate::{
    flow::Failure,
    identity::{AddressClaim, CheckedTraits, IdentityState},
    runtime::Runtime,
    schema::Violation,
    text::ErrorCode,
};

/// What an administrator wants an identity to be. What is `None` is so: not kept, but taken away.
#[derive(Debug, Clone)]
pub struct WantedIdentity {
    /// The schema of the traits; empty for the default one.
    pub schema_id: String,
    /// The traits, whatever they are.
    pub traits: Value,
    /// Whether it may log in; `None` leaves it as it is, and a new one active.
    pub state: Option<IdentityState>,
    /// Data for everyone who can see the identity.
    pub metadata_public: Option<Value>,
    /// Data for administrators only.
    pub metadata_admin: Option<Value>,
    /// A name that another system gave it.
    pub external_id: Option<String>,
    /// For new identities only; it never changes.
    pub organization_id: Option<Uuid>,
    /// A password to set; `None` leaves it as it is.
    pub password: Option<PasswordImport>,
    /// The other credentials to set, at most one per method; those of other methods are left as they are.
    pub credentials: Vec<CredentialImport>,
    /// What is known about its addresses.
    pub addresses: Vec<AddressClaim>,
}

/// In characters; a longer one could not be stored in every database.
const LONGEST_EXTERNAL_ID: usize = 255;

impl WantedIdentity {
    /// The traits as their schema understands them, when everything else makes sense, too.
    pub(super) fn checked(&self, runtime: &Runtime) -> Result<CheckedTraits, Failure> {
        let refused = |reason: String| Failure::because(ErrorCode::BadRequest, reason);
        if self.external_id.as_ref().is_some_and(|name| name.chars().count() > LONGEST_EXTERNAL_ID) {
            let reason = format!("An external_id may have at most {LONGEST_EXTERNAL_ID} characters.");
            return Err(refused(reason));
        }
        let served = runtime
            .schemas
            .find(&self.schema_id)
            .ok_or_else(|| refused(format!("There is no identity schema {:?}.", self.schema_id)))?;
        let none = Map::new();
        let traits = match &self.traits {
            Value::Object(traits) => traits,
            Value::Null => &none,
            Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
                return Err(refused("The traits have to be an object.".to_owned()));
            }
        };
        let checked = served.schema.validate(traits).map_err(|found| refused(reason(&found)))?;
        Ok(CheckedTraits::from_schema(&served.schema, checked))
    }
}

fn reason(violations: &[Violation]) -> String {
    let texts: Vec<String> = violations
        .iter()
        .map(|violation| match &violation.field {
            Some(field) => format!("{field}: {}", violation.message.text),
            None => violation.message.text.clone(),
        })
        .collect();
    texts.join("\n")
}
