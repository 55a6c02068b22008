//! `/admin/courier/messages` (02 §8.1).

use actix_web::{
    HttpResponse,
    http::{
        StatusCode,
        header::{self, HeaderValue},
    },
    web::Path,
};

use super::{bad_paging::bad_paging, page_token::PageTokens};
use crate::{
    engine::{MessageQuery, ShownMessage},
    kernel::MessageId,
    outbox::MessageStatus,
    text::ErrorCode,
    web::{
        Call,
        envelope::ErrorBody,
        paging::{Cursor, Keyset, Sizes},
        reply::fault,
    },
    wire,
};

const PATH: &str = "/admin/courier/messages";

/// COMPAT: ten, and not as many as elsewhere (golden `admin.courier.messages`).
const SIZES: Sizes = Sizes { usual: 10, ..Sizes::MOST };

/// The messages, newest first. Errors: 400.
pub async fn list(call: Call) -> HttpResponse {
    let page = match Keyset::parse(&call.query, &PageTokens::of(&call), SIZES) {
        Ok(page) => page,
        Err(error) => return call.error(&bad_paging(error)),
    };
    let query = match query(&call, page) {
        Ok(query) => query,
        Err(error) => return call.error(&error),
    };
    match call.engine.messages(&call.visit, query).await {
        Ok(messages) => shown(&call, page, &messages),
        Err(broken) => fault(&call, &broken),
    }
}

fn query(call: &Call, page: Keyset) -> Result<MessageQuery, ErrorBody> {
    let status = match call.query.get("status") {
        None => None,
        Some(word) => Some(MessageStatus::parse(word).ok_or_else(|| {
            let known = MessageStatus::ALL.map(MessageStatus::wire_name).join(", ");
            ErrorBody::bad_request(format!("The status of a message is one of {known}."))
        })?),
    };
    let after = match page.after {
        Cursor::Time(at, id) => Some((at, MessageId::from_uuid(id))),
        Cursor::Start | Cursor::Id(_) => None,
    };
    let recipient = call.query.get("recipient").map(str::to_owned);
    // One more than is shown tells whether there is another page.
    Ok(MessageQuery { status, recipient, after, limit: page.size.saturating_add(1) })
}

fn shown(call: &Call, page: Keyset, messages: &[ShownMessage]) -> HttpResponse {
    let size = usize::try_from(page.size).unwrap_or(usize::MAX);
    let on_page = messages.get(..size).unwrap_or(messages);
    let next = on_page.last().filter(|_| messages.len() > size);
    let next = next.map(|last| Cursor::Time(last.message.created_at, last.message.id.as_uuid()));
    let list: Vec<_> =
        on_page.iter().map(|shown| wire::message(&shown.message, shown.text.as_ref(), None)).collect();
    let mut answer = call.json(StatusCode::OK, &list);
    if let Ok(links) = HeaderValue::from_str(&page.links(PATH, &call.query, &PageTokens::of(call), next)) {
        answer.headers_mut().insert(header::LINK, links);
    }
    answer
}

/// One message with the tries to deliver it. Errors: 400, 404.
pub async fn read(call: Call, id: Path<String>) -> HttpResponse {
    let Ok(id) = id.parse() else {
        return call.error(&ErrorBody::new(StatusCode::BAD_REQUEST, "The id of a message is a UUID."));
    };
    match call.engine.message(&call.visit, id).await {
        Ok(Some((shown, attempts))) => {
            let message = wire::message(&shown.message, shown.text.as_ref(), Some(&attempts));
            call.json(StatusCode::OK, &message)
        }
        Ok(None) => call.error(&ErrorBody::from(ErrorCode::NotLocated)),
        Err(broken) => fault(&call, &broken),
    }
}
