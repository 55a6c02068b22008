//! Public paths on the admin listener: sent on to the public listener (02 §8.4).

use actix_web::{
    HttpRequest, HttpResponse,
    http::{Method, StatusCode},
    web,
};

use super::AdminRoute;
use crate::web::{Call, redirect::redirect};

const EVERY: [Method; 5] = [Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE];

/// The routes that lead to the public listener.
pub(super) fn routes() -> Vec<AdminRoute> {
    let route = |path, methods: &[Method]| AdminRoute {
        path,
        methods: methods.iter().map(|method| (method.clone(), web::to(forward))).collect(),
    };
    vec![
        route("/self-service/{rest:.*}", &EVERY),
        route("/schemas", &[Method::GET]),
        route("/schemas/{id}", &[Method::GET]),
        route("/sessions/whoami", &EVERY),
        route("/admin/sessions/whoami", &EVERY),
    ]
}

pub(super) async fn forward(call: Call, request: HttpRequest) -> HttpResponse {
    let asked = request.uri().path_and_query().map_or("/", |asked| asked.as_str());
    let asked = asked.strip_prefix("/admin").unwrap_or(asked);
    let base = &call.runtime().policy.public_url;
    redirect(StatusCode::TEMPORARY_REDIRECT, &format!("{base}{asked}"))
}
