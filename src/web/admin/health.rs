//! Health, version and configuration, in full (02 §8.3).

use actix_web::{
    HttpResponse,
    http::{StatusCode, header},
};
use serde_json::json;

use crate::web::Call;

/// The process can do its work, or what it lacks.
pub async fn ready(call: Call) -> HttpResponse {
    match call.engine.readiness().await {
        Ok(()) => call.json(StatusCode::OK, &json!({ "status": "ok" })),
        Err(unready) => {
            let errors: serde_json::Map<String, serde_json::Value> = unready
                .parts()
                .map(|part| (part.to_owned(), json!(format!("the {part} are not ready; see the log"))))
                .collect();
            call.json(StatusCode::SERVICE_UNAVAILABLE, &json!({ "errors": errors }))
        }
    }
}

/// The version of this program.
pub async fn version(call: Call) -> HttpResponse {
    call.json(StatusCode::OK, &json!({ "version": concat!("v", env!("CARGO_PKG_VERSION")) }))
}

/// The configured revision, or a hash of the configuration.
pub async fn config(call: Call) -> HttpResponse {
    // COMPAT: without a character set (golden `admin.meta`).
    HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "text/plain"))
        .body(call.runtime().config.revision().to_owned())
}
