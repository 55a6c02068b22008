//! The table of admin routes. Each stands under `/admin` and, as existing clients expect, without it.

use actix_web::{
    Route,
    http::Method,
    web::{self, ServiceConfig},
};

use super::{
    health, identities, identity_batch, identity_list, messages, metrics, recovery, session_bulk, sessions,
    to_public,
};
use crate::web::{public::alive, router::resource};

/// One path of the admin listener and the methods it takes.
pub struct AdminRoute {
    /// The path, with parameters in braces.
    pub path: &'static str,
    /// The methods, each with its handler.
    pub methods: Vec<(Method, Route)>,
}

fn get(path: &'static str, handler: Route) -> AdminRoute {
    AdminRoute { path, methods: vec![(Method::GET, handler)] }
}

/// A handler as often as it is asked for.
type Handler = fn() -> Route;

/// Everything that the admin listener answers.
pub fn routes() -> Vec<AdminRoute> {
    let mut routes = vec![
        get("/health/alive", web::to(alive)),
        get("/health/ready", web::to(health::ready)),
        get("/health/config", web::to(health::config)),
        get("/version", web::to(health::version)),
        get("/metrics/prometheus", web::to(metrics::prometheus)),
        get("/admin/health/alive", web::to(alive)),
        get("/admin/health/ready", web::to(health::ready)),
        get("/admin/health/config", web::to(health::config)),
        get("/admin/version", web::to(health::version)),
        get("/admin/metrics/prometheus", web::to(metrics::prometheus)),
    ];
    // Before the rest, because `whoami` would be taken for the id of a session.
    routes.extend(to_public::routes());
    for (path, bare, methods) in prefixed().into_iter().chain(of_sessions()) {
        let all = || methods.iter().map(|(method, handler)| (method.clone(), handler())).collect();
        routes.push(AdminRoute { path, methods: all() });
        routes.push(AdminRoute { path: bare, methods: all() });
    }
    routes
}

/// A path under `/admin`, the same without it, and what answers there.
type Prefixed = (&'static str, &'static str, Vec<(Method, Handler)>);

/// What stands under `/admin`, and without it (02 §8.4).
fn prefixed() -> Vec<Prefixed> {
    vec![
        (
            "/admin/identities",
            "/identities",
            vec![
                (Method::GET, || web::to(identity_list::list)),
                (Method::POST, || web::to(identities::create)),
                (Method::PATCH, || web::to(identity_batch::create_many)),
            ],
        ),
        (
            "/admin/identities/by/external/{name}",
            "/identities/by/external/{name}",
            vec![(Method::GET, || web::to(identities::read_by_external_id))],
        ),
        (
            "/admin/identities/{id}",
            "/identities/{id}",
            vec![
                (Method::GET, || web::to(identities::read)),
                (Method::PUT, || web::to(identities::replace)),
                (Method::PATCH, || web::to(identities::patch)),
                (Method::DELETE, || web::to(identities::delete)),
            ],
        ),
        ("/admin/recovery/code", "/recovery/code", vec![(Method::POST, || web::to(recovery::code))]),
        ("/admin/recovery/link", "/recovery/link", vec![(Method::POST, || web::to(recovery::link))]),
        (
            "/admin/identities/{id}/sessions",
            "/identities/{id}/sessions",
            vec![
                (Method::GET, || web::to(sessions::list_of_identity)),
                (Method::DELETE, || web::to(sessions::delete_of_identity)),
            ],
        ),
        (
            "/admin/identities/{id}/credentials/{type}",
            "/identities/{id}/credentials/{type}",
            vec![(Method::DELETE, || web::to(identities::delete_credential))],
        ),
        ("/admin/courier/messages", "/courier/messages", vec![(Method::GET, || web::to(messages::list))]),
        (
            "/admin/courier/messages/{id}",
            "/courier/messages/{id}",
            vec![(Method::GET, || web::to(messages::read))],
        ),
    ]
}

/// As [`prefixed`], for sessions.
fn of_sessions() -> Vec<Prefixed> {
    vec![
        (
            "/admin/sessions",
            "/sessions",
            vec![
                (Method::GET, || web::to(sessions::list)),
                (Method::POST, || web::to(session_bulk::manage)),
                (Method::DELETE, || web::to(to_public::forward)),
            ],
        ),
        (
            "/admin/sessions/{id}",
            "/sessions/{id}",
            vec![(Method::GET, || web::to(sessions::read)), (Method::DELETE, || web::to(sessions::disable))],
        ),
        (
            "/admin/sessions/{id}/extend",
            "/sessions/{id}/extend",
            vec![(Method::PATCH, || web::to(sessions::extend))],
        ),
    ]
}

/// Adds all routes to a listener.
pub fn configure(service: &mut ServiceConfig) {
    for route in routes() {
        service.service(resource(route.path, route.methods));
    }
}
