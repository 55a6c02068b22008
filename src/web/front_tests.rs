//! Tests of the door, against what recordings show.

use actix_web::{
    App,
    http::Method,
    middleware::from_fn,
    test::{TestRequest, init_service, try_call_service},
};

use super::*;
use crate::{
    kernel::{ManualClock, SeededEntropy},
    web::{
        cookie::SameSite,
        cors::OriginPattern,
        csrf,
        query::Query,
        request_log::RequestLog,
        router::{not_found, resource},
    },
};

fn policy(cors: bool) -> WebPolicy {
    let cookie = CookiePolicy {
        name: "ory_kratos_session".to_owned(),
        domain: None,
        path: "/".to_owned(),
        secure: false,
        same_site: SameSite::Lax,
        persistent: true,
    };
    let cors = cors.then(|| CorsPolicy {
        origins: vec![OriginPattern::Exact("https://app.example.test".to_owned())],
        methods: vec!["GET".to_owned()],
        headers: vec![],
        exposed: vec![],
        credentials: true,
        max_age: None,
    });
    WebPolicy {
        public_base: Url::parse("http://127.0.0.1:4433/").unwrap(),
        csrf_cookie: csrf::cookie_policy("http://127.0.0.1:4433/", &cookie),
        continuity_cookie: cookie.clone(),
        session_cookie: cookie,
        cors,
        proxies: TrustedProxies::default(),
        public_log: RequestLog::default(),
        admin_log: RequestLog::default(),
    }
}

async fn whoami(arrival: Arrival<bool>, csrf: Csrf, request: HttpRequest, query: Query) -> HttpResponse {
    assert!(query.get("panic").is_none(), "on purpose");
    if query.has("rotate") {
        csrf.rotate(&arrival.seed);
        csrf.rotate(&arrival.seed);
    }
    HttpResponse::Ok().body(arrival.request_url(&request))
}

async fn said(cors: bool, request: TestRequest) -> (u16, Vec<String>) {
    let runtime = Arc::new(cors);
    let now = Timestamp::parse("2026-01-01T00:00:00Z").unwrap();
    let front: Front<bool> = Front::new(
        move || Arc::clone(&runtime),
        |cors| policy(*cors),
        Arc::new(ManualClock::at(now)),
        Arc::new(SeededEntropy::new(1)),
    );
    let app = App::new()
        .app_data(web::Data::new(front))
        .service(resource("/sessions/whoami", [(Method::GET, web::to(whoami))]))
        .service(resource("/self-service/login/browser", [(Method::GET, web::to(whoami))]))
        .service(resource("/health/alive", [(Method::GET, web::to(HttpResponse::Ok))]))
        .default_service(web::to(not_found))
        .wrap(from_fn(public::<bool, _>));
    let app = init_service(app).await;
    let answer = match try_call_service(&app, request.to_request()).await {
        Ok(answer) => answer.into_parts().1,
        Err(error) => error.error_response(),
    };
    let uninteresting =
        ["x-content-type-options", "content-security-policy", "x-frame-options", "referrer-policy"];
    let mut lines: Vec<_> = answer
        .headers()
        .iter()
        .filter(|(name, _)| !uninteresting.contains(&name.as_str()))
        .map(|(name, value)| {
            let value = value.to_str().unwrap();
            let short = if name == "set-cookie" { value.split('_').next().unwrap() } else { value };
            format!("{name}: {short}")
        })
        .collect();
    lines.sort();
    (answer.status().as_u16(), lines)
}

const UNKEPT: &str = "cache-control: private, no-cache, no-store, must-revalidate";

fn get(path: &str) -> TestRequest {
    TestRequest::get().uri(path)
}

#[actix_web::test]
async fn ordinary_answers() {
    let with_cookie =
        (200, vec![UNKEPT.to_owned(), "set-cookie: csrf".to_owned(), "vary: Cookie".to_owned()]);
    assert_eq!(said(false, get("/self-service/login/browser")).await, with_cookie);
    let without = (200, vec![UNKEPT.to_owned(), "vary: Cookie".to_owned()]);
    assert_eq!(said(false, get("/sessions/whoami")).await, without);
    assert_eq!(said(false, get("/health/alive")).await, (200, vec![UNKEPT.to_owned()]));
    assert_eq!(said(false, get("/sessions/whoami?rotate")).await, with_cookie);
    let head = TestRequest::default().method(Method::HEAD).uri("/sessions/whoami");
    assert_eq!(said(false, head).await, (200, vec!["vary: Cookie".to_owned()]));
}

#[actix_web::test]
async fn unknown_paths_and_wrong_methods() {
    let (status, lines) = said(false, get("/no-such-route")).await;
    let expected = [UNKEPT, "content-type: text/plain; charset=utf-8", "set-cookie: csrf", "vary: Cookie"];
    assert_eq!((status, lines.as_slice()), (404, expected.map(str::to_owned).as_slice()));
    let (status, lines) =
        said(false, TestRequest::default().method(Method::OPTIONS).uri("/self-service/login/browser")).await;
    let expected =
        ["allow: GET, HEAD", "content-type: text/plain; charset=utf-8", "set-cookie: csrf", "vary: Cookie"];
    assert_eq!((status, lines.as_slice()), (405, expected.map(str::to_owned).as_slice()));
    let (status, lines) = said(false, TestRequest::delete().uri("/health/alive")).await;
    assert_eq!((status, lines.len()), (405, 2));
}

#[actix_web::test]
async fn doubled_slashes_go_to_the_clean_path() {
    for (path, expected) in [
        ("//sessions/whoami?a=b&c", "location: /sessions/whoami?a=b&c"),
        ("//evil.test/..//x", "location: /x"),
        ("/sessions//whoami", "location: /sessions/whoami"),
    ] {
        let (status, lines) = said(false, get(path)).await;
        assert_eq!(status, 307, "{path}");
        assert!(lines.contains(&expected.to_owned()), "{lines:?}");
    }
}

#[actix_web::test]
async fn what_no_handler_sees() {
    assert_eq!(said(false, get("/sessions/%00")).await.0, 400);
    assert_eq!(said(false, get("/sessions/whoami?a=%00")).await.0, 400);
    let (status, lines) = said(false, TestRequest::post().uri("/no-such-route")).await;
    assert_eq!(status, 403);
    assert!(lines.contains(&"ory-error-id: security_csrf_violation".to_owned()));
}

#[actix_web::test]
async fn sec_58_a_panic_is_a_plain_500() {
    let (status, lines) = said(false, get("/sessions/whoami?panic=1")).await;
    assert_eq!(
        (status, lines),
        (500, vec!["content-type: application/json".to_owned(), "ory-error-id: ".to_owned()])
    );
}

#[actix_web::test]
async fn cross_origin_calls() {
    let origin = ("origin", "https://app.example.test");
    let preflight = TestRequest::default()
        .method(Method::OPTIONS)
        .uri("/self-service/login/browser")
        .insert_header(origin)
        .insert_header(("access-control-request-method", "GET"));
    let (status, lines) = said(true, preflight).await;
    assert_eq!(status, 204);
    assert_eq!(
        lines,
        [
            "access-control-allow-credentials: true",
            "access-control-allow-methods: GET",
            "access-control-allow-origin: https://app.example.test",
            "vary: Origin, Access-Control-Request-Method, Access-Control-Request-Headers",
        ]
    );
    let (_, lines) = said(true, get("/sessions/whoami").insert_header(origin)).await;
    assert!(lines.contains(&"access-control-allow-origin: https://app.example.test".to_owned()));
    assert!(lines.contains(&"vary: Origin".to_owned()) && lines.contains(&"vary: Cookie".to_owned()));
    let (_, lines) = said(true, get("/health/alive")).await;
    assert_eq!(lines, [UNKEPT, "vary: Origin"]);
}

#[actix_web::test]
async fn sec_47_hsts_only_where_tls_is_known() {
    let request = || get("/health/alive").insert_header(("x-forwarded-proto", "https"));
    let near = request().peer_addr("127.0.0.1:9".parse().unwrap());
    assert!(said(false, near).await.1.contains(&"strict-transport-security: max-age=31536000".to_owned()));
    let far = request().peer_addr("9.9.9.9:9".parse().unwrap());
    assert_eq!(said(false, far).await.1.len(), 1);
}

#[test]
fn the_web_part_is_made_once_for_each_snapshot() {
    let snapshot = Arc::new(arc_swap::ArcSwap::from_pointee(false));
    let now = Timestamp::parse("2026-01-01T00:00:00Z").unwrap();
    let source = Arc::clone(&snapshot);
    let front: Front<bool> = Front::new(
        move || source.load_full(),
        |cors| policy(*cors),
        Arc::new(ManualClock::at(now)),
        Arc::new(SeededEntropy::new(1)),
    );
    let first = front.served();
    assert!(Arc::ptr_eq(&first, &front.served()) && first.policy.cors.is_none());
    snapshot.store(Arc::new(true));
    assert!(front.served().policy.cors.is_some());
}

#[actix_web::test]
async fn the_admin_listener_knows_no_cookies() {
    let runtime = Arc::new(false);
    let now = Timestamp::parse("2026-01-01T00:00:00Z").unwrap();
    let front: Front<bool> = Front::new(
        move || Arc::clone(&runtime),
        |cors| policy(*cors),
        Arc::new(ManualClock::at(now)),
        Arc::new(SeededEntropy::new(1)),
    );
    let app = App::new()
        .app_data(web::Data::new(front))
        .service(resource("/admin/identities", [(Method::POST, web::to(HttpResponse::Created))]))
        .default_service(web::to(not_found))
        .wrap(from_fn(admin::<bool, _>));
    let app = init_service(app).await;
    for (method, path, status, kept) in [
        (Method::POST, "/admin/identities", 201, true),
        (Method::GET, "/admin/identities", 405, false),
        (Method::GET, "//admin/identities", 307, false),
        (Method::POST, "/admin/%00", 400, true),
    ] {
        let request = TestRequest::default().method(method).uri(path).to_request();
        let answer = try_call_service(&app, request).await.unwrap();
        assert_eq!(answer.status().as_u16(), status, "{path}");
        assert_eq!(!answer.headers().contains_key("cache-control"), kept);
        assert!(!answer.headers().contains_key("vary") && !answer.headers().contains_key("set-cookie"));
    }
}
