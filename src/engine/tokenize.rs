//! A session as a signed token (02 §6.8).

use serde_json::{Map, Value, json};
use uuid::Builder;

use super::{Answer, Engine, Seen, Visit};
use crate::{
    config::TokenSubject,
    flow::Failure,
    kernel::{Fault, Timestamp},
    runtime::TokenTemplate,
    text::ErrorCode,
};

impl Engine {
    /// The session of whoever asks, as a token by the template of this name. `shown` is the session as they see
    /// it, for the operator's program.
    ///
    /// # Errors
    /// A fault of the system, or of the operator's program. The failure is that there is no such template, or nothing to name the person by.
    pub async fn tokenize(
        &self,
        visit: &Visit,
        seen: &Seen,
        shown: &Value,
        template: &str,
    ) -> Answer<String> {
        let Some(found) = visit.runtime.tokens.find(template) else {
            let reason = format!("There is no tokenizer template {template:?}.");
            return Ok(Err(Failure::because(ErrorCode::BadRequest, reason)));
        };
        let Some(claims) = claims(visit, seen, found) else {
            let reason = "The identity has no external id, which the token would name it by.".to_owned();
            return Ok(Err(Failure::because(ErrorCode::BadRequest, reason)));
        };
        let claims = match &found.mapper {
            None => claims,
            Some(mapper) => {
                let mapped = mapper.map(claims, shown.clone()).await;
                mapped.map_err(|error| Fault::doing("map the claims of a session token", error))?
            }
        };
        match found.signer.sign(&claims) {
            Ok(token) => Ok(Ok(token)),
            Err(error) => Err(Fault::doing("sign a session token", error)),
        }
    }
}

fn claims(visit: &Visit, seen: &Seen, template: &TokenTemplate) -> Option<Map<String, Value>> {
    let subject = match template.subject {
        TokenSubject::Id => seen.identity.id.to_string(),
        TokenSubject::ExternalId => seen.identity.external_id.clone()?,
    };
    let id = Builder::from_random_bytes(visit.seed.stream("token id").bytes()).into_uuid();
    let seconds = Timestamp::as_seconds;
    let mut claims = Map::new();
    let mut put = |name: &str, value: Value| claims.insert(name.to_owned(), value);
    put("jti", json!(id));
    put("iss", json!(format!("{}/", visit.runtime.policy.public_url)));
    put("sub", json!(subject));
    put("sid", json!(seen.session.id));
    put("iat", json!(seconds(visit.now)));
    put("nbf", json!(seconds(visit.now)));
    put("exp", json!(seconds(visit.now.plus(template.ttl))));
    Some(claims)
}
