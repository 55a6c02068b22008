//! Administrators: identities and the messages of the courier.

use std::{sync::Arc, time::Duration};

use actix_web::{
    http::{Method, header},
    test::TestRequest,
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use futures_util::future::join_all;
use serde_json::{Value, json};
use zelos::runtime;

use crate::{
    database::TestDatabase,
    harness::{Kind, TestApp, configuration, people::PASSWORD},
    on_each,
};

const ADA: &str = "ada@example.test";
const BOB: &str = "bob@example.test";

fn path(identity: &Value) -> String {
    format!("/admin/identities/{}", identity["id"].as_str().unwrap())
}

async fn app(database: TestDatabase) -> TestApp {
    TestApp::builder(database).build().await
}

on_each!(imported_hashes_log_in);
async fn imported_hashes_log_in(database: TestDatabase) {
    let app = app(database).await;
    let password = "corréct horse 7";
    for (n, hash) in [
        "$2b$04$abcdefghijklmnopqrstuuwUmHU9FsUjOhJx5p.66foxAvi0fq/XS",
        "$md5-crypt$saltsalt$8SCQkvROj7HYfgO6DDxEh/",
        "$pbkdf2-sha1$i=1000,l=20$MDEyMzQ1Njc4OWFiY2RlZg$l5yr0UT0Iu2ztOUJtvVwxW+Z6PU",
        "$scrypt$ln=1024,r=8,p=2$MDEyMzQ1Njc4OWFiY2RlZg==$c9JwqNkzBlCMOEMf2FbshU4UYHGqLjyjxND0OLn9Zo0=",
        "{SSHA}xwvqCXcyyvK2AtDpxdq075qnW6IwMTIzNDU2Nzg5YWJjZGVm",
        "$md5$zr7MBbZbt8VEr/mhrJUBng==",
    ]
    .into_iter()
    .enumerate()
    {
        let email = format!("n{n}@example.test");
        let body = json!({
            "traits": { "email": email },
            "credentials": { "password": { "config": { "hashed_password": hash } } },
        });
        let answer = app.admin(Method::POST, "/admin/identities", body).await.expect(201);
        assert!(!answer.text().contains(hash), "the answer does not repeat it");
        app.client(Kind::Native).log_in(&email, password).await.done();
        assert!(!app.client(Kind::Native).log_in(&email, "corréct horse 8").await.is_done(), "{hash}");
    }
}

on_each!(a_conflict_does_not_tell_with_what);
async fn a_conflict_does_not_tell_with_what(database: TestDatabase) {
    let app = app(database).await;
    let first = json!({ "traits": { "email": ADA }, "external_id": "crm-1" });
    app.admin(Method::POST, "/admin/identities", first).await.expect(201);
    let by_name = json!({ "traits": { "email": ADA } });
    let by_external_id = json!({ "traits": { "email": BOB }, "external_id": "crm-1" });
    let one = app.admin(Method::POST, "/admin/identities", by_name).await.expect(409);
    let other = app.admin(Method::POST, "/identities", by_external_id).await.expect(409);
    assert_eq!(one.text(), other.text());

    let bob = app.create(BOB, PASSWORD).await;
    let taken = json!({ "traits": { "email": ADA } });
    app.admin(Method::PUT, &path(&bob), taken).await.expect(409);
    let kept = app.admin_get(&path(&bob)).await.expect(200).json();
    assert_eq!(kept["traits"]["email"], BOB, "a change that fails changes nothing");
}

on_each!(changes_at_the_same_time_are_all_made);
async fn changes_at_the_same_time_are_all_made(database: TestDatabase) {
    let app = app(database).await;
    let path = path(&app.create(ADA, PASSWORD).await);
    let empty = json!([{ "op": "add", "path": "/metadata_admin", "value": {} }]);
    app.admin(Method::PATCH, &path, empty).await.expect(200);
    let patch = |n: usize| {
        let patch = json!([{ "op": "add", "path": format!("/metadata_admin/{n}"), "value": n }]);
        app.admin(Method::PATCH, &path, patch)
    };
    let answers = join_all((0..4).map(patch)).await;
    assert!(answers.iter().all(|answer| answer.status == 200), "{answers:?}");
    let made = app.admin_get(&path).await.json();
    assert_eq!(made["metadata_admin"].as_object().unwrap().len(), 4);
}

on_each!(whoever_is_inactive_neither_logs_in_nor_stays_in);
async fn whoever_is_inactive_neither_logs_in_nor_stays_in(database: TestDatabase) {
    let app = app(database).await;
    let path = path(&app.create(ADA, PASSWORD).await);
    let client = app.client(Kind::Native);
    client.log_in(ADA, PASSWORD).await.done();
    let state = |state: &str| json!([{ "op": "replace", "path": "/state", "value": state }]);
    app.admin(Method::PATCH, &path, state("inactive")).await.expect(200);
    assert!(!client.is_logged_in().await);
    assert!(!client.another().log_in(ADA, PASSWORD).await.is_done());
    app.admin(Method::PATCH, &path, state("active")).await.expect(200);
    assert!(client.is_logged_in().await, "sessions come back to life (02 §7.6)");
}

on_each!(who_is_deleted_is_gone_and_the_name_is_free);
async fn who_is_deleted_is_gone_and_the_name_is_free(database: TestDatabase) {
    let app = app(database).await;
    let path = path(&app.create(ADA, PASSWORD).await);
    let client = app.client(Kind::Native);
    client.log_in(ADA, PASSWORD).await.done();
    app.admin(Method::DELETE, &path, Value::Null).await.expect(204);
    assert!(!client.is_logged_in().await);
    for method in [Method::GET, Method::DELETE] {
        app.admin(method, &path, Value::Null).await.expect(404);
    }
    app.admin(Method::PUT, &path, json!({ "traits": {} })).await.expect(404);
    app.create(ADA, PASSWORD).await;
}

on_each!(a_new_address_is_the_new_login_name_and_not_verified);
async fn a_new_address_is_the_new_login_name_and_not_verified(database: TestDatabase) {
    let app = app(database).await;
    let verified = json!([{ "value": ADA, "via": "email", "verified": true }]);
    let body = json!({
        "traits": { "email": ADA },
        "verifiable_addresses": verified,
        "credentials": { "password": { "config": { "password": PASSWORD } } },
    });
    let ada = app.admin(Method::POST, "/admin/identities", body).await.expect(201).json();
    assert!(app.is_verified(ADA).await);
    let patch = json!([{ "op": "replace", "path": "/traits/email", "value": BOB }]);
    app.admin(Method::PATCH, &path(&ada), patch).await.expect(200);
    assert!(!app.is_verified(BOB).await);
    assert!(!app.client(Kind::Native).log_in(ADA, PASSWORD).await.is_done());
    app.client(Kind::Native).log_in(BOB, PASSWORD).await.done();
    assert_eq!(app.mailbox().await.len(), 0, "administrators' changes send nothing");
}

on_each!(a_password_is_set_without_being_told);
async fn a_password_is_set_without_being_told(database: TestDatabase) {
    let app = app(database).await;
    let path = path(&app.create(ADA, "the old password").await);
    let body = json!({
        "traits": { "email": ADA },
        "credentials": { "password": { "config": { "password": PASSWORD } } },
    });
    let answer = app.admin(Method::PUT, &path, body).await.expect(200);
    assert!(!answer.text().contains("$2"));
    assert!(!app.client(Kind::Native).log_in(ADA, "the old password").await.is_done());
    app.client(Kind::Native).log_in(ADA, PASSWORD).await.done();
    let shown = app.admin_get(&format!("{path}?include_credential=password")).await.json();
    let hash = shown["credentials"]["password"]["config"]["hashed_password"].as_str().unwrap();
    assert!(hash.starts_with("$2"));
}

on_each!(bad_bodies_are_refused_and_nothing_breaks);
async fn bad_bodies_are_refused_and_nothing_breaks(database: TestDatabase) {
    let document = json!({ "type": "object", "properties": { "traits": { "type": "object", "properties": {
        "name": { "type": "string", "ory.sh/kratos": { "credentials": { "password": { "identifier": true } } } },
    } } } });
    let url = format!("base64://{}", STANDARD.encode(document.to_string()));
    let schemas = json!({ "identity": { "schemas": [
        { "id": "email", "url": "preset://email" }, { "id": "long", "url": url },
    ] } });
    let app = TestApp::builder(database).config(&schemas.to_string()).build().await;
    let path = path(&app.create(ADA, PASSWORD).await);
    let deep = "[".repeat(100_000);
    let nul = r#"{"traits":{"email":"a\u0000@example.test"}}"#;
    let long = json!({ "traits": { "email": BOB }, "credentials": { "password": { "config": {
        "password": "x".repeat(2000) } } } });
    let fat = "$argon2id$v=19$m=4294967295,t=1,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4";
    let costly = json!({ "traits": { "email": BOB }, "credentials": { "password": { "config": {
        "hashed_password": fat } } } });
    for body in ["", "{", "null", "[]", "7", &deep, nul, &long.to_string(), &costly.to_string(), "\u{feff}{}"]
    {
        for (method, path) in [
            (Method::POST, "/admin/identities"),
            (Method::PUT, path.as_str()),
            (Method::PATCH, path.as_str()),
        ] {
            let is_empty_patch = method == Method::PATCH && body == "[]";
            let request =
                TestRequest::default().method(method.clone()).uri(path).set_payload(body.to_owned());
            let answer = app.ask_admin(request).await;
            let expected = if is_empty_patch { 200 } else { 400 };
            let start: String = body.chars().take(40).collect();
            assert_eq!(answer.status, expected, "{method} {start}: {}", answer.text());
        }
    }
    app.client(Kind::Native).log_in(ADA, PASSWORD).await.done();

    let endless: String = (0..3000).map(|n| char::from(b'a' + u8::try_from(n * n % 23).unwrap())).collect();
    for body in [
        json!({ "traits": { "email": BOB }, "external_id": endless }),
        json!({ "schema_id": "long", "traits": { "name": endless } }),
    ] {
        app.admin(Method::POST, "/admin/identities", body).await.expect(400);
    }
}

on_each!(the_list_is_walked_through_by_its_links);
async fn the_list_is_walked_through_by_its_links(database: TestDatabase) {
    let app = app(database).await;
    let mut expected = Vec::new();
    for n in 0..5 {
        expected.push(app.create(&format!("n{n}@example.test"), PASSWORD).await["id"].clone());
    }
    expected.sort_by_key(ToString::to_string);
    let (mut found, mut next) = (Vec::new(), Some("/admin/identities?page_size=2".to_owned()));
    while let Some(path) = next {
        let answer = app.admin_get(&path).await.expect(200);
        let page = answer.json();
        assert!(page.as_array().unwrap().len() <= 2);
        found.extend(page.as_array().unwrap().iter().map(|identity| identity["id"].clone()));
        let link = answer.header("link").unwrap().to_owned();
        let link = link.split(',').find(|link| link.ends_with("rel=\"next\"")).map(str::to_owned);
        next = link.map(|link| link.split(['<', '>']).nth(1).unwrap().to_owned());
    }
    assert_eq!(found, expected);

    let legacy = app.admin_get("/admin/identities?page=2&per_page=2").await.expect(200);
    assert_eq!((legacy.header("x-total-count"), legacy.json().as_array().unwrap().len()), (Some("5"), 1));
}

on_each!(hostile_queries_find_nothing);
async fn hostile_queries_find_nothing(database: TestDatabase) {
    let app = app(database).await;
    app.create(ADA, PASSWORD).await;
    for query in [
        "credentials_identifier=%25",
        "preview_credentials_identifier_similar=%25",
        "preview_credentials_identifier_similar=_da",
        "credentials_identifier=ada%40example.test'%20OR%201=1--",
    ] {
        let found = app.admin_get(&format!("/admin/identities?{query}")).await.expect(200);
        assert_eq!(found.json(), json!([]), "{query}");
    }
    app.admin_get("/admin/identities?credentials_identifier=%00").await.expect(400);
    let found = app.admin_get("/admin/identities?preview_credentials_identifier_similar=AD").await;
    assert_eq!(found.json()[0]["credentials"]["password"]["identifiers"], json!([ADA]));
}

on_each!(every_path_stands_with_and_without_its_prefix);
async fn every_path_stands_with_and_without_its_prefix(database: TestDatabase) {
    let app = app(database).await;
    let id = app.create(ADA, PASSWORD).await["id"].as_str().unwrap().to_owned();
    for path in [
        "/identities".to_owned(),
        format!("/identities/{id}"),
        "/courier/messages".to_owned(),
        "/health/alive".to_owned(),
        "/health/ready".to_owned(),
        "/version".to_owned(),
        "/metrics/prometheus".to_owned(),
    ] {
        let (bare, prefixed) = (app.admin_get(&path).await, app.admin_get(&format!("/admin{path}")).await);
        assert_eq!((bare.status, prefixed.status), (200, 200), "{path}");
    }
    let public = app.admin_get("/self-service/errors?id=a%20b").await.expect(307);
    assert_eq!(public.location(), "https://id.example.test/self-service/errors?id=a%20b");
    let request = TestRequest::get().uri("/identities/by/external/x%2Fy?include_credential=code");
    let admin = app.ask(request.insert_header((header::ACCEPT, "application/json"))).await.expect(307);
    assert_eq!(
        admin.location(),
        "https://admin.example.test/admin/identities/by/external/x%2Fy?include_credential=code"
    );
}

on_each!(words_of_messages_are_shown_in_development_only);
async fn words_of_messages_are_shown_in_development_only(database: TestDatabase) {
    let app = app(database).await;
    for email in [ADA, BOB] {
        app.client(Kind::Native).sign_up(email).await.done();
    }
    let all = app.admin_get("/admin/courier/messages").await.expect(200).json();
    let recipients = |list: &Value| -> Vec<Value> {
        list.as_array().unwrap().iter().map(|message| message["recipient"].clone()).collect()
    };
    assert_eq!(recipients(&all).len(), 2);
    let mails = app.mailbox().await;
    let code = mails.iter().find(|mail| mail.letter.to == ADA).unwrap().code();
    let to_ada = app.admin_get("/admin/courier/messages?recipient=ada%40example.test").await.json();
    assert_eq!(recipients(&to_ada), [ADA]);
    assert!(to_ada[0]["body"].as_str().unwrap().contains(&code));

    let mut config = (*configuration(&[])).clone();
    config.dev = false;
    let snapshot = runtime::build(Arc::new(config), Arc::clone(&app.keys), &app.outside).await.unwrap();
    app.live.replace(snapshot);
    let one = format!("/admin/courier/messages/{}", to_ada[0]["id"].as_str().unwrap());
    for path in [one.as_str(), "/admin/courier/messages?status=queued"] {
        let answer = app.admin_get(path).await.expect(200);
        assert!(answer.text().contains("redacted-unless-dev-mode"), "{path}");
        assert!(!answer.text().contains(&code), "{path}");
    }
    for (path, status) in [
        ("/admin/courier/messages?status=lost", 400),
        ("/admin/courier/messages?page_token=x", 400),
        ("/admin/courier/messages/x", 400),
        ("/admin/courier/messages/11111111-1111-4111-8111-111111111111", 404),
    ] {
        app.admin_get(path).await.expect(status);
    }
}

on_each!(page_tokens_last_an_hour);
async fn page_tokens_last_an_hour(database: TestDatabase) {
    let app = app(database).await;
    for n in 0..3 {
        app.advance(Duration::from_secs(1));
        app.client(Kind::Native).sign_up(&format!("n{n}@example.test")).await.done();
    }
    let next = async |path: &str| {
        let page = app.admin_get(path).await.expect(200);
        let links = page.header("link").unwrap().to_owned();
        let next = links.split(',').find(|link| link.ends_with("rel=\"next\""));
        (
            page.json()[0]["recipient"].clone(),
            next.map(|link| link[1..].split('>').next().unwrap().to_owned()),
        )
    };
    let (mut seen, mut path) = (Vec::new(), Some("/admin/courier/messages?page_size=1".to_owned()));
    let mut second = String::new();
    while let Some(page) = path {
        let (recipient, following) = next(&page).await;
        if seen.is_empty() {
            second = following.clone().unwrap();
        }
        seen.push(recipient);
        path = following;
    }
    assert_eq!(seen, ["n2@example.test", "n1@example.test", "n0@example.test"]);
    let token = second.split("page_token=").nth(1).unwrap().to_owned();
    let sessions = app.admin_get(&format!("/admin/sessions?page_token={token}")).await;
    assert_eq!(sessions.status, 400, "it is for its own list");
    app.admin_get(&second.replace("page_token=v1", "page_token=v2")).await.expect(400);
    app.admin_get(&second[..second.len() - 2]).await.expect(400);
    app.advance(Duration::from_secs(3600));
    app.admin_get(&second).await.expect(200);
    app.advance(Duration::from_secs(1));
    app.admin_get(&second).await.expect(400);
}
