//! Bad input: an exact answer, never a fault of ours, nothing half written.

use actix_web::{
    http::{Method, header},
    test::TestRequest,
};
use serde_json::json;
use zelos::store::{Flows as _, Identities as _, IdentityFilter};

use crate::{
    database::TestDatabase,
    for_all,
    harness::{
        Client, Flow, Kind, TestApp,
        people::{PASSWORD, account},
    },
    on_each,
};

const ADA: &str = "ada@example.test";
const UNIFIED: &str = "selfservice: { flows: { registration: { style: unified } } }";
const NAMES: [&str; 3] = ["login", "registration", "verification"];

/// How much there is: identities and letters.
async fn stock(app: &TestApp) -> (u64, usize) {
    let count = app.store.read(|reader| reader.count_identities(&IdentityFilter::All)).await.unwrap();
    (count, app.mailbox().await.len())
}

/// Sends a body as it is.
async fn send(client: &Client<'_>, flow: &Flow, content_type: &str, body: Vec<u8>) -> (u16, String) {
    let path = format!("/self-service/{}?flow={}", flow.name, flow.id());
    let request = TestRequest::post()
        .uri(&path)
        .insert_header((header::CONTENT_TYPE, content_type.to_owned()))
        .insert_header(("X-CSRF-Token", "x"))
        .set_payload(body);
    let answer = client.ask(request).await;
    (answer.status, answer.text())
}

fn bodies() -> Vec<(&'static str, Vec<u8>)> {
    let (json, form) = ("application/json", "application/x-www-form-urlencoded");
    let deep = "[".repeat(100_000);
    vec![
        (json, b"".to_vec()),
        (json, b"{".to_vec()),
        (json, b"null".to_vec()),
        (json, b"[]".to_vec()),
        (json, b"\"text\"".to_vec()),
        (json, b"{\"method\":\"password\",\"password\":\"a\\u0000b\"}".to_vec()),
        (json, b"{\"method\":\"password\",\"identifier\":\"\xff\xfe\"}".to_vec()),
        (json, b"{\"method\":\"\\ud800\"}".to_vec()),
        (json, deep.into_bytes()),
        (json, format!("{{\"a\":{}1{}}}", "[".repeat(200), "]".repeat(200)).into_bytes()),
        (json, format!("[{}1]", "1,".repeat(200_000)).into_bytes()),
        (form, b"%".to_vec()),
        (form, b"method=%ff%fe".to_vec()),
        (form, b"method=%00".to_vec()),
        (form, "a=1&".repeat(10_000).into_bytes()),
        ("text/plain", b"method=password".to_vec()),
        ("", b"method=password".to_vec()),
        ("multipart/form-data", b"--x\r\n".to_vec()),
        ("multipart/form-data; boundary=x", b"--x\r\nnothing".to_vec()),
    ]
}

for_all!(bodies_that_cannot_be_read_are_told_on_the_form);
async fn bodies_that_cannot_be_read_are_told_on_the_form(database: TestDatabase, kind: Kind) {
    let app = TestApp::builder(database).build().await;
    let client = app.client(kind);
    for name in NAMES {
        let flow = client.open(name).await;
        for (content_type, body) in bodies() {
            let shown = String::from_utf8_lossy(&body[..body.len().min(60)]).into_owned();
            let (status, text) = send(&client, &flow, content_type, body).await;
            let expected: &[u16] = match kind {
                Kind::Browser => &[302, 303, 400],
                Kind::Spa | Kind::Native => &[400],
            };
            assert!(expected.contains(&status), "{name} {content_type} {shown}: {status} {text}");
        }
        // The flow lives on and says what was wrong with the last one.
        let after = client.fetch(name, flow.id()).await;
        assert_eq!(after.messages(), ["4000001"], "{name}");
    }
    assert_eq!(stock(&app).await, (0, 0));
}

for_all!(oversized_bodies_are_refused);
async fn oversized_bodies_are_refused(database: TestDatabase, kind: Kind) {
    let app = TestApp::builder(database).build().await;
    let client = app.client(kind);
    for name in NAMES {
        let flow = client.open(name).await;
        let body = format!("{{\"method\":\"{}\"}}", "x".repeat(5 * 1024 * 1024)).into_bytes();
        let (status, text) = send(&client, &flow, "application/json", body).await;
        assert_eq!(status, 400, "{name}: {text}");
        assert!(text.contains("larger than 5 MiB"), "{name}: {text}");
        assert_eq!(client.fetch(name, flow.id()).await.messages(), Vec::<String>::new());
    }
}

for_all!(values_of_the_wrong_type_are_refused);
async fn values_of_the_wrong_type_are_refused(database: TestDatabase, kind: Kind) {
    let app = TestApp::builder(database).config(UNIFIED).build().await;
    let client = app.client(kind);
    let odd = [json!(null), json!(true), json!(1e308), json!([]), json!({}), json!({ "a": [1] }), json!("")];
    for value in &odd {
        for (name, fields) in [
            ("login", json!({ "method": "password", "identifier": value, "password": value })),
            ("login", json!({ "method": value, "identifier": "a", "password": "b" })),
            ("registration", json!({ "method": "password", "password": value, "traits": value })),
            ("registration", json!({ "method": "profile", "screen": value, "traits": value })),
            ("registration", json!({ "method": "password", "password": "b", "traits": { "email": value } })),
            ("verification", json!({ "method": "code", "email": value })),
            ("verification", json!({ "method": "link", "token": value })),
            ("verification", json!({ "method": value, "email": "a@example.test" })),
        ] {
            let flow = client.open(name).await;
            let path = format!("/self-service/{name}?flow={}", flow.id());
            let mut fields = fields;
            fields["csrf_token"] = flow.value("csrf_token").cloned().unwrap_or_default();
            let request = TestRequest::post()
                .uri(&path)
                .insert_header((header::CONTENT_TYPE, "application/json"))
                .set_payload(fields.to_string());
            let answer = client.ask(request).await;
            // What reads like a text is taken as one; nobody has such an address.
            let text = value.is_boolean() || value.is_number();
            let expected = if text && fields["email"] == *value { 200 } else { 400 };
            assert_eq!(answer.status, expected, "{name} {fields}: {}", answer.text());
        }
    }
    assert_eq!(stock(&app).await.0, 0);
}

for_all!(ids_that_are_none_of_ours_are_not_found);
async fn ids_that_are_none_of_ours_are_not_found(database: TestDatabase, kind: Kind) {
    let app = TestApp::builder(database).build().await;
    let client = app.client(kind);
    let long = "a".repeat(5000);
    let ids = [
        "",
        "x",
        "00000000-0000-4000-8000-000000000000",
        "'%20OR%201=1--",
        "%00",
        "..%2f..%2fetc",
        "%F0%9F%92%A9",
        &long,
    ];
    for name in NAMES {
        for id in ids {
            let read = client.get_json(&format!("/self-service/{name}/flows?id={id}")).await;
            assert!([400, 404].contains(&read.status), "{name} {id}: {} {}", read.status, read.text());
            let request = TestRequest::post()
                .uri(&format!("/self-service/{name}?flow={id}"))
                .insert_header((header::CONTENT_TYPE, "application/json"))
                .set_payload("{\"method\":\"password\"}");
            let sent = client.ask(request).await;
            assert!([400, 404, 303].contains(&sent.status), "{name} {id}: {} {}", sent.status, sent.text());
        }
    }
    // A flow of another kind is none of this kind.
    let login = client.open("login").await;
    let other = client.get_json(&format!("/self-service/registration/flows?id={}", login.id())).await;
    assert_eq!(other.status, 404);
    let crossed = Flow { name: "verification", json: login.json.clone() };
    let answer = client.post(&crossed, json!({ "method": "code", "email": "a@example.test" })).await;
    assert!([303, 404].contains(&answer.status), "{} {}", answer.status, answer.text());
}

on_each!(hostile_cookies_and_headers_are_passed_over);
async fn hostile_cookies_and_headers_are_passed_over(database: TestDatabase) {
    let app = TestApp::builder(database).build().await;
    let long = "A".repeat(8000);
    for cookie in [
        "ory_kratos_session=",
        "ory_kratos_session=%00; csrf_token=",
        &format!("ory_kratos_session={long}"),
        "=;=;;;=",
        "a; b; c",
        &"a=b;".repeat(500),
        "ory_kratos_session=\"quoted\"; ory_kratos_session=again",
    ] {
        for path in ["/sessions/whoami", "/self-service/login/browser", "/self-service/logout/browser"] {
            let request = TestRequest::get()
                .uri(path)
                .insert_header((header::COOKIE, cookie))
                .insert_header((header::ACCEPT, "application/json"));
            let answer = app.ask(request).await;
            let expected = if path.contains("login") { 200 } else { 401 };
            assert_eq!(answer.status, expected, "{path} {cookie}: {}", answer.text());
        }
    }
    for (name, value) in [
        ("X-Session-Token", "' OR 1=1 --"),
        ("X-Session-Token", long.as_str()),
        ("Authorization", "Bearer"),
        ("Authorization", "Bearer \u{7f}"),
        ("Authorization", long.as_str()),
    ] {
        let Ok(value) = header::HeaderValue::from_str(value) else { continue };
        let request = TestRequest::get().uri("/sessions/whoami").insert_header((name, value));
        assert_eq!(app.ask(request).await.status, 401, "{name}");
    }
}

on_each!(hostile_queries_are_refused);
async fn hostile_queries_are_refused(database: TestDatabase) {
    let app = TestApp::builder(database).build().await;
    let client = app.client(Kind::Spa);
    for (query, status) in [
        ("?aal=aal9", 400),
        ("?refresh=%00", 400),
        ("?return_to=%ff", 400),
        ("?return_to=javascript:alert(1)", 400),
        ("?return_to=%2F%2Fevil.example", 400),
        ("?return_to=https:%2F%2Fapp.example.test%40evil.example%2F", 400),
        ("?return_to=https:%2F%2Fapp.example.test%2Fdeep", 200),
        ("?identity_schema=nothing", 400),
        ("?organization=nothing", 200),
        ("?unknown=1&unknown=2", 200),
    ] {
        for name in ["login", "registration"] {
            if query.starts_with("?aal") && name != "login" {
                continue;
            }
            let answer = client.init(name, query).await;
            assert_eq!(answer.status, status, "{name} {query}: {}", answer.text());
        }
    }
    let many = format!("?{}", "a=b&".repeat(5000));
    assert_eq!(client.init("login", &many).await.status, 400);
}

on_each!(other_methods_and_paths_are_told_so);
async fn other_methods_and_paths_are_told_so(database: TestDatabase) {
    let app = TestApp::builder(database).build().await;
    for (method, path, status) in [
        (Method::DELETE, "/self-service/login", 405),
        (Method::PUT, "/self-service/registration/browser", 403),
        (Method::GET, "/self-service/nothing", 404),
        (Method::GET, "/../../etc/passwd", 404),
        (Method::GET, "/self-service/login/browser/", 404),
        (Method::TRACE, "/", 404),
    ] {
        let answer = app.ask(TestRequest::default().method(method.clone()).uri(path)).await;
        let moved = [301, 307, 308].contains(&answer.status);
        assert!(answer.status == status || moved, "{method} {path}: {} {}", answer.status, answer.text());
    }
}

for_all!(sec_49_nobody_sets_what_the_schema_does_not_offer);
async fn sec_49_nobody_sets_what_the_schema_does_not_offer(database: TestDatabase, kind: Kind) {
    let app = TestApp::builder(database).config(UNIFIED).build().await;
    let client = app.client(kind);
    for (key, value) in [
        ("admin", json!(true)),
        ("__proto__", json!({ "a": 1 })),
        ("email2", json!("x")),
        ("a.b.c", json!("x")),
    ] {
        let flow = client.open("registration").await;
        let mut fields = account("ada@example.test");
        fields["traits"][key] = value;
        fields["state"] = json!("active");
        fields["metadata_admin"] = json!({ "role": "root" });
        let email = format!("{}@example.test", key.replace(['.', '_'], ""));
        fields["traits"]["email"] = json!(email);
        let step = client.submit(&flow, fields).await;
        if kind != Kind::Browser {
            assert!(!step.form().messages().is_empty(), "{key}");
            continue;
        }
        // A form has the fields of the schema, and others are passed over.
        step.done();
        let identity = app.identity(&email).await.unwrap();
        assert!(identity.traits.keys().all(|name| ["email", "name"].contains(&name.as_str())), "{key}");
        assert_eq!(identity.traits["email"], json!(email));
        assert_eq!((identity.metadata_admin, identity.metadata_public), (None, None));
    }
    assert_eq!(stock(&app).await.0 > 0, kind == Kind::Browser);
    let flow = client.open("registration").await;
    let mut fields = account("ada@example.test");
    fields["metadata_public"] = json!({ "role": "root" });
    fields["schema_id"] = json!("username");
    client.submit(&flow, fields).await.done();
    let identity = app.identity("ada@example.test").await.unwrap();
    assert_eq!((identity.metadata_public, identity.schema_id.as_str()), (None, "email"));
}

for_all!(a_flow_keeps_no_password);
async fn a_flow_keeps_no_password(database: TestDatabase, kind: Kind) {
    let app = TestApp::builder(database).config(UNIFIED).build().await;
    let client = app.client(kind);
    let flow = client.open("registration").await;
    let fields = json!({ "method": "password", "password": "a canary sings", "traits": { "email": "no" } });
    client.submit(&flow, fields).await.form();
    let login = client.open("login").await;
    let fields = json!({ "method": "password", "password": "a canary sings", "identifier": "a canary" });
    client.submit(&login, fields).await.form();
    for id in [flow.id(), login.id()] {
        let id = id.parse().unwrap();
        let kept = app.store.read(move |reader| reader.flow(id)).await.unwrap().unwrap();
        let stored = format!("{kept:?} {:?}", kept.state_json().unwrap());
        assert!(!stored.contains("canary sings"), "{stored}");
    }
}

for_all!(odd_settings_are_refused_and_change_nothing);
async fn odd_settings_are_refused_and_change_nothing(database: TestDatabase, kind: Kind) {
    let app = TestApp::builder(database).build().await;
    let client = app.client(kind);
    client.sign_up(ADA).await.done();
    client.log_in(ADA, PASSWORD).await.done();
    let before = app.identity(ADA).await.unwrap();
    let flow = client.open("settings").await;
    for (content_type, body) in bodies() {
        let shown = String::from_utf8_lossy(&body[..body.len().min(60)]).into_owned();
        let (status, text) = send(&client, &flow, content_type, body).await;
        assert!([303, 400].contains(&status), "{content_type} {shown}: {status} {text}");
    }
    let odd =
        [json!(null), json!(true), json!(1e308), json!([]), json!({ "a": [1] }), json!(""), json!("\u{0}")];
    for value in &odd {
        for fields in [
            json!({ "method": "profile", "traits": value }),
            json!({ "method": "profile", "traits": { "email": value } }),
            json!({ "method": "profile", "traits": { "email": "nobody", "name": value, "__proto__": value } }),
            json!({ "method": "password", "password": value }),
            json!({ "method": value, "password": "another horse battery" }),
        ] {
            let answer = client.post(&flow, fields.clone()).await;
            assert!([303, 400].contains(&answer.status), "{fields}: {} {}", answer.status, answer.text());
        }
    }
    let many: serde_json::Map<String, serde_json::Value> =
        (0..50_000).map(|n| (format!("shoe {n}"), json!(n))).collect();
    let answer = client.post(&flow, json!({ "method": "profile", "traits": many })).await;
    assert!([303, 400].contains(&answer.status) && answer.text().len() < 100_000);
    let after = app.identity(ADA).await.unwrap();
    assert_eq!((after.version, after.traits), (before.version, before.traits));
    for id in ["", "x", "11111111-1111-4111-8111-111111111111", "%00"] {
        for path in ["/self-service/settings/flows?id=", "/self-service/settings?flow="] {
            let answer = client.get(&format!("{path}{id}")).await;
            assert!((300..500).contains(&answer.status), "{path}{id}: {}", answer.status);
        }
    }
}
