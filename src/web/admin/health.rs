//! Health, version and configuration, in full (02 §8.3).

use actix_web::{HttpResponse, http::StatusCode};
use serde_json::json;

use crate::web::{Call, envelope::plain_text};

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
    plain_text(StatusCode::OK, call.runtime().config.revision().to_owned())
}
