//! Redirects, and the clean form of paths.

use actix_web::{
    HttpResponse,
    http::{
        StatusCode,
        header::{self, HeaderValue},
    },
};

/// Sends the client elsewhere, without a body.
pub fn redirect(status: StatusCode, location: &str) -> HttpResponse {
    let mut answer = HttpResponse::build(status).finish();
    match HeaderValue::from_str(&escaped(location)) {
        Ok(value) => {
            answer.headers_mut().insert(header::LOCATION, value);
        }
        // Cannot happen: all that is left after escaping is visible ASCII.
        Err(_) => *answer.status_mut() = StatusCode::INTERNAL_SERVER_ERROR,
    }
    answer
}

/// Escapes what cannot stand in a header, and the backslash, which browsers take for a slash.
fn escaped(location: &str) -> String {
    location.bytes().fold(String::with_capacity(location.len()), |mut text, byte| {
        if byte.is_ascii_graphic() && byte != b'\\' {
            text.push(char::from(byte));
        } else {
            text.push_str(&format!("%{byte:02X}"));
        }
        text
    })
}

/// The path without doubled slashes and dot segments; `None` when it is clean already. Front ends that are
/// configured with a trailing slash call `//sessions/whoami`.
pub fn clean_path(path: &str) -> Option<String> {
    let mut segments: Vec<&str> = Vec::new();
    for segment in path.split('/') {
        match segment {
            "" | "." => {}
            ".." => {
                segments.pop();
            }
            other => segments.push(other),
        }
    }
    let mut clean = format!("/{}", segments.join("/"));
    let is_directory = path.ends_with('/') || path.ends_with("/.") || path.ends_with("/..");
    if is_directory && !segments.is_empty() {
        clean.push('/');
    }
    (clean != path).then_some(clean)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clean_paths() {
        for (path, expected) in [
            ("/", None),
            ("/a/b", None),
            ("/a/b/", None),
            ("/a/..b/.c", None),
            ("//a", Some("/a")),
            ("//", Some("/")),
            ("", Some("/")),
            ("/a//b///", Some("/a/b/")),
            ("/a/./b", Some("/a/b")),
            ("/a/../../b", Some("/b")),
            ("/a/..", Some("/")),
            ("/a/b/..", Some("/a/")),
            ("//evil.test/x", Some("/evil.test/x")),
        ] {
            assert_eq!(clean_path(path).as_deref(), expected, "{path}");
        }
    }

    #[test]
    fn cleaning_is_done_at_once() {
        for path in ["//a//..//b/.", "/./", "/..//../", "///x/.././/y//"] {
            assert_eq!(clean_path(&clean_path(path).unwrap()), None, "{path}");
        }
    }

    #[test]
    fn locations_are_ascii_and_have_no_backslash() {
        for (location, expected) in [
            ("https://a.test/?x=1&y=%20#z", "https://a.test/?x=1&y=%20#z"),
            ("/\\evil.test/é", "/%5Cevil.test/%C3%A9"),
            ("/a b\r\nSet-Cookie: x", "/a%20b%0D%0ASet-Cookie:%20x"),
        ] {
            let answer = redirect(StatusCode::SEE_OTHER, location);
            assert_eq!(
                (answer.status().as_u16(), answer.headers().get("location").unwrap().to_str().unwrap()),
                (303, expected)
            );
            assert!(!answer.headers().contains_key("content-type"));
        }
    }
}
