//! Who is logged in, logging out, and the page of errors.

use std::time::Duration;

use actix_web::{http::header, test::TestRequest};
use serde_json::json;

use crate::{
    database::TestDatabase,
    for_all,
    harness::{Kind, TestApp, people::PASSWORD},
};

const ADA: &str = "ada@example.test";

async fn app_with_ada(database: TestDatabase) -> TestApp {
    let app = TestApp::builder(database).build().await;
    app.client(Kind::Native).sign_up(ADA).await.done();
    app
}

for_all!(whoami_tells_who_and_nothing_secret);
async fn whoami_tells_who_and_nothing_secret(database: TestDatabase, kind: Kind) {
    let app = app_with_ada(database).await;
    let client = app.client(kind);
    let nobody = client.whoami().await.expect(401);
    assert_eq!(nobody.json()["error"]["code"], 401);
    client.log_in(ADA, PASSWORD).await.done();
    let answer = client.whoami().await.expect(200);
    let body = answer.json();
    assert_eq!(answer.header("x-kratos-authenticated-identity-id"), body["identity"]["id"].as_str());
    assert_eq!((&body["active"], &body["identity"]["schema_id"]), (&json!(true), &json!("email")));
    for secret in ["$2a$", "$2b$", "hash", "token", "credentials", "metadata_admin"] {
        assert!(!answer.text().contains(secret), "{secret}");
    }
}

for_all!(sec_38_a_session_ends_by_itself);
async fn sec_38_a_session_ends_by_itself(database: TestDatabase, kind: Kind) {
    let app = app_with_ada(database).await;
    let client = app.client(kind);
    client.log_in(ADA, PASSWORD).await.done();
    app.advance(Duration::from_secs(24 * 3600 - 1));
    assert!(client.is_logged_in().await);
    app.advance(Duration::from_secs(1));
    assert!(!client.is_logged_in().await);
}

for_all!(sec_39_logging_out_ends_the_session_at_once);
async fn sec_39_logging_out_ends_the_session_at_once(database: TestDatabase, kind: Kind) {
    let app = app_with_ada(database).await;
    let (client, other) = (app.client(kind), app.client(kind));
    client.log_in(ADA, PASSWORD).await.done();
    other.log_in(ADA, PASSWORD).await.done();
    let (cookies, token) = (client.cookies.borrow().clone(), client.token.borrow().clone());
    match kind {
        Kind::Native => {
            let body = json!({ "session_token": token }).to_string();
            let request = TestRequest::delete()
                .uri("/self-service/logout/api")
                .insert_header((header::CONTENT_TYPE, "application/json"))
                .set_payload(body);
            client.ask(request).await.expect(204);
        }
        Kind::Browser | Kind::Spa => {
            let ticket = client.get_json("/self-service/logout/browser").await.expect(200).json();
            let url = ticket["logout_url"].as_str().unwrap().to_owned();
            let path = url.strip_prefix("https://id.example.test").unwrap();
            let stolen = other.get_json(&path.replace("token=", "token=x")).await;
            assert_eq!(stolen.status, 403, "another token ends nothing");
            assert!(other.is_logged_in().await);
            let answer = client.get(path).await;
            match kind {
                Kind::Browser => assert_eq!(answer.expect(303).location(), "https://app.example.test/home"),
                Kind::Spa | Kind::Native => drop(answer.expect(204)),
            }
            assert!(!client.cookies.borrow().contains_key("ory_kratos_session"));
        }
    }
    // Also for whoever kept a copy.
    *client.cookies.borrow_mut() = cookies;
    *client.token.borrow_mut() = token;
    assert!(!client.is_logged_in().await);
    assert!(other.is_logged_in().await, "the other session stays");
}

for_all!(logging_out_twice_is_told);
async fn logging_out_twice_is_told(database: TestDatabase, kind: Kind) {
    let app = app_with_ada(database).await;
    let client = app.client(kind);
    match kind {
        Kind::Native => {
            let body = json!({ "session_token": "ory_st_unknown" }).to_string();
            let request = TestRequest::delete()
                .uri("/self-service/logout/api")
                .insert_header((header::CONTENT_TYPE, "application/json"))
                .set_payload(body);
            client.ask(request).await.expect(403);
        }
        Kind::Browser | Kind::Spa => {
            let answer = client.get_json("/self-service/logout/browser").await.expect(401);
            assert_eq!(answer.error_id(), "session_inactive");
        }
    }
}

for_all!(sec_44_cookies_are_out_of_reach_for_scripts_and_plain_http);
async fn sec_44_cookies_are_out_of_reach_for_scripts_and_plain_http(database: TestDatabase, kind: Kind) {
    let app = app_with_ada(database).await;
    let client = app.client(kind);
    let flow = client.open("login").await;
    let answer = client.post(&flow, crate::harness::people::credentials(ADA, PASSWORD)).await;
    let lines: Vec<&str> =
        answer.headers.get_all(header::SET_COOKIE).map(|line| line.to_str().unwrap()).collect();
    assert_eq!(lines.is_empty(), kind == Kind::Native, "{lines:?}");
    for line in lines {
        assert!(line.len() < 4096 && line.contains("HttpOnly") && line.contains("SameSite="), "{line}");
        assert!(line.contains("Path=/"), "{line}");
    }
}

for_all!(an_error_page_reads_its_error);
async fn an_error_page_reads_its_error(database: TestDatabase, kind: Kind) {
    let app = app_with_ada(database).await;
    let client = app.client(kind);
    let query = "?return_to=https%3A%2F%2Fevil.example%2F";
    let answer = client.init("login", query).await;
    match kind {
        Kind::Browser => {
            let url = answer.expect(303).location();
            let id = url.strip_prefix("https://app.example.test/error?id=").unwrap();
            let kept = client.get_json(&format!("/self-service/errors?id={id}")).await.expect(200).json();
            assert_eq!(kept["error"]["id"], "self_service_flow_return_to_forbidden");
        }
        Kind::Spa | Kind::Native => {
            assert_eq!(answer.error_id(), "self_service_flow_return_to_forbidden");
        }
    }
    client.get_json("/self-service/errors?id=stub:500").await.expect(200);
    client.get_json("/self-service/errors?id=00000000-0000-4000-8000-000000000000").await.expect(404);
    client.get_json("/self-service/errors?id=x").await.expect(404);
    client.get_json("/self-service/errors").await.expect(404);
}

for_all!(codes_that_nobody_was_given_are_exchanged_for_nothing);
async fn codes_that_nobody_was_given_are_exchanged_for_nothing(database: TestDatabase, kind: Kind) {
    let app = TestApp::builder(database).build().await;
    let client = app.client(kind);
    for (query, status) in [
        ("", 400),
        ("?init_code=x", 400),
        ("?return_to_code=x", 400),
        ("?init_code=&return_to_code=", 400),
        ("?init_code=x&return_to_code=y", 404),
    ] {
        client.get_json(&format!("/sessions/token-exchange{query}")).await.expect(status);
    }
    client.open_with("login", "?return_session_token_exchange_code=true").await;
}
