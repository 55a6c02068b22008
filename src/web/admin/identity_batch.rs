//! Many identities at once (02 §7.9).

use actix_web::{HttpResponse, http::StatusCode};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::{body::JsonBody, identity_body::CreateBody};
use crate::{
    engine::{Account, PasswordImport, WantedIdentity},
    flow::Failure,
    web::{Call, envelope::ErrorBody, reply::fault},
};

/// So many identities at once.
const MOST: usize = 1000;

/// So many of them with a password that has to be hashed.
const MOST_PASSWORDS: usize = 200;

/// What shall be created.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BatchBody {
    #[serde(default)]
    identities: Option<Vec<Item>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Item {
    create: Option<CreateBody>,
    patch_id: Option<Uuid>,
}

/// Creates many identities, each by itself. Errors: 400 for the whole; 400 and 409 for one of them stand in an
/// answer of 200.
pub async fn create_many(call: Call, body: JsonBody) -> HttpResponse {
    let (wanted, names) = match body.into_shape().map_err(miscoded).and_then(wanted) {
        Ok(wanted) => wanted,
        Err(error) => return call.error(&error),
    };
    match call.engine.create_identities(&call.visit, wanted).await {
        Ok(Ok(results)) => {
            let items: Vec<Value> =
                results.iter().zip(names).map(|(result, name)| item(result, name)).collect();
            call.json(StatusCode::OK, &json!({ "identities": items }))
        }
        Ok(Err(failure)) => call.failure(&failure),
        Err(broken) => fault(&call, &broken),
    }
}

/// COMPAT: of a body without the right shape the envelope says 500 where HTTP says 400 (golden
/// `admin.identity.batch`).
fn miscoded(error: ErrorBody) -> ErrorBody {
    ErrorBody { code: Some(StatusCode::INTERNAL_SERVER_ERROR), ..error }
}

/// Ids by which the caller knows what was asked for.
type Names = Vec<Option<Uuid>>;

fn wanted(body: BatchBody) -> Result<(Vec<WantedIdentity>, Names), ErrorBody> {
    let items = body.identities.unwrap_or_default();
    if items.len() > MOST {
        return Err(ErrorBody::bad_request(format!("At most {MOST} identities can be created at once.")));
    }
    let (mut wanted, mut names) = (Vec::new(), Names::new());
    for Item { create, patch_id } in items {
        let create = create.ok_or_else(|| ErrorBody::bad_request("Each of the identities needs create."))?;
        wanted.push(create.wanted()?);
        names.push(patch_id);
    }
    let clear = |one: &&WantedIdentity| matches!(one.password, Some(PasswordImport::Clear(_)));
    if wanted.iter().filter(clear).count() > MOST_PASSWORDS {
        return Err(ErrorBody::bad_request(format!(
            "At most {MOST_PASSWORDS} passwords can be hashed at once; import hashes instead."
        )));
    }
    Ok((wanted, names))
}

fn item(result: &Result<Account, Failure>, name: Option<Uuid>) -> Value {
    let mut item = Map::new();
    match result {
        Ok(account) => {
            item.insert("action".into(), json!("create"));
            item.insert("identity".into(), json!(account.identity.id));
        }
        Err(failure) => {
            item.insert("action".into(), json!("error"));
            item.insert("error".into(), Value::Object(ErrorBody::from(failure).inner(None)));
        }
    }
    if let Some(name) = name {
        item.insert("patch_id".into(), json!(name));
    }
    Value::Object(item)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(body: Value) -> Result<(Vec<WantedIdentity>, Names), ErrorBody> {
        let body = serde_json::from_value(body).map_err(|error| ErrorBody::bad_request(error.to_string()))?;
        wanted(body)
    }

    fn many(n: usize, create: &Value) -> Value {
        json!({ "identities": vec![json!({ "create": create }); n] })
    }

    #[test]
    fn there_may_be_none_and_not_too_many() {
        let hash = json!({"credentials": {"password": {"config": {"hashed_password": "$h"}}}});
        let clear = json!({"credentials": {"password": {"config": {"password": "p"}}}});
        assert_eq!(asked(json!({})).unwrap().0.len(), 0);
        assert_eq!(asked(many(MOST, &hash)).unwrap().0.len(), MOST);
        assert_eq!(asked(many(MOST + 1, &json!({}))).unwrap_err().status, 400);
        assert_eq!(asked(many(MOST_PASSWORDS, &clear)).unwrap().0.len(), MOST_PASSWORDS);
        assert_eq!(asked(many(MOST_PASSWORDS + 1, &clear)).unwrap_err().status, 400);
    }

    #[test]
    fn one_that_makes_no_sense_refuses_all() {
        let good = json!({ "create": {} });
        for bad in [
            json!({}),
            json!({ "create": null }),
            json!({ "create": { "shoe": 1 } }),
            json!({ "create": { "state": "asleep" } }),
            json!({ "create": {}, "patch_id": "x" }),
            json!({ "create": {}, "shoe": 1 }),
        ] {
            assert!(asked(json!({ "identities": [good, bad] })).is_err(), "{bad}");
        }
    }
}
