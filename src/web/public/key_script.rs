//! `/.well-known/ory/webauthn.js`: the script that pages with security keys or passkeys load (01 §1.1).

use actix_web::{HttpResponse, http::header};

use crate::ui::KEY_SCRIPT;

/// The script.
///
/// SECURITY: pages make sure by its fingerprint that it is the one that their form names (test
/// `the_script_is_what_forms_say_it_is`).
pub async fn read() -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "text/javascript; charset=UTF-8"))
        .body(KEY_SCRIPT)
}
