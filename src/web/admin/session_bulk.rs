//! Ending many sessions at once (02 §6.10).

use actix_web::{HttpResponse, http::StatusCode};
use serde::Deserialize;
use serde_json::json;

use super::body::JsonBody;
use crate::{
    engine::{BulkAction, BulkChoice},
    kernel::Id,
    web::{Call, envelope::ErrorBody, reply::fault},
};

/// Stands for the sessions of everybody.
const EVERYBODY: &str = "*";

/// As many ids as one call takes.
const MOST_IDS: usize = 500;

/// What shall become of which sessions.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct BulkBody {
    action: String,
    identities: Option<Vec<String>>,
    sessions: Option<Vec<String>>,
}

/// Ends many sessions, or deletes them. Errors: 400.
pub async fn manage(call: Call, body: JsonBody) -> HttpResponse {
    let (action, choice) = match body.into_shape().and_then(wanted) {
        Ok(wanted) => wanted,
        Err(error) => return call.error(&error),
    };
    match call.engine.end_sessions(&call.visit, action, choice).await {
        Ok(done) => call.json(StatusCode::OK, &json!({ "processed": done.processed, "more": done.more })),
        Err(broken) => fault(&call, &broken),
    }
}

fn wanted(body: BulkBody) -> Result<(BulkAction, BulkChoice), ErrorBody> {
    let action = match body.action.as_str() {
        "disable" => BulkAction::Disable,
        "delete" => BulkAction::Delete,
        _ => return Err(ErrorBody::bad_request("The action is \"disable\" or \"delete\".")),
    };
    let given = |list: Option<Vec<String>>| list.filter(|list| !list.is_empty());
    let choice = match (given(body.identities), given(body.sessions)) {
        (Some(identities), None) if identities == [EVERYBODY] => BulkChoice::Everybody,
        (Some(identities), None) => BulkChoice::Identities(ids("identities", &identities)?),
        (None, Some(sessions)) => BulkChoice::Sessions(ids("sessions", &sessions)?),
        (None, None) | (Some(_), Some(_)) => {
            return Err(ErrorBody::bad_request("Either identities or sessions has to name some."));
        }
    };
    Ok((action, choice))
}

fn ids<K>(key: &str, texts: &[String]) -> Result<Vec<Id<K>>, ErrorBody> {
    if texts.len() > MOST_IDS {
        return Err(ErrorBody::bad_request(format!("The key {key} takes at most {MOST_IDS} ids.")));
    }
    let ids: Result<Vec<Id<K>>, _> = texts.iter().map(|text| text.parse()).collect();
    ids.map_err(|_| ErrorBody::bad_request(format!("The key {key} takes UUIDs; \"*\" stands alone.")))
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    const ID: &str = "11111111-1111-4111-8111-111111111111";

    fn asked(body: Value) -> Result<(BulkAction, BulkChoice), ErrorBody> {
        wanted(serde_json::from_value(body).unwrap())
    }

    #[test]
    fn one_list_says_which() {
        let disabled = |choice| Ok((BulkAction::Disable, choice));
        assert_eq!(
            asked(json!({"action": "disable", "sessions": [ID], "identities": []})),
            disabled(BulkChoice::Sessions(vec![ID.parse().unwrap()]))
        );
        assert_eq!(
            asked(json!({"action": "disable", "identities": [ID]})),
            disabled(BulkChoice::Identities(vec![ID.parse().unwrap()]))
        );
        let everybody = (BulkAction::Delete, BulkChoice::Everybody);
        assert_eq!(asked(json!({"action": "delete", "identities": ["*"]})), Ok(everybody));
    }

    #[test]
    fn everything_else_is_refused() {
        for body in [
            json!({}),
            json!({"sessions": [ID]}),
            json!({"action": "tickle", "sessions": [ID]}),
            json!({"action": "disable"}),
            json!({"action": "disable", "sessions": [], "identities": []}),
            json!({"action": "disable", "sessions": [ID], "identities": [ID]}),
            json!({"action": "disable", "sessions": ["*"]}),
            json!({"action": "disable", "sessions": ["x"]}),
            json!({"action": "disable", "identities": ["*", ID]}),
            json!({"action": "disable", "identities": vec![ID; MOST_IDS + 1]}),
        ] {
            assert_eq!(asked(body.clone()).unwrap_err().status, 400, "{body}");
        }
        assert!(asked(json!({"action": "disable", "identities": vec![ID; MOST_IDS]})).is_ok());
    }
}
