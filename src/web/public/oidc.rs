//! `/self-service/methods/oidc`.

use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web::Path};
use url::form_urlencoded;

use super::routes::{failed, merely_looked};
use crate::{
    engine::{Arrived, Barred},
    flow::FlowKind,
    kernel::Secret,
    web::{
        Call,
        body::Submitted,
        envelope::ErrorBody,
        redirect::redirect,
        reply::{Asked, barred, entered, fault, forward, settings},
    },
};

/// What a provider may send; everything else is none of our business.
const SENT: [&str; 6] = ["code", "authCode", "state", "error", "error_description", "user"];

/// Comes back from a provider. Errors: 400, 404, `upstream_error`, 401 without an id and what submitting the flow that
/// was left may answer.
pub async fn callback(request: HttpRequest, call: Call, provider: Option<Path<String>>) -> HttpResponse {
    if let Some(answer) = merely_looked(&request) {
        return answer;
    }
    let text = |name: &str| call.query.get(name).map(str::to_owned);
    let arrived = Arrived {
        provider: provider.map(Path::into_inner),
        state: text("state"),
        code: text("code").or_else(|| text("authCode")).map(Secret::new),
        error: text("error"),
        description: text("error_description"),
        user: text("user"),
        key: call.continuity_key(),
    };
    match call.engine.return_from_provider(&call.visit, &arrived).await {
        Ok(Ok(outcome)) => match outcome.flow.kind() {
            FlowKind::Settings => settings(&call, outcome, None).await,
            FlowKind::Login | FlowKind::Registration | FlowKind::Verification | FlowKind::Recovery => {
                entered(&call, outcome, None).await
            }
        },
        Ok(Err(Barred::Failed(failure))) => failed(&call, &failure, None).await,
        Ok(Err(why)) => barred(&call, why, Asked::Opening { wish: None }).await,
        Err(broken) => fault(&call, &broken),
    }
}

/// Takes what Apple posts, and has the browser come again by itself: the cookies of this site are not sent with what
/// another one posts. Errors: 400.
pub async fn posted(request: HttpRequest, call: Call, body: Submitted) -> HttpResponse {
    let body = match body.0 {
        Ok(body) => body,
        Err(error) => return forward(&call, ErrorBody::from(&error)).await,
    };
    let mut query = form_urlencoded::Serializer::new(String::new());
    for (name, value) in body.form_pairs().iter().filter(|(name, _)| SENT.contains(&name.as_str())) {
        query.append_pair(name, value);
    }
    redirect(StatusCode::FOUND, &format!("{}?{}", request.path(), query.finish()))
}
