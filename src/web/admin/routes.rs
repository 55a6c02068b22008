//! The table of admin routes. Each stands under `/admin` and, as existing clients expect, without it.

use actix_web::{
    Route,
    http::Method,
    web::{self, ServiceConfig},
};

use super::health;
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

/// Everything that the admin listener answers.
pub fn routes() -> Vec<AdminRoute> {
    vec![
        get("/health/alive", web::to(alive)),
        get("/health/ready", web::to(health::ready)),
        get("/health/config", web::to(health::config)),
        get("/version", web::to(health::version)),
        get("/admin/health/alive", web::to(alive)),
        get("/admin/health/ready", web::to(health::ready)),
        get("/admin/health/config", web::to(health::config)),
        get("/admin/version", web::to(health::version)),
    ]
}

/// Adds all routes to a listener.
pub fn configure(service: &mut ServiceConfig) {
    for route in routes() {
        service.service(resource(route.path, route.methods));
    }
}
