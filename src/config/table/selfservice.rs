//! Rows of `selfservice`, its methods left out.

use super::row::{Kind, Row, key};

const AAL: Kind = Kind::OneOf(&["aal1", "highest_available"]);

pub(super) const ROWS: &[Row] = &[
    key("selfservice", Kind::Section).required(),
    key("selfservice.default_browser_return_url", Kind::Page).required(),
    // Entries that cannot be used are dropped with a warning, hence no check of the form here.
    key("selfservice.allowed_return_urls", Kind::LIST).or("[]"),
    key("selfservice.allowed_return_urls[]", Kind::Name),
    key("selfservice.flows.{settings,registration,login,verification,recovery,error}.ui_url", Kind::Page),
    key("selfservice.flows.{settings,registration,login,verification,recovery}.lifespan", Kind::LongDuration)
        .or("1h"),
    key("selfservice.flows.{login,registration,settings,verification,recovery}.before.hooks", Kind::Hooks),
    key("selfservice.flows.{login,registration,settings,verification,recovery}.after.hooks", Kind::Hooks),
    key(
        "selfservice.flows.{login,registration,settings,verification,recovery,logout}.after.default_browser_return_url",
        Kind::Page,
    ),
    key(
        "selfservice.flows.login.after.{password,webauthn,passkey,oidc,code,totp,lookup_secret}.default_browser_return_url",
        Kind::Page,
    ),
    key(
        "selfservice.flows.login.after.{password,webauthn,passkey,oidc,code,totp,lookup_secret}.hooks",
        Kind::Hooks,
    ),
    key(
        "selfservice.flows.registration.after.{password,webauthn,passkey,oidc,code}.default_browser_return_url",
        Kind::Page,
    ),
    key("selfservice.flows.registration.after.{password,webauthn,passkey,oidc,code}.hooks", Kind::Hooks),
    key(
        "selfservice.flows.settings.after.{password,totp,oidc,webauthn,passkey,lookup_secret,profile}.default_browser_return_url",
        Kind::Page,
    ),
    key(
        "selfservice.flows.settings.after.{password,totp,oidc,webauthn,passkey,lookup_secret,profile}.hooks",
        Kind::Hooks,
    ),
    key("selfservice.flows.settings.privileged_session_max_age", Kind::Duration).or("1h"),
    key("selfservice.flows.settings.required_aal", AAL).or("highest_available"),
    key("selfservice.flows.registration.enabled", Kind::Bool).or("true"),
    key("selfservice.flows.registration.login_hints", Kind::Bool).or("false"),
    key("selfservice.flows.registration.style", Kind::OneOf(&["profile_first", "unified"]))
        .or("profile_first"),
    key("selfservice.flows.registration.enable_legacy_one_step", Kind::Bool)
        .or("false")
        .deprecated("selfservice.flows.registration.style: unified"),
    key("selfservice.flows.login.style", Kind::OneOf(&["unified", "identifier_first"])).or("unified"),
    key("selfservice.flows.{verification,recovery}.enabled", Kind::Bool).or("false"),
    key("selfservice.flows.{verification,recovery}.use", Kind::OneOf(&["link", "code"])).or("code"),
    key("selfservice.flows.{verification,recovery}.notify_unknown_recipients", Kind::Bool).or("false"),
    key("selfservice.flows.logout.clear_browser_data", Kind::Bool).or("false"),
];
