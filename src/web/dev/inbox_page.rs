//! The page of the inbox and its files (contrib/ui/inbox).

use actix_web::{HttpResponse, web::Path};

use super::ui::{Asset, CSS, ICON, JS, THEME, asset, html};
use crate::web::router::not_found;

const PAGE: &str = include_str!("../../../contrib/ui/inbox/inbox.html");

const ASSETS: [Asset; 5] = [
    ("inbox.css", CSS, include_str!("../../../contrib/ui/inbox/inbox.css")),
    ("inbox.js", JS, include_str!("../../../contrib/ui/inbox/inbox.js")),
    ("reader.js", JS, include_str!("../../../contrib/ui/inbox/reader.js")),
    ICON,
    THEME,
];

/// What the page may load and do. The frame that shows a mail inherits these rules, and mail is styled within
/// its own markup; what it cannot do there is run scripts, load anything from elsewhere, or send forms.
///
/// SECURITY: scripts come from our own files only, or a letter could read all others.
const PAGE_RULES: &str = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
    form-action 'none'; frame-ancestors 'none'; base-uri 'none'; object-src 'none'";

/// The page.
pub(super) async fn page() -> HttpResponse {
    html(PAGE, PAGE_RULES)
}

/// A file of the page.
pub(super) async fn file(name: Path<String>) -> HttpResponse {
    match ASSETS.iter().find(|(file, ..)| *file == name.as_str()) {
        Some(found) => asset(found),
        None => not_found().await,
    }
}
