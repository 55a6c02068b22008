//! The sample front end in a real browser: the whole story of an account at two sizes, by keyboard alone,
//! and an audit of what people with assistive technology depend on.
//!
//! Each test runs a server of its own. They need Chromium and chromedriver, which `contrib/test browser` installs.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr,
    reason = "tests may fail in any way they like, and say why"
)]

mod browser;
mod http;
mod keys;
mod server;

use std::time::Duration;

use browser::{Browser, Look};
use server::Server;

const PASSWORD: &str = "correct-horse-battery-42";
const NEW_PASSWORD: &str = "another-horse-battery-43";

/// Message ids of the wire contract that the story passes by.
const CODE_SENT: &str = "1080003";
const ADDRESS_VERIFIED: &str = "1080002";
const WRONG_CODE: &str = "4070006";
const SAVED: &str = "1050001";
const SAME_PASSWORD: &str = "4000039";

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a browser: run contrib/test browser"]
async fn an_account_from_sign_up_to_sign_out_at_a_desk() {
    whole_story(Look::Desktop, "ada@example.test").await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a browser: run contrib/test browser"]
async fn an_account_from_sign_up_to_sign_out_on_a_phone() {
    whole_story(Look::Phone, "grace@example.test").await;
}

async fn whole_story(look: Look, email: &str) {
    let server = Server::start();
    let browser = Browser::open(look).await;

    sign_up(&browser, &server, email).await;
    let welcome_code = server.wait_for_message(email, None);

    sign_in(&browser, &server, email).await;
    browser.wait_for_path("/ui/verification").await;
    browser.wait_for_message(CODE_SENT).await;
    browser.audit("verification after a refused sign-in").await;
    let gate_code = server.wait_for_message(email, Some(&welcome_code.id));

    browser.fill("code", &other_code(&gate_code.code)).await;
    browser.press_button("method", "code").await;
    browser.wait_for_message(WRONG_CODE).await;
    browser.audit("verification with a wrong code").await;

    browser.fill("code", &gate_code.code).await;
    browser.press_button("method", "code").await;
    browser.wait_for_message(ADDRESS_VERIFIED).await;
    browser.audit("verified").await;
    browser.click("a#continue").await;
    browser.wait_until_gone_from("/ui/verification").await;

    sign_in(&browser, &server, email).await;
    browser.wait_until_gone_from("/ui/login").await;
    browser.goto(&server.page("")).await;
    assert!(browser.text("#session").await.contains(email), "the start page shows whose session it is");
    browser.audit("start page, signed in").await;

    change_password(&browser).await;
    browser.goto(&server.page("")).await;
    browser.click("#logout").await;
    browser.wait_until_gone("#session").await;
    browser.goto(&server.page("")).await;
    browser.find("a[href=login]").await;
    browser.audit("start page, signed out").await;
    sign_in_with(&browser, &server, email, NEW_PASSWORD).await;
    browser.wait_until_gone_from("/ui/login").await;
    browser.close().await;
}

async fn sign_up(browser: &Browser, server: &Server, email: &str) {
    browser.goto(&server.page("registration")).await;
    browser.fill("traits.email", email).await;
    browser.audit("registration, first step").await;
    browser.press_button("method", "profile").await;
    browser.fill("password", PASSWORD).await;
    browser.find("button[name=screen][value=previous]").await;
    browser.audit("registration, second step").await;
    browser.press_button("method", "password").await;
    browser.wait_until_gone_from("/ui/registration").await;
}

/// From the start page to the settings: the same password is refused, another one is saved.
async fn change_password(browser: &Browser) {
    browser.click("a[href=settings]").await;
    browser.wait_for_path("/ui/settings").await;
    browser.fill("password", PASSWORD).await;
    browser.audit("settings").await;
    browser.press_button("method", "password").await;
    browser.wait_for_message(SAME_PASSWORD).await;
    browser.audit("settings with a password that is the same").await;
    browser.fill("password", NEW_PASSWORD).await;
    browser.press_button("method", "password").await;
    browser.wait_for_message(SAVED).await;
    browser.audit("settings, saved").await;
}

async fn sign_in(browser: &Browser, server: &Server, email: &str) {
    sign_in_with(browser, server, email, PASSWORD).await;
}

async fn sign_in_with(browser: &Browser, server: &Server, email: &str, password: &str) {
    browser.goto(&server.page("login")).await;
    browser.fill("identifier", email).await;
    browser.fill("password", password).await;
    browser.audit("login").await;
    browser.press_button("method", "password").await;
}

/// A code of the same length that is certainly not the right one.
fn other_code(code: &str) -> String {
    code.chars().map(|digit| if digit == '0' { '1' } else { '0' }).collect()
}

const BY_CODE: (&str, &str) = ("SELFSERVICE_METHODS_CODE_PASSWORDLESS_ENABLED", "true");
const IDENTIFIER_FIRST: (&str, &str) = ("SELFSERVICE_FLOWS_LOGIN_STYLE", "identifier_first");

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a browser: run contrib/test browser"]
async fn an_account_without_a_password_at_a_desk() {
    story_without_a_password(Look::Desktop, "ada@example.test").await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a browser: run contrib/test browser"]
async fn an_account_without_a_password_on_a_phone() {
    story_without_a_password(Look::Phone, "grace@example.test").await;
}

/// Sign-up by code with a second letter, then sign-in with the identifier first.
async fn story_without_a_password(look: Look, email: &str) {
    let server = Server::start_with(&[BY_CODE, IDENTIFIER_FIRST]);
    let browser = Browser::open(look).await;

    browser.goto(&server.page("registration")).await;
    browser.fill("traits.email", email).await;
    browser.press_button("method", "profile").await;
    browser.find("input[name=password]").await;
    browser.press_button("method", "code").await;
    browser.wait_for_message("1040005").await;
    browser.audit("registration, code on its way").await;
    let first = server.wait_for_message(email, None);
    browser.press_button("resend", "code").await;
    let second = server.wait_for_message(email, Some(&first.id));
    browser.wait_for_message("1040005").await;
    browser.find("button[name=screen][value=credential-selection]").await;
    browser.fill("code", &other_code(&second.code)).await;
    browser.press_button("method", "code").await;
    browser.wait_for_message("4040003").await;
    browser.audit("registration with a wrong code").await;
    browser.fill("code", &second.code).await;
    browser.press_button("method", "code").await;
    browser.wait_until_gone_from("/ui/registration").await;

    browser.goto(&server.page("login")).await;
    browser.wait_for_focus("identifier").await;
    browser.audit("login, identifier first").await;
    browser.type_text(&format!("{email}\n")).await;
    browser.wait_for_message("1010014").await;
    browser.wait_for_focus("code").await;
    browser.audit("login, code on its way").await;
    let third = server.wait_for_message(email, Some(&second.id));
    browser.type_text(&format!("{}\n", other_code(&third.code))).await;
    browser.wait_for_message("4010008").await;
    browser.audit("login with a wrong code").await;
    browser.press_button("resend", "code").await;
    browser.wait_for_message("1010014").await;
    let fourth = server.wait_for_message(email, Some(&third.id));
    browser.wait_for_focus("code").await;
    browser.type_text(&format!("{}\n", fourth.code)).await;
    browser.wait_until_gone_from("/ui/login").await;
    browser.goto(&server.page("")).await;
    assert!(browser.text("#session").await.contains(email), "the start page shows whose session it is");
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a browser: run contrib/test browser"]
async fn a_code_beside_a_password_on_one_screen_and_on_two() {
    for settings in [&[BY_CODE][..], &[BY_CODE, IDENTIFIER_FIRST]] {
        let server = Server::start_with(settings);
        let browser = Browser::open(Look::Desktop).await;
        let email = "ada@example.test";
        server.register_natively(email, PASSWORD);
        let welcome = server.wait_for_message(email, None);
        browser.goto(&server.page("login")).await;
        browser.fill("identifier", email).await;
        if settings.contains(&IDENTIFIER_FIRST) {
            browser.press_button("method", "identifier_first").await;
        }
        browser.find("input[name=password]").await;
        browser.audit("login by password or code").await;
        // The password is not asked of somebody who wants a code.
        browser.press_button("method", "code").await;
        browser.wait_for_message("1010014").await;
        let letter = server.wait_for_message(email, Some(&welcome.id));
        browser.fill("code", &letter.code).await;
        browser.press_button("method", "code").await;
        browser.wait_until_gone_from("/ui/login").await;
        browser.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a browser: run contrib/test browser"]
async fn everything_can_be_reached_and_done_by_keyboard() {
    let server = Server::start();
    let browser = Browser::open(Look::Desktop).await;

    browser.goto(&server.page("registration")).await;
    browser.wait_for_focus("traits.email").await;
    browser.assert_tab_order_is_document_order().await;
    browser.goto(&server.page("registration")).await;
    browser.wait_for_focus("traits.email").await;
    browser.type_text("keys@example.test\n").await;
    browser.wait_for_focus("password").await;
    browser.type_text(PASSWORD).await;
    browser.type_text("\n").await;
    browser.wait_until_gone_from("/ui/registration").await;

    browser.goto(&server.page("login")).await;
    browser.wait_for_focus("identifier").await;
    browser.type_text("keys@example.test\t").await;
    browser.wait_for_focus("password").await;
    browser.type_text("not-the-password\n").await;
    browser.wait_for_focused_error().await;
    assert_eq!(
        browser.value("identifier").await,
        "keys@example.test",
        "a refused sign-in keeps the identifier"
    );
    browser.assert_tab_order_is_document_order().await;
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a browser: run contrib/test browser"]
async fn a_refused_field_takes_the_focus_and_says_why() {
    let server = Server::start();
    let browser = Browser::open(Look::Desktop).await;
    browser.goto(&server.page("registration")).await;
    browser.fill("traits.email", "not-an-address").await;
    browser.switch_off_form_checks().await;
    browser.press_button("method", "profile").await;
    browser.find("[name='traits.email'][aria-invalid=true]").await;
    browser.wait_for_focus("traits.email").await;
    browser.audit("registration with a refused address").await;
    assert!(browser.title().await.starts_with("Error"), "the title tells that something went wrong");
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a browser: run contrib/test browser"]
async fn a_form_that_is_no_longer_there_is_replaced_with_a_note() {
    let server = Server::start();
    let browser = Browser::open(Look::Desktop).await;
    let stale = "00000000-0000-4000-8000-000000000000";
    browser.goto(&server.page(&format!("login?flow={stale}"))).await;
    browser.find("input[name=identifier]").await;
    assert!(!browser.url().await.contains(stale), "a new flow took the place of the unknown one");
    assert!(!browser.text("p.note").await.is_empty(), "a note says that the form was started anew");
    browser.goto(&server.page(&format!("error?id={stale}"))).await;
    browser.find("p.note.error").await;
    browser.audit("error page").await;
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a browser: run contrib/test browser"]
async fn the_inbox_shows_a_new_code_by_itself() {
    let server = Server::start();
    let browser = Browser::open(Look::Desktop).await;
    browser.goto(&server.inbox_page()).await;
    browser.find("#empty:not([hidden])").await;
    server.register_natively("inbox@example.test", PASSWORD);
    let sent = server.wait_for_message("inbox@example.test", None);
    let shown = browser.find_within(".code output", Duration::from_secs(20)).await;
    assert_eq!(shown.text().await.expect("the code has a text"), sent.code);
    browser.audit("inbox").await;
    browser.click("#clear").await;
    browser.find("#empty:not([hidden])").await;
    browser.close().await;
}
