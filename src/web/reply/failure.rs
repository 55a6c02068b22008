//! Errors that no flow can show: JSON for programs, the error page for browsers (01 §1.6).

use std::error::Error as _;

use actix_web::{
    HttpResponse,
    http::{StatusCode, header},
};

use crate::{
    kernel::Fault,
    text::ErrorCode,
    web::{Call, envelope::ErrorBody, headers::request_id, redirect::redirect},
};

/// Answers with an error: as JSON where that is wanted, else by the error page, which is told its id.
pub async fn forward(call: &Call, error: ErrorBody) -> HttpResponse {
    if call.manner.is_json {
        return call.error(&error);
    }
    let inner = error.inner(request_id(&call.headers));
    let id = match call.engine.keep_error(&call.visit, inner.into()).await {
        Ok(id) => id,
        // The database is what is broken, perhaps; the error itself still gets through.
        Err(broken) => return fault(call, &broken),
    };
    if call.manner.accepts_json {
        return call.error(&error);
    }
    let page = &call.runtime().policy.error_ui;
    let glue = if page.contains('?') { '&' } else { '?' };
    redirect(StatusCode::SEE_OTHER, &format!("{page}{glue}id={id}"))
}

/// Answers with a fault: a constant body, and one line in the log with all causes.
pub fn fault(call: &Call, fault: &Fault) -> HttpResponse {
    let mut causes = String::new();
    let mut cause = fault.source();
    while let Some(next) = cause {
        causes.push_str(": ");
        causes.push_str(&next.to_string());
        cause = next.source();
    }
    if fault.is_transient() {
        tracing::warn!(error.causes = causes, "{fault}{causes}");
        let mut answer = call.error(&ErrorBody::from(ErrorCode::Unavailable));
        answer.headers_mut().insert(header::RETRY_AFTER, header::HeaderValue::from_static("1"));
        return answer;
    }
    tracing::error!(error.causes = causes, "{fault}{causes}");
    call.error(&ErrorBody::internal())
}
