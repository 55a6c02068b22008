//! What a client is told of parameters that name no page.

use actix_web::http::StatusCode;

use crate::web::{envelope::ErrorBody, paging::PagingError};

/// The error for parameters that name no page.
pub(super) fn bad_paging(error: PagingError) -> ErrorBody {
    match error {
        // COMPAT: the body says 500 where HTTP says 400 (golden `admin.courier.messages`).
        PagingError::Size => ErrorBody {
            code: Some(StatusCode::INTERNAL_SERVER_ERROR),
            ..ErrorBody::new(StatusCode::BAD_REQUEST, error.to_string())
        },
        PagingError::Token => ErrorBody::new(StatusCode::BAD_REQUEST, error.to_string()),
        PagingError::TooFar => ErrorBody::bad_request(error.to_string()),
    }
}
