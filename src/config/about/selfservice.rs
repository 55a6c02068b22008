//! `selfservice`, its methods left out.

use super::Row;

pub(super) const ROWS: &[Row] = &[
    (
        "selfservice.default_browser_return_url",
        "Where browsers go when nothing else was asked for; an absolute URL, or a path on the public URL.",
    ),
    (
        "selfservice.allowed_return_urls",
        "Where return_to may lead: scheme and host are equal, the path begins alike.",
    ),
    ("selfservice.flows.error.ui_url", "The page that shows errors."),
    (
        "selfservice.flows.{settings,registration,login,verification,recovery}.ui_url",
        "The page that shows the form of the flow; by default that of the built-in front end.",
    ),
    (
        "selfservice.flows.{settings,registration,login,verification,recovery}.lifespan",
        "How long a flow may take, from when it begins.",
    ),
    (
        "selfservice.flows.{login,registration,settings,verification,recovery}.before.hooks",
        "What runs when a flow begins.",
    ),
    (
        "selfservice.flows.{login,registration,settings,verification,recovery}.after.hooks",
        "What runs when a flow succeeds, for methods without a list of their own.",
    ),
    (
        "selfservice.flows.{login,registration,settings,verification,recovery,logout}.after.default_browser_return_url",
        "Where browsers go after the flow unless they asked for another page.",
    ),
    (
        "selfservice.flows.login.after.{password,webauthn,passkey,oidc,code,totp,lookup_secret}.default_browser_return_url",
        "Where browsers go after signing in by this method unless they asked for another page.",
    ),
    (
        "selfservice.flows.login.after.{password,webauthn,passkey,oidc,code,totp,lookup_secret}.hooks",
        "What runs when somebody has signed in by this method.",
    ),
    (
        "selfservice.flows.registration.after.{password,webauthn,passkey,oidc,code}.default_browser_return_url",
        "Where browsers go after signing up by this method unless they asked for another page.",
    ),
    (
        "selfservice.flows.registration.after.{password,webauthn,passkey,oidc,code}.hooks",
        "What runs when somebody has signed up by this method.",
    ),
    (
        "selfservice.flows.settings.after.{password,totp,oidc,webauthn,passkey,lookup_secret,profile}.default_browser_return_url",
        "Where browsers go after changing this part of an account unless they asked for another page.",
    ),
    (
        "selfservice.flows.settings.after.{password,totp,oidc,webauthn,passkey,lookup_secret,profile}.hooks",
        "What runs when somebody has changed this part of an account.",
    ),
    (
        "selfservice.flows.settings.privileged_session_max_age",
        "How long after signing in credentials and addresses may be changed.",
    ),
    (
        "selfservice.flows.settings.required_aal",
        "Whether settings are open to a session with one factor of somebody who has a second one.",
    ),
    ("selfservice.flows.registration.enabled", "Whether anybody may sign up."),
    (
        "selfservice.flows.registration.login_hints",
        "Whether those who have an account already are told how to get in.",
    ),
    (
        "selfservice.flows.registration.style",
        "Whether the profile is asked for first, or everything on one page.",
    ),
    (
        "selfservice.flows.registration.enable_legacy_one_step",
        "Asks for everything on one page, as style: unified does.",
    ),
    (
        "selfservice.flows.login.style",
        "Whether identifier and credential are asked for on one page, or one after the other.",
    ),
    ("selfservice.flows.{verification,recovery}.enabled", "Whether there is this flow."),
    (
        "selfservice.flows.{verification,recovery}.use",
        "Whether addresses are proven by a code or by a link; that method has to be on.",
    ),
    (
        "selfservice.flows.{verification,recovery}.notify_unknown_recipients",
        "Whether a letter goes to addresses that nobody has.",
    ),
    (
        "selfservice.flows.logout.clear_browser_data",
        "Whether browsers are told to forget cookies, storage and cache; over HTTPS only.",
    ),
];
