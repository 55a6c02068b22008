//! Answers to reading a flow that may not be read (01 §4).

use actix_web::HttpResponse;

use super::forward;
use crate::{
    engine::Unreadable,
    flow::{Client, FlowKind, Origin},
    text::ErrorCode,
    web::{Call, envelope::ErrorBody},
};

/// Answers that a flow may not be read.
pub async fn unreadable(call: &Call, kind: FlowKind, why: Unreadable) -> HttpResponse {
    match why {
        Unreadable::Unknown => call.error(&ErrorBody::from(ErrorCode::NotLocated)),
        Unreadable::Disabled => forward(call, disabled(kind)).await,
        Unreadable::Foreign => match call.csrf.check(None, &call.headers) {
            Err(violation) => call.error(&violation.error()),
            Ok(()) => call.error(&ErrorBody::from(ErrorCode::CsrfViolation)),
        },
        Unreadable::Expired { client, origin, .. } => call.error(&expired(call, kind, client, &origin)),
    }
}

fn disabled(kind: FlowKind) -> ErrorBody {
    match kind {
        FlowKind::Login | FlowKind::Registration | FlowKind::Settings => {
            ErrorBody::from(ErrorCode::FlowDisabled)
        }
        FlowKind::Verification => {
            ErrorBody::from(ErrorCode::BadRequest).because("Verification is switched off by configuration.")
        }
        FlowKind::Recovery => {
            ErrorBody::from(ErrorCode::BadRequest).because("Recovery is switched off by configuration.")
        }
    }
}

/// Points to where a new flow of the same kind is opened.
fn expired(call: &Call, kind: FlowKind, client: Client, origin: &Origin) -> ErrorBody {
    let (base, name) = (&call.runtime().policy.public_url, kind.wire_name());
    let gone = match (kind, client) {
        // COMPAT: this one has an id (02 §3.2).
        (FlowKind::Recovery, Client::Native) => ErrorBody::from(ErrorCode::FlowExpired),
        _ => ErrorBody::from(ErrorCode::Gone),
    };
    match client {
        Client::Native => gone.with_detail("api", format!("{base}/self-service/{name}/api")),
        Client::Browser => {
            let wish = origin.wish();
            let query = wish.as_ref().map(|wish| {
                let mut query = url::form_urlencoded::Serializer::new(String::new());
                format!("?{}", query.append_pair("return_to", wish).finish())
            });
            let query = query.unwrap_or_default();
            gone.with_detail("redirect_to", format!("{base}/self-service/{name}/browser{query}"))
                .with_detail("return_to", wish.unwrap_or_default())
        }
    }
}
