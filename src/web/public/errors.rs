//! `/self-service/errors`.

use actix_web::{HttpResponse, http::StatusCode};
use serde_json::json;

use crate::{
    kernel::ErrorId,
    text::ErrorCode,
    web::{Call, envelope::ErrorBody, reply::fault},
};

/// An error that a browser ran into. Errors: 404.
pub async fn read(call: Call) -> HttpResponse {
    let asked = call.query.get("id").or_else(|| call.query.get("error")).unwrap_or_default();
    if asked == "stub:500" {
        return call.json(StatusCode::OK, &sample(&call));
    }
    let Ok(id) = asked.parse() else { return call.error(&ErrorBody::from(ErrorCode::NotLocated)) };
    match call.engine.kept_error(id).await {
        Ok(Some(kept)) => {
            let body = json!({
                "id": kept.id,
                "error": kept.error,
                "created_at": kept.created_at,
                "updated_at": kept.updated_at,
            });
            call.json(StatusCode::OK, &body)
        }
        Ok(None) => call.error(&ErrorBody::from(ErrorCode::NotLocated)),
        Err(broken) => fault(&call, &broken),
    }
}

/// An example for those who design the error page (02 §5.2).
///
/// COMPAT: it was never made, so its times are the first moment of the calendar (golden `admin.errors.get`).
fn sample(call: &Call) -> serde_json::Value {
    const NEVER: &str = "0001-01-01T00:00:00Z";
    let id = ErrorId::random(&mut call.visit.seed.stream("sample error"));
    let error = ErrorBody::internal().because("This is an example of an error.").inner(None);
    json!({ "id": id, "error": error, "created_at": NEVER, "updated_at": NEVER })
}
