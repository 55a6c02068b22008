//! The inbox for development: everything that was sent, as a page and as JSON for tests of one's own.

use std::time::Duration;

use actix_web::{
    HttpResponse,
    http::{Method, StatusCode},
    web::{self, Data, Path, ServiceConfig},
};
use serde_json::{Value, json};
use tokio::sync::watch;

use super::inbox_page;
use crate::{
    engine::InboxLetter,
    kernel::MessageId,
    text::ErrorCode,
    web::{Call, envelope::ErrorBody, reply::fault, router::resource},
};

/// How long `wait` waits when it is not told.
const USUAL_PATIENCE: Duration = Duration::from_secs(10);

/// How long `wait` waits at most. Proxies and clients give up on silent connections not much later.
const MOST_PATIENCE: Duration = Duration::from_secs(60);

/// Tells those who wait for a letter that the process ends, so that it need not wait for them.
#[derive(Clone)]
pub struct Closing(pub watch::Receiver<bool>);

/// Adds the inbox to the admin listener.
pub fn configure_inbox(service: &mut ServiceConfig) {
    let get = |handler| [(Method::GET, handler)];
    service
        .service(resource("/dev/inbox", get(web::to(inbox_page::page))))
        .service(resource(
            "/dev/inbox/messages",
            [(Method::GET, web::to(list)), (Method::DELETE, web::to(delete))],
        ))
        .service(resource("/dev/inbox/messages/{id}", get(web::to(one))))
        .service(resource("/dev/inbox/wait", get(web::to(wait))))
        .service(resource("/dev/inbox/{name}", get(web::to(inbox_page::file))));
}

/// All letters, newest first; with `to` those to one address.
async fn list(call: Call) -> HttpResponse {
    match call.engine.inbox(call.runtime(), call.query.get("to")).await {
        Ok(letters) => call.json(StatusCode::OK, &letters.iter().map(wire).collect::<Vec<_>>()),
        Err(broken) => fault(&call, &broken),
    }
}

/// One letter. Errors: 400, 404.
async fn one(call: Call, id: Path<String>) -> HttpResponse {
    let id = match message_id(&id) {
        Ok(id) => id,
        Err(error) => return call.error(&error),
    };
    match call.engine.inbox_letter(call.runtime(), id).await {
        Ok(Some(letter)) => call.json(StatusCode::OK, &wire(&letter)),
        Ok(None) => call.error(&ErrorBody::from(ErrorCode::NotLocated)),
        Err(broken) => fault(&call, &broken),
    }
}

/// Deletes all letters.
async fn delete(call: Call) -> HttpResponse {
    match call.engine.empty_inbox().await {
        Ok(_) => HttpResponse::NoContent().finish(),
        Err(broken) => fault(&call, &broken),
    }
}

/// The newest letter to `to` that came after the letter `after`, as soon as there is one. Errors: 400; 408
/// when there is none within `timeout`; 503 when the process ends.
async fn wait(call: Call, closing: Data<Closing>) -> HttpResponse {
    let asked = patience(call.query.get("timeout"));
    let after = call.query.get("after").map(message_id).transpose();
    let (patience, after) = match (asked, after) {
        (Ok(patience), Ok(after)) => (patience, after),
        (Err(error), _) | (_, Err(error)) => return call.error(&error),
    };
    let mut closing = closing.0.clone();
    let letter = tokio::select! {
        letter = call.engine.await_letter(call.runtime(), call.query.get("to"), after, patience) => letter,
        _ = closing.wait_for(|closing| *closing) => {
            return call.error(&ErrorBody::from(ErrorCode::Unavailable));
        }
    };
    match letter {
        Ok(Some(letter)) => call.json(StatusCode::OK, &wire(&letter)),
        Ok(None) => {
            let error = ErrorBody::new(StatusCode::REQUEST_TIMEOUT, "No such message arrived in time.");
            call.error(&error.because(format!("Waited for {patience:?}.")))
        }
        Err(broken) => fault(&call, &broken),
    }
}

fn wire(letter: &InboxLetter) -> Value {
    json!({
        "id": letter.id,
        "channel": letter.channel.wire_name(),
        "to": letter.to,
        "from": letter.from,
        "subject": letter.subject,
        "text": letter.text,
        "html": letter.html,
        "template_type": letter.template.wire_name(),
        "code": letter.code,
        "link": letter.link,
        "created_at": letter.created_at,
    })
}

fn message_id(text: &str) -> Result<MessageId, ErrorBody> {
    text.parse().map_err(|_| ErrorBody::bad_request("The id of a message is a UUID."))
}

/// Reads `500ms`, `10s` or `1m`.
fn patience(text: Option<&str>) -> Result<Duration, ErrorBody> {
    let Some(text) = text else { return Ok(USUAL_PATIENCE) };
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let unit = text.strip_prefix(digits).unwrap_or_default();
    let patience = match (digits.parse(), unit) {
        (Ok(number), "ms") => Some(Duration::from_millis(number)),
        (Ok(number), "s") => Some(Duration::from_secs(number)),
        (Ok(number), "m") => Some(Duration::from_secs(number).saturating_mul(60)),
        _ => None,
    };
    patience.filter(|patience| *patience <= MOST_PATIENCE).ok_or_else(|| {
        ErrorBody::bad_request(
            "timeout must be a number with its unit, such as 500ms or 10s, and at most 60s.",
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patience_has_a_unit_and_an_end() {
        for (text, expected) in
            [("500ms", 500), ("0s", 0), ("10s", 10_000), ("60s", 60_000), ("1m", 60_000), ("007ms", 7)]
        {
            assert_eq!(patience(Some(text)), Ok(Duration::from_millis(expected)), "{text}");
        }
        assert_eq!(patience(None), Ok(USUAL_PATIENCE));
        for text in
            ["10", "s", "61s", "2m", "-1s", "1.5s", "10 s", "1h", "10sec", "99999999999999999999s", "m1"]
        {
            assert_eq!(patience(Some(text)).unwrap_err().status, 400, "{text}");
        }
        assert_eq!(patience(Some("18446744073709551615m")).unwrap_err().status, 400);
    }

    #[test]
    fn ids_are_uuids() {
        assert!(message_id("0190a7a8-7d5e-7c3e-9d5d-3a3a5a5a5a5a").is_ok());
        for text in ["", "1", "0190a7a8-7d5e-7c3e-9d5d-3a3a5a5a5a5g", "%00"] {
            assert_eq!(message_id(text).unwrap_err().status, 400, "{text}");
        }
    }
}
