//! `/schemas`: the identity schemas, for everybody (02 §8.2).

use actix_web::{
    HttpResponse,
    http::{StatusCode, header},
    web::Path,
};
use serde_json::{Value, json};

use crate::{
    text::ErrorCode,
    web::{Call, envelope::ErrorBody, paging::Numbered},
};

/// A page of the identity schemas, in the order of the configuration.
pub async fn list(call: Call) -> HttpResponse {
    let page = Numbered::parse(&call.query);
    let all: Vec<Value> = call
        .runtime()
        .schemas
        .all()
        .map(|served| json!({ "id": served.id, "schema": served.document }))
        .collect();
    let total = u64::try_from(all.len()).unwrap_or(u64::MAX);
    let first = usize::try_from(page.first_row()).unwrap_or(usize::MAX);
    let size = usize::try_from(page.size).unwrap_or(usize::MAX);
    let shown: Vec<Value> = all.into_iter().skip(first).take(size).collect();
    let mut answer = call.json(StatusCode::OK, &shown);
    let headers = answer.headers_mut();
    if let Ok(links) = header::HeaderValue::from_str(&page.links("/schemas", &call.query, total)) {
        headers.insert(header::LINK, links);
    }
    headers.insert(header::HeaderName::from_static("x-total-count"), header::HeaderValue::from(total));
    answer
}

/// One identity schema, by its id or by that in base64url. Errors: 404.
pub async fn read(call: Call, name: Path<String>) -> HttpResponse {
    match call.runtime().schemas.find_by_path(&name) {
        Some(served) => call.json(StatusCode::OK, &served.document),
        None => {
            let reason = "There is no identity schema with this id.";
            call.error(&ErrorBody::from(ErrorCode::NotFound).because(reason))
        }
    }
}
