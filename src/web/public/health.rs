//! `/health` on the public listener: whether to send traffic here, without details.

use actix_web::{HttpResponse, http::StatusCode};
use serde_json::json;

use crate::web::Call;

/// The process accepts requests.
pub async fn alive(call: Call) -> HttpResponse {
    call.json(StatusCode::OK, &json!({ "status": "ok" }))
}

/// The process can do its work: the database answers and is migrated.
pub async fn ready(call: Call) -> HttpResponse {
    match call.engine.readiness().await {
        Ok(()) => call.json(StatusCode::OK, &json!({ "status": "ok" })),
        Err(unready) => {
            let errors: serde_json::Map<String, serde_json::Value> =
                unready.parts().map(|part| (part.to_owned(), json!("not ready"))).collect();
            call.json(StatusCode::SERVICE_UNAVAILABLE, &json!({ "errors": errors }))
        }
    }
}
