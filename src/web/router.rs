//! Routes with the answers that existing clients know for unknown paths and wrong methods.

use actix_web::{
    HttpResponse, Resource, Route, guard,
    http::{
        Method, StatusCode,
        header::{self, HeaderValue},
    },
    web,
};

use super::envelope::plain;

/// A path with its handlers. `GET` answers `HEAD`, too; all other methods are told which ones there are.
pub fn resource(path: &str, routes: impl IntoIterator<Item = (Method, Route)>) -> Resource {
    let mut allowed = Vec::new();
    let mut resource = web::resource(path);
    for (method, route) in routes {
        allowed.push(method.to_string());
        let route = if method == Method::GET {
            allowed.push(Method::HEAD.to_string());
            route.guard(guard::Any(guard::Get()).or(guard::Head()))
        } else {
            route.method(method)
        };
        resource = resource.route(route);
    }
    allowed.sort_unstable();
    let allowed = allowed.join(", ");
    resource.default_service(web::to(move || {
        let answer = method_not_allowed(&allowed);
        async move { answer }
    }))
}

/// The answer for paths that are not there.
pub async fn not_found() -> HttpResponse {
    plain(StatusCode::NOT_FOUND, "404 page not found\n")
}

fn method_not_allowed(allowed: &str) -> HttpResponse {
    let mut answer = plain(StatusCode::METHOD_NOT_ALLOWED, "Method Not Allowed\n");
    if let Ok(allowed) = HeaderValue::from_str(allowed) {
        answer.headers_mut().insert(header::ALLOW, allowed);
    }
    answer
}

#[cfg(test)]
mod tests {
    use actix_web::{
        App,
        test::{TestRequest, call_service, init_service, read_body},
    };

    use super::*;

    #[actix_web::test]
    async fn methods_of_the_recordings() {
        let ok = || web::to(HttpResponse::Ok);
        let app = App::new()
            .service(resource("/init", [(Method::GET, ok())]))
            .service(resource("/submit", [(Method::POST, ok()), (Method::GET, ok())]))
            .default_service(web::to(not_found));
        let app = init_service(app).await;
        for (method, path, status, allow) in [
            (Method::GET, "/init", 200, None),
            (Method::HEAD, "/init", 200, None),
            (Method::OPTIONS, "/init", 405, Some("GET, HEAD")),
            (Method::PUT, "/submit", 405, Some("GET, HEAD, POST")),
            (Method::POST, "/submit", 200, None),
            (Method::GET, "/init/", 404, None),
        ] {
            let request = TestRequest::default().method(method.clone()).uri(path).to_request();
            let answer = call_service(&app, request).await;
            assert_eq!(answer.status().as_u16(), status, "{method} {path}");
            assert_eq!(answer.headers().get("allow").map(|value| value.to_str().unwrap()), allow);
            if status != 200 {
                assert_eq!(answer.headers().get("content-type").unwrap(), "text/plain; charset=utf-8");
                assert!(read_body(answer).await.ends_with(b"\n"));
            }
        }
    }
}
