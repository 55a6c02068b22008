//! Passkeys and security keys with the authenticator of Chromium, on the sample pages.

use crate::{
    PASSWORD, SAVED,
    browser::{Browser, Look},
    server::Server,
    sign_in_with,
};

const ADA: &str = "ada@example.test";
const OPEN: (&str, &str) = ("SELFSERVICE_FLOWS_LOGIN_AFTER_HOOKS", "[]");
const KEY_ALONE: (&str, &str) = ("SELFSERVICE_METHODS_WEBAUTHN_CONFIG_PASSWORDLESS", "true");

async fn open(settings: &[(&str, &str)]) -> (Server, Browser) {
    let server = Server::start_for_keys(settings);
    let browser = Browser::open(Look::Desktop).await;
    browser.goto(&server.page("")).await;
    browser.plug_in_authenticator().await;
    (server, browser)
}

/// Presses a button of the script.
async fn press(browser: &Browser, name: &str) {
    browser.click(&format!("button[name={name}]")).await;
}

async fn is_in(browser: &Browser, server: &Server) {
    browser.goto(&server.page("")).await;
    assert!(browser.text("#session").await.contains(ADA), "the start page shows whose session it is");
}

async fn sign_out(browser: &Browser) {
    browser.click("#logout").await;
    browser.wait_until_gone("#session").await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a browser: run contrib/test browser"]
async fn an_account_with_nothing_but_a_passkey() {
    let (server, browser) = open(&[OPEN]).await;
    browser.goto(&server.page("registration")).await;
    browser.fill("traits.email", ADA).await;
    browser.press_button("method", "profile").await;
    browser.find("button[name=passkey_register_trigger]").await;
    browser.find("script#webauthn_script").await;
    browser.audit("registration with passkeys").await;
    press(&browser, "passkey_register_trigger").await;
    browser.wait_until_gone_from("/ui/registration").await;

    // The browser offers the passkey while the identifier is typed; this one takes the offer at once.
    browser.goto(&server.page("login")).await;
    browser.wait_until_gone_from("/ui/login").await;
    is_in(&browser, &server).await;
    browser.goto(&server.page("login?refresh=true")).await;
    browser.find("button[name=passkey_login_trigger]").await;
    browser.audit("login with a passkey, confirming").await;
    press(&browser, "passkey_login_trigger").await;
    browser.wait_until_gone_from("/ui/login").await;
    is_in(&browser, &server).await;
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a browser: run contrib/test browser"]
async fn a_passkey_and_a_security_key_beside_a_password() {
    let (server, browser) = open(&[OPEN]).await;
    server.register_natively(ADA, PASSWORD);
    sign_in_with(&browser, &server, ADA, PASSWORD).await;
    browser.wait_until_gone_from("/ui/login").await;
    browser.goto(&server.page("settings")).await;
    browser.find("button[name=passkey_register_trigger]").await;
    browser.audit("settings with keys").await;
    browser.fill("webauthn_register_displayname", "blue").await;
    press(&browser, "webauthn_register_trigger").await;
    browser.wait_for_message(SAVED).await;
    browser.find("button[name=webauthn_remove]").await;

    is_in(&browser, &server).await;
    sign_out(&browser).await;
    sign_in_with(&browser, &server, ADA, PASSWORD).await;
    browser.find("button[name=webauthn_login_trigger]").await;
    browser.audit("login, security key on top").await;
    press(&browser, "webauthn_login_trigger").await;
    browser.wait_until_gone_from("/ui/login").await;
    is_in(&browser, &server).await;

    browser.goto(&server.page("settings")).await;
    press(&browser, "passkey_register_trigger").await;
    browser.wait_for_message(SAVED).await;
    browser.find("button[name=passkey_remove]").await;
    is_in(&browser, &server).await;
    sign_out(&browser).await;
    // Signed in by the passkey at once, and asked for the key on top.
    browser.goto(&server.page("login")).await;
    press(&browser, "webauthn_login_trigger").await;
    browser.wait_until_gone_from("/ui/login").await;
    browser.goto(&server.page("settings")).await;
    browser.click("button[name=passkey_remove]").await;
    browser.wait_for_message(SAVED).await;
    browser.wait_until_gone("button[name=passkey_remove]").await;
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a browser: run contrib/test browser"]
async fn an_account_with_nothing_but_a_security_key() {
    let (server, browser) = open(&[OPEN, KEY_ALONE]).await;
    browser.goto(&server.page("registration")).await;
    browser.fill("traits.email", ADA).await;
    browser.press_button("method", "profile").await;
    browser.fill("webauthn_register_displayname", "blue").await;
    press(&browser, "webauthn_register_trigger").await;
    browser.wait_until_gone_from("/ui/registration").await;

    browser.goto(&server.page("login")).await;
    browser.fill("identifier", ADA).await;
    browser.press_button("method", "webauthn").await;
    browser.wait_for_message("1010012").await;
    browser.audit("login, security key asked for").await;
    press(&browser, "webauthn_login_trigger").await;
    browser.wait_until_gone_from("/ui/login").await;
    is_in(&browser, &server).await;
    browser.close().await;
}
