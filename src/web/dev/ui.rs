//! The sample front end under `/ui/`: the same page for every path, which its script fills (contrib/ui).

use actix_web::{
    HttpResponse,
    http::{StatusCode, header},
    web::{self, Path, ServiceConfig},
};

use crate::web::{redirect::redirect, router::not_found};

/// A file that is compiled in, and its type.
pub(super) type Asset = (&'static str, &'static str, &'static str);

const PAGE: &str = include_str!("../../../contrib/ui/page.html");
pub(super) const JS: &str = "text/javascript; charset=utf-8";
pub(super) const CSS: &str = "text/css; charset=utf-8";
pub(super) const SVG: &str = "image/svg+xml";

const ASSETS: [Asset; 11] = [
    ("api.js", JS, include_str!("../../../contrib/ui/api.js")),
    ("app.js", JS, include_str!("../../../contrib/ui/app.js")),
    ("dom.js", JS, include_str!("../../../contrib/ui/dom.js")),
    ("error-page.js", JS, include_str!("../../../contrib/ui/error-page.js")),
    ("flow-page.js", JS, include_str!("../../../contrib/ui/flow-page.js")),
    ("form.js", JS, include_str!("../../../contrib/ui/form.js")),
    ("home.js", JS, include_str!("../../../contrib/ui/home.js")),
    ("messages.js", JS, include_str!("../../../contrib/ui/messages.js")),
    ("nodes.js", JS, include_str!("../../../contrib/ui/nodes.js")),
    ("page.css", CSS, include_str!("../../../contrib/ui/page.css")),
    ("theme.css", CSS, include_str!("../../../contrib/ui/theme.css")),
];

/// The icon, which both pages show.
pub(super) const ICON: Asset = ("icon.svg", SVG, include_str!("../../../contrib/ui/icon.svg"));

/// The theme, which both pages follow.
pub(super) const THEME: Asset = ("theme.css", CSS, include_str!("../../../contrib/ui/theme.css"));

/// What the pages may load and do: nothing from elsewhere, nothing inline.
const PAGE_RULES: &str = "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; object-src 'none'";

/// Adds the sample front end to the public listener.
pub fn configure_ui(service: &mut ServiceConfig) {
    service
        .route("/ui", web::get().to(home))
        .route("/ui/{name}", web::get().to(page))
        .route("/ui/", web::get().to(|| async { html(PAGE, PAGE_RULES) }));
}

async fn home() -> HttpResponse {
    redirect(StatusCode::FOUND, "/ui/")
}

async fn page(name: Path<String>) -> HttpResponse {
    match ASSETS.iter().chain([&ICON]).find(|(file, ..)| *file == name.as_str()) {
        Some(found) => asset(found),
        None if name.contains('.') => not_found().await,
        None => html(PAGE, PAGE_RULES),
    }
}

/// Answers with a compiled-in file.
pub(super) fn asset((_, mime, text): &Asset) -> HttpResponse {
    HttpResponse::Ok().insert_header((header::CONTENT_TYPE, *mime)).body(*text)
}

/// Answers with a page and the rules that it keeps to.
pub(super) fn html(text: &'static str, rules: &'static str) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "text/html; charset=utf-8"))
        .insert_header((header::CONTENT_SECURITY_POLICY, rules))
        .body(text)
}
