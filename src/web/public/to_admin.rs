//! Admin paths on the public listener: sent on to the admin listener.
//!
//! COMPAT: this tells where the admin listener is (02 §15 no. 26), as recordings do (goldens `admin.meta`,
//! `admin.redirects`). It gives nobody a way in: the admin listener has to be out of reach by network.

use actix_web::{
    HttpRequest, HttpResponse,
    http::{Method, StatusCode},
    web,
};

use super::PublicRoute;
use crate::web::{Call, redirect::redirect};

const PREFIX: &str = "/admin";

const EVERY: [Method; 5] = [Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE];

/// The routes that lead to the admin listener.
pub(super) fn routes() -> Vec<PublicRoute> {
    let route = |path, methods: &[Method]| PublicRoute {
        path,
        methods: methods.iter().map(|method| (method.clone(), web::to(forward))).collect(),
    };
    vec![
        route("/identities", &EVERY),
        route("/identities/{rest:.*}", &EVERY),
        route("/admin/identities", &EVERY),
        route("/admin/identities/{rest:.*}", &EVERY),
        route("/recovery/code", &[Method::POST]),
        route("/recovery/link", &[Method::POST]),
        route("/admin/recovery/code", &[Method::POST]),
        route("/admin/recovery/link", &[Method::POST]),
        route("/admin/courier/messages", &[Method::GET]),
        route("/admin/courier/messages/{id}", &[Method::GET]),
    ]
}

async fn forward(call: Call, request: HttpRequest) -> HttpResponse {
    let base = call.runtime().config.serve.admin.base_url.as_str().trim_end_matches('/');
    let asked = request.uri().path_and_query().map_or("/", |asked| asked.as_str());
    let prefix = if asked.starts_with(PREFIX) { "" } else { PREFIX };
    redirect(StatusCode::TEMPORARY_REDIRECT, &format!("{base}{prefix}{asked}"))
}
