//! `/admin/sessions` and `/admin/identities/{id}/sessions` (02 §6.7, §6.10).

use actix_web::{
    HttpResponse,
    http::{
        StatusCode,
        header::{self, HeaderName, HeaderValue},
    },
    web::Path,
};
use serde_json::Value;

use crate::{
    engine::{OwnedSession, Owners, Part, SessionListQuery, SessionsOf},
    kernel::{IdentityId, SessionId},
    text::ErrorCode,
    web::{
        Call,
        envelope::ErrorBody,
        paging::{Cursor, Keyset, Numbered, Sizes, Times},
        query::Query,
        reply::fault,
    },
    wire::Expanded,
};

const PATH: &str = "/admin/sessions";

const SIZES: Sizes = Sizes { usual: 250, largest: 1000 };

/// What shall be shown beside the sessions themselves.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Expand {
    identity: bool,
    devices: bool,
}

fn expand(query: &Query) -> Result<Expand, ErrorBody> {
    let mut expand = Expand::default();
    for part in query.all("expand") {
        match part {
            "identity" => expand.identity = true,
            "devices" => expand.devices = true,
            "" => {}
            _ => return Err(ErrorBody::bad_request("The parameter expand takes identity and devices.")),
        }
    }
    Ok(expand)
}

/// A parameter that cannot be read. COMPAT: as the message, without a reason (golden
/// `admin.identity.sessions.errors`).
fn unreadable(what: impl std::fmt::Display) -> ErrorBody {
    ErrorBody::new(StatusCode::BAD_REQUEST, what.to_string())
}

fn active(query: &Query) -> Result<Option<bool>, ErrorBody> {
    match query.get("active") {
        None => Ok(None),
        Some("1" | "t" | "T" | "true" | "TRUE" | "True") => Ok(Some(true)),
        Some("0" | "f" | "F" | "false" | "FALSE" | "False") => Ok(Some(false)),
        Some(_) => Err(unreadable("The parameter active takes true and false.")),
    }
}

fn session_id(text: &str) -> Result<SessionId, ErrorBody> {
    text.parse().map_err(|_| unreadable("The id of a session is a UUID."))
}

fn identity_id(text: &str) -> Result<IdentityId, ErrorBody> {
    text.parse().map_err(|_| unreadable("The id of an identity is a UUID."))
}

/// The sessions of everybody, newest first. Errors: 400.
pub async fn list(call: Call) -> HttpResponse {
    let (page, expand, query) = match parse(&call) {
        Ok(parsed) => parsed,
        Err(error) => return call.error(&error),
    };
    let owners = if expand.identity { Owners::Read } else { Owners::LeftOut };
    match call.engine.all_sessions(query, owners).await {
        Ok(sessions) => shown(&call, page, expand, &sessions),
        Err(broken) => fault(&call, &broken),
    }
}

fn parse(call: &Call) -> Result<(Keyset, Expand, SessionListQuery), ErrorBody> {
    let active = active(&call.query)?;
    let page = Keyset::parse(&call.query, &Times, SIZES).map_err(unreadable)?;
    let expand = expand(&call.query)?;
    let after = match page.after {
        Cursor::Time(at, id) => Some((at, SessionId::from_uuid(id))),
        Cursor::Start | Cursor::Id(_) => None,
    };
    // One more than is shown tells whether there is another page.
    let limit = page.size.saturating_add(1);
    Ok((page, expand, SessionListQuery { active, now: call.visit.now, after, limit }))
}

fn shown(call: &Call, page: Keyset, expand: Expand, found: &[OwnedSession]) -> HttpResponse {
    let size = usize::try_from(page.size).unwrap_or(usize::MAX);
    let on_page = found.get(..size).unwrap_or(found);
    let next = on_page.last().filter(|_| found.len() > size);
    let next = next.map(|last| Cursor::Time(last.session.created_at, last.session.id.as_uuid()));
    let projection = &call.runtime().projection;
    let item = |owned: &OwnedSession| {
        let expanded = Expanded { identity: owned.owner.as_ref(), devices: expand.devices };
        projection.listed_session_for_admin(&owned.session, expanded, call.visit.now)
    };
    let list: Vec<Value> = on_page.iter().map(item).collect();
    let mut answer = call.json(StatusCode::OK, &list);
    if let Ok(links) = HeaderValue::from_str(&page.links(PATH, &call.query, &Times, next)) {
        answer.headers_mut().insert(header::LINK, links);
    }
    answer
}

/// One session. Errors: 400, 404.
pub async fn read(call: Call, id: Path<String>) -> HttpResponse {
    let (id, expand) = match session_id(&id).and_then(|id| Ok((id, expand(&call.query)?))) {
        Ok(parsed) => parsed,
        Err(error) => return call.error(&error),
    };
    match call.engine.one_session(id).await {
        Ok(Some((session, owner))) => {
            let identity = expand.identity.then_some(&owner);
            let expanded = Expanded { identity, devices: expand.devices };
            let now = call.visit.now;
            call.json(StatusCode::OK, &call.runtime().projection.session_for_admin(&session, expanded, now))
        }
        Ok(None) => call.error(&ErrorBody::from(ErrorCode::NotLocated)),
        Err(broken) => fault(&call, &broken),
    }
}

/// Gives a session more time. Errors: 400, 404.
pub async fn extend(call: Call, id: Path<String>) -> HttpResponse {
    let id = match session_id(&id) {
        Ok(id) => id,
        Err(error) => return call.error(&error),
    };
    match call.engine.extend_session(&call.visit, id).await {
        Ok(Ok(_)) if call.runtime().config.features.faster_session_extend => {
            HttpResponse::NoContent().finish()
        }
        Ok(Ok((session, owner))) => {
            let now = call.visit.now;
            call.json(StatusCode::OK, &call.runtime().projection.extended_session(&session, &owner, now))
        }
        Ok(Err(failure)) => call.failure(&failure),
        Err(broken) => fault(&call, &broken),
    }
}

/// Ends a session. Errors: 400, 404.
pub async fn disable(call: Call, id: Path<String>) -> HttpResponse {
    let id = match session_id(&id) {
        Ok(id) => id,
        Err(error) => return call.error(&error),
    };
    match call.engine.disable_session(&call.visit, id).await {
        Ok(Ok(())) => {
            let json = HeaderValue::from_static("application/json; charset=utf-8");
            HttpResponse::NoContent().insert_header((header::CONTENT_TYPE, json)).finish()
        }
        Ok(Err(failure)) => call.failure(&failure),
        Err(broken) => fault(&call, &broken),
    }
}

/// The sessions of an identity, newest first; none when there is no such identity. Errors: 400.
pub async fn list_of_identity(call: Call, id: Path<String>) -> HttpResponse {
    let (id, active) = match identity_id(&id).and_then(|id| Ok((id, active(&call.query)?))) {
        Ok(parsed) => parsed,
        Err(error) => return call.error(&error),
    };
    let page = Numbered::parse(&call.query);
    let skip = u32::try_from(page.first_row_from_one()).unwrap_or(u32::MAX);
    match call.engine.sessions_of(&call.visit, id, active, Part { skip, limit: page.size }).await {
        Ok(found) => shown_of_identity(&call, id, page, &found),
        Err(broken) => fault(&call, &broken),
    }
}

fn shown_of_identity(call: &Call, id: IdentityId, page: Numbered, found: &SessionsOf) -> HttpResponse {
    let projection = &call.runtime().projection;
    let sessions: Vec<Value> = match &found.owner {
        Some(owner) => {
            let item = |session| projection.session_of_identity(session, owner, call.visit.now);
            found.sessions.iter().map(item).collect()
        }
        None => Vec::new(),
    };
    let mut answer = call.json(StatusCode::OK, &sessions);
    let headers = answer.headers_mut();
    let path = format!("/admin/identities/{id}/sessions");
    if let Ok(links) = HeaderValue::from_str(&page.links(&path, &call.query, found.total)) {
        headers.insert(header::LINK, links);
    }
    headers.insert(HeaderName::from_static("x-total-count"), HeaderValue::from(found.total));
    answer
}

/// Deletes all sessions of an identity. Errors: 400, 404.
pub async fn delete_of_identity(call: Call, id: Path<String>) -> HttpResponse {
    let id = match identity_id(&id) {
        Ok(id) => id,
        Err(error) => return call.error(&error),
    };
    match call.engine.delete_sessions_of(&call.visit, id).await {
        Ok(Ok(())) => HttpResponse::NoContent().finish(),
        Ok(Err(failure)) => call.failure(&failure),
        Err(broken) => fault(&call, &broken),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(text: &str) -> Query {
        Query::parse(text).unwrap()
    }

    #[test]
    fn what_is_expanded() {
        let both = Expand { identity: true, devices: true };
        assert_eq!(expand(&query("expand=identity&expand=devices")), Ok(both));
        assert_eq!(expand(&query("")), Ok(Expand::default()));
        assert_eq!(expand(&query("expand=pigeon")).unwrap_err().status, 400);
    }

    #[test]
    fn activity_is_a_boolean() {
        assert_eq!(active(&query("active=true")), Ok(Some(true)));
        assert_eq!(active(&query("active=0")), Ok(Some(false)));
        assert_eq!(active(&query("active=")), Ok(None));
        assert_eq!(active(&query("active=perhaps")).unwrap_err().status, 400);
    }
}
