//! Error codes: what a program is told when a request fails as a whole (01 §19, 02 §1.1).

use super::status::words;

/// Why a request failed as a whole. Closed: [`ErrorCode::row`] is the one table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ErrorCode {
    /// There is a session, and this flow is for people without one.
    SessionAlreadyAvailable,
    /// A second factor was asked for without a session that has the first.
    SessionAal1Required,
    /// The session lacks the second factor.
    SessionAal2Required,
    /// The session has the level that was asked for.
    SessionAalAlreadyFulfilled,
    /// No active session where one is needed.
    SessionInactive,
    /// No session, answered by `whoami` and the session endpoints.
    Unauthorized,
    /// The session is too old for this change.
    SessionRefreshRequired,
    /// No address of the account is verified.
    AddressNotVerified,
    /// The account is disabled.
    IdentityDisabled,
    /// The anti-CSRF check failed.
    CsrfViolation,
    /// The flow belongs to another identity.
    IdentityMismatch,
    /// The request is understood and not allowed.
    Forbidden,
    /// The flow is too old; met when submitting.
    FlowExpired,
    /// The flow is too old; met when reading it.
    Gone,
    /// The flow was replaced by another one.
    FlowReplaced,
    /// The flow is switched off.
    FlowDisabled,
    /// The return URL is not on the list.
    ReturnToForbidden,
    /// A single-page app has to send the browser elsewhere.
    BrowserLocationChangeRequired,
    /// The current session cannot be ended like another one.
    OwnSession,
    /// The request makes no sense.
    BadRequest,
    /// The body has a shape that no field of the form has.
    Unstructured,
    /// The request does not say which flow it is for.
    FlowParameterMissing,
    /// Nothing has this address.
    NotFound,
    /// There is no row with this id.
    NotLocated,
    /// The flow named by the request does not exist.
    FlowNotFound,
    /// The endpoint or method is switched off.
    EndpointDisabled,
    /// The HTTP method is not allowed here.
    MethodNotAllowed,
    /// The request contradicts something that exists.
    Conflict,
    /// A value that has to be unique is taken.
    Unique,
    /// The body is too large.
    PayloadTooLarge,
    /// The body has a type that is not understood.
    UnsupportedMediaType,
    /// Too many requests from this client.
    TooManyRequests,
    /// Something is wrong on our side.
    Internal,
    /// The configuration is wrong in a way that only this request meets.
    InvalidConfiguration,
    /// A service that we depend on answered badly.
    UpstreamError,
    /// A web hook answered badly.
    BadGateway,
    /// Too much to do, or something is down for a moment.
    Unavailable,
    /// A service that we depend on did not answer in time.
    GatewayTimeout,
    /// There is no writing to the name that an account has.
    Unreachable,
}

/// What is sent for an [`ErrorCode`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ErrorRow {
    /// `error.id`, for the errors that have one.
    pub id: Option<&'static str>,
    /// The HTTP status.
    pub http: u16,
    /// `error.code`; the HTTP status with one exception.
    pub code: u16,
    /// `error.status`, in words.
    pub status: &'static str,
    /// `error.message`.
    pub message: &'static str,
    /// `error.reason`, unless the caller has a better one.
    pub reason: Option<&'static str>,
}

impl ErrorCode {
    /// All codes.
    pub const ALL: [Self; 39] = [
        Self::SessionAlreadyAvailable,
        Self::SessionAal1Required,
        Self::SessionAal2Required,
        Self::SessionAalAlreadyFulfilled,
        Self::SessionInactive,
        Self::Unauthorized,
        Self::SessionRefreshRequired,
        Self::AddressNotVerified,
        Self::IdentityDisabled,
        Self::CsrfViolation,
        Self::IdentityMismatch,
        Self::Forbidden,
        Self::FlowExpired,
        Self::Gone,
        Self::FlowReplaced,
        Self::FlowDisabled,
        Self::ReturnToForbidden,
        Self::BrowserLocationChangeRequired,
        Self::OwnSession,
        Self::BadRequest,
        Self::Unstructured,
        Self::FlowParameterMissing,
        Self::NotFound,
        Self::NotLocated,
        Self::FlowNotFound,
        Self::EndpointDisabled,
        Self::MethodNotAllowed,
        Self::Conflict,
        Self::Unique,
        Self::PayloadTooLarge,
        Self::UnsupportedMediaType,
        Self::TooManyRequests,
        Self::Internal,
        Self::InvalidConfiguration,
        Self::UpstreamError,
        Self::BadGateway,
        Self::Unavailable,
        Self::GatewayTimeout,
        Self::Unreachable,
    ];

    /// What is sent for it.
    #[expect(clippy::too_many_lines, reason = "one table, one row per code")]
    pub const fn row(self) -> ErrorRow {
        match self {
            Self::SessionAlreadyAvailable => named(
                "session_already_available",
                400,
                "There is a session already.",
                "A valid session was found, so this flow is not available. Ask for `refresh=true` to sign in again.",
            ),
            Self::SessionAal1Required => named(
                "session_aal1_required",
                401,
                "A second factor can only be asked for in a session.",
                "Sign in with a first factor, then ask for a higher assurance level.",
            ),
            Self::SessionAal2Required => named(
                "session_aal2_required",
                403,
                "The session does not have the required assurance level.",
                "An active session was found. Complete a second factor to go on.",
            ),
            Self::SessionAalAlreadyFulfilled => named(
                "session_aal_already_fulfilled",
                401,
                "The session has the requested assurance level already.",
                "Nothing has to be done to reach the requested assurance level.",
            ),
            Self::SessionInactive => named(
                "session_inactive",
                401,
                "The request has no active session.",
                "Sign in and send the session cookie or the session token with the request.",
            ),
            // COMPAT: no id; pinned by the goldens of sessions.whoami.ways_in.
            Self::Unauthorized => plain(
                401,
                "The request is not authorised.",
                Some("No valid session credentials were found in the request."),
            ),
            Self::SessionRefreshRequired => named(
                "session_refresh_required",
                403,
                "The session is too old for this change.",
                "Sign in again with `refresh=true`, then repeat the request.",
            ),
            // COMPAT: the body says 400 where HTTP says 403; pinned by login.verified_address_required.
            Self::AddressNotVerified => ErrorRow {
                id: Some("session_verified_address_required"),
                http: 403,
                code: 400,
                status: "Bad Request",
                message: "No address of this account is verified yet.",
                reason: Some("Verify an email address or phone number of the account, then sign in again."),
            },
            // COMPAT: the body says 500 where HTTP says 400 (01 §5.4); pinned by settings.body.
            Self::Unstructured => ErrorRow {
                id: None,
                http: 400,
                code: 500,
                status: "Internal Server Error",
                message: "The body does not have the shape of the form.",
                reason: None,
            },
            Self::IdentityDisabled => named(
                "identity_disabled",
                400,
                "This account is disabled.",
                "A disabled account cannot sign in.",
            ),
            Self::CsrfViolation => named(
                "security_csrf_violation",
                403,
                "The request was refused as protection against cross-site request forgery.",
                "Open the form again and submit it from the same browser. Deleting the cookies of this site can help.",
            ),
            Self::IdentityMismatch => named(
                "security_identity_mismatch",
                403,
                "The flow belongs to another identity.",
                "The request was refused because the session is not that of the identity the flow was made for.",
            ),
            Self::Forbidden => plain(
                403,
                "The request is not allowed.",
                Some("The credentials in the request do not allow this."),
            ),
            Self::FlowExpired => named(
                "self_service_flow_expired",
                410,
                "The flow has expired.",
                "The flow is too old to be continued. Start a new one.",
            ),
            // COMPAT: reading an expired flow gives no id; pinned by verification.flow_expired.
            Self::Gone => plain(
                410,
                "The resource has expired and is no longer available.",
                Some("The flow has expired. Start a new one."),
            ),
            Self::FlowReplaced => named(
                "self_service_flow_replaced",
                410,
                "The flow was replaced.",
                "Go on with the flow named by `use_flow_id`.",
            ),
            Self::FlowDisabled => named(
                "self_service_flow_disabled",
                400,
                "This flow is disabled.",
                "The flow is switched off by configuration.",
            ),
            Self::ReturnToForbidden => named(
                "self_service_flow_return_to_forbidden",
                400,
                "The return URL is not allowed.",
                "The URL in `return_to` is not on the list of allowed return URLs.",
            ),
            Self::BrowserLocationChangeRequired => named(
                "browser_location_change_required",
                422,
                "The browser has to go to another page.",
                "Send the browser to the URL in `redirect_browser_to`.",
            ),
            // COMPAT: without a reason; pinned by sessions.list_revoke.api.
            Self::OwnSession => plain(400, "The current session is ended by logging out.", None),
            Self::BadRequest => plain(
                400,
                "The request is malformed or has invalid parameters.",
                Some("The request could not be understood."),
            ),
            Self::FlowParameterMissing => plain(
                400,
                "The request is malformed or has invalid parameters.",
                Some("The `flow` parameter is missing or is not an id."),
            ),
            Self::NotFound => plain(
                404,
                "The requested resource was not found.",
                Some("Nothing was found at this address."),
            ),
            // COMPAT: without a reason; pinned by login.flow.fetch.
            Self::NotLocated => plain(404, "Unable to locate this resource.", None),
            Self::FlowNotFound => plain(
                404,
                "The requested resource was not found.",
                Some("There is no such flow. Start a new one."),
            ),
            Self::EndpointDisabled => plain(
                404,
                "The requested resource was not found.",
                Some("This endpoint is switched off by configuration."),
            ),
            Self::MethodNotAllowed => plain(405, "The HTTP method is not allowed here.", None),
            Self::Conflict => plain(
                409,
                "The request conflicts with something that exists.",
                Some("Another identity has one of these identifiers or addresses."),
            ),
            Self::Unique => plain(409, "A resource with one of these values exists already.", None),
            Self::PayloadTooLarge => plain(413, "The request body is too large.", None),
            Self::UnsupportedMediaType => plain(
                415,
                "The content type is not supported.",
                Some("Send application/json, application/x-www-form-urlencoded or multipart/form-data."),
            ),
            Self::TooManyRequests => plain(429, "There were too many requests. Please wait a moment.", None),
            Self::Internal => plain(500, "Something went wrong on our side.", None),
            Self::InvalidConfiguration => named(
                "invalid_configuration",
                500,
                "The service is not set up correctly.",
                "The administrator has to correct the configuration.",
            ),
            Self::UpstreamError => named(
                "upstream_error",
                502,
                "A service that we depend on did not answer as expected.",
                "Please try again later.",
            ),
            Self::BadGateway => plain(
                502,
                "A service that we depend on did not answer as expected.",
                Some("Please try again later."),
            ),
            Self::Unavailable => plain(503, "The service is busy. Please try again in a moment.", None),
            Self::GatewayTimeout => plain(
                504,
                "A service that we depend on did not answer in time.",
                Some("Please try again later."),
            ),
            // COMPAT: the status says one thing, the body another (01 §5.4 no. 4; golden `login.code.fallback`).
            Self::Unreachable => ErrorRow {
                http: 400,
                ..plain(500, "This name is no address that a code could be sent to.", None)
            },
        }
    }

    /// The row that has this `error.id`.
    pub fn with_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|code| code.row().id == Some(id))
    }
}

const fn named(id: &'static str, http: u16, message: &'static str, reason: &'static str) -> ErrorRow {
    ErrorRow { id: Some(id), http, code: http, status: words(http), message, reason: Some(reason) }
}

const fn plain(http: u16, message: &'static str, reason: Option<&'static str>) -> ErrorRow {
    ErrorRow { id: None, http, code: http, status: words(http), message, reason }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn ids_are_unique_and_every_status_has_its_words() {
        let mut ids = HashSet::new();
        for code in ErrorCode::ALL {
            let row = code.row();
            assert!(row.code == 500 || row.status != "Internal Server Error", "{code:?} has no status words");
            assert!(row.message.ends_with('.'), "{code:?} is not a sentence");
            let two = [ErrorCode::AddressNotVerified, ErrorCode::Unreachable, ErrorCode::Unstructured];
            assert!(row.code == row.http || two.contains(&code));
            if let Some(id) = row.id {
                assert!(ids.insert(id), "{id} is used twice");
                assert_eq!(ErrorCode::with_id(id), Some(code));
            }
        }
        assert_eq!(ErrorCode::ALL.into_iter().collect::<HashSet<_>>().len(), ErrorCode::ALL.len());
        assert_eq!(ids.len(), 17);
    }
}
