//! Every route, asked by every kind of client with every kind of credential: what each is answered with.
//!
//! The rows are made from the tables that `zelos routes` prints, so a route without a row fails.

use actix_web::{
    http::{Method, header},
    test::TestRequest,
};
use zelos::web::{admin, public};

use crate::{
    database::TestDatabase,
    harness::{Client, Kind, TestApp, people::PASSWORD},
};

const ADA: &str = "ada@example.test";
const NOBODY: &str = "11111111-1111-4111-8111-111111111111";

/// What a request shows of who makes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Credential {
    None,
    Session,
    Ended,
}

/// Which listener is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Listener {
    Public,
    Admin,
}

/// All routes of both listeners, as `zelos routes` prints them.
fn routes() -> Vec<(Listener, Method, &'static str)> {
    let mut all = Vec::new();
    for route in public::routes() {
        all.extend(route.methods.iter().map(|(method, _)| (Listener::Public, method.clone(), route.path)));
    }
    for route in admin::routes() {
        all.extend(route.methods.iter().map(|(method, _)| (Listener::Admin, method.clone(), route.path)));
    }
    all
}

/// The path with something in place of its parameters.
fn filled(path: &str) -> String {
    let parts = path.split('/').map(|part| match part {
        "{id}" => NOBODY,
        "{type}" => "password",
        "{name}" => "crm-1",
        "{provider}" => "corp",
        "{rest:.*}" => "x",
        other => other,
    });
    let filled: Vec<&str> = parts.collect();
    let filled = filled.join("/");
    assert!(!filled.contains('{'), "say what stands for the parameters of {path}");
    filled
}

async fn logged_in(app: &TestApp, kind: Kind) -> Client<'_> {
    let client = app.client(kind);
    client.log_in(ADA, PASSWORD).await.done();
    client
}

async fn status(
    app: &TestApp,
    (listener, method, path): &(Listener, Method, &'static str),
    client: &Client<'_>,
) -> u16 {
    let accept = if client.kind == Kind::Browser { "text/html" } else { "application/json" };
    let mut request = TestRequest::default()
        .method(method.clone())
        .uri(&filled(path))
        .insert_header((header::ACCEPT, accept));
    if *method != Method::GET {
        request = request.insert_header((header::CONTENT_TYPE, "application/json")).set_payload("{}");
    }
    if let Some(token) = client.token.borrow().as_ref() {
        request = request.insert_header(("X-Session-Token", token.clone()));
    }
    let pairs: Vec<String> =
        client.cookies.borrow().iter().map(|(name, value)| format!("{name}={value}")).collect();
    if !pairs.is_empty() {
        request = request.insert_header((header::COOKIE, pairs.join("; ")));
    }
    let answer = match listener {
        Listener::Public => app.ask(request).await,
        Listener::Admin => app.ask_admin(request).await,
    };
    answer.status
}

#[actix_web::test]
async fn every_route_has_a_row() {
    let app = TestApp::builder(TestDatabase::sqlite()).build().await;
    app.create(ADA, PASSWORD).await;
    let kinds = [(Kind::Browser, "browser"), (Kind::Spa, "spa"), (Kind::Native, "native")];
    let mut table = String::new();
    for route in routes() {
        let (listener, method, path) = &route;
        table.push_str(&format!("{listener:?} {method} {path}\n").to_lowercase());
        for (kind, name) in kinds {
            let mut row = format!("    {name:<8}");
            for credential in [Credential::None, Credential::Session, Credential::Ended] {
                let client = match credential {
                    Credential::None => app.client(kind),
                    Credential::Session | Credential::Ended => logged_in(&app, kind).await,
                };
                if credential == Credential::Ended {
                    let everybody = serde_json::json!({ "action": "delete", "identities": ["*"] });
                    app.admin(Method::POST, "/admin/sessions", everybody).await.expect(200);
                }
                let status = status(&app, &route, &client).await;
                assert!(status < 500, "{method} {path} {name} {credential:?}");
                row.push_str(&format!(" {} {status}", format!("{credential:?}").to_lowercase()));
            }
            table.push_str(&format!("{row}\n"));
        }
    }
    insta::assert_snapshot!("routes", table);
}

/// Routes that are for people who are logged in, and for nobody else.
const FOR_SESSIONS: [(&str, &str); 5] = [
    ("GET", "/sessions/whoami"),
    ("GET", "/sessions"),
    ("DELETE", "/sessions"),
    ("DELETE", "/sessions/{id}"),
    ("GET", "/self-service/logout/browser"),
];

#[actix_web::test]
async fn what_is_for_sessions_is_for_nobody_else() {
    let app = TestApp::builder(TestDatabase::sqlite()).build().await;
    app.create(ADA, PASSWORD).await;
    for (method, path) in FOR_SESSIONS {
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        let route = (Listener::Public, method, path);
        assert!(routes().contains(&route), "{path} is gone");
        for kind in [Kind::Spa, Kind::Native] {
            assert_eq!(status(&app, &route, &app.client(kind)).await, 401, "{path}");
            let client = logged_in(&app, kind).await;
            assert!(status(&app, &route, &client).await < 300, "{path}");
        }
    }
}
