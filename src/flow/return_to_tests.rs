//! Where a browser may be sent: allowed and refused addresses, and what holds for any.

use proptest::prelude::*;

use super::*;

fn policy() -> ReturnPolicy {
    let allowed = [
        "https://ui.example.test",
        "https://app.example.test/",
        "https://*.wild.test",
        "https://*.ports.test:8443/in",
        "https://deep.example.test/a/b",
        "https://dir.example.test/c/",
        "myapp://callback",
        "http://127.0.0.1:4455",
    ];
    ReturnPolicy::new(
        Url::parse("https://ui.example.test/welcome").unwrap(),
        allowed.iter().map(|entry| AllowedUrl::parse(entry).unwrap()).collect(),
        &Url::parse("http://127.0.0.1:4433/").unwrap(),
    )
}

#[test]
fn allowed_ones_come_back_as_they_were() {
    for candidate in [
        "https://app.example.test/",
        "https://app.example.test",
        "https://app.example.test:443/a",
        "HTTPS://APP.example.TEST/a/b?c=d#e",
        "https://app.example.test/a/b?c=d",
        "https://app.example.test?next=https://evil.test",
        "https://app.example.test/x?q=a b@c",
        "http://127.0.0.1:4433/self-service/login/browser",
        "http://127.0.0.1:4433/self-service",
        "https://a.wild.test/x",
        "https://a.b.wild.test",
        "https://a.ports.test:8443/in/x",
        "https://deep.example.test/a/b",
        "https://deep.example.test/a/b/../b/c",
        "https://dir.example.test/c/d",
        "myapp://callback",
        "MyApp://Callback/done?x=1",
        "http://127.0.0.1:4455/x",
    ] {
        assert_eq!(policy().check(candidate).as_deref(), Ok(candidate));
    }
}

#[test]
fn relative_ones_go_to_the_default_host() {
    assert_eq!(policy().check("/in?x=1").as_deref(), Ok("https://ui.example.test/in?x=1"));
    assert_eq!(policy().check("/").as_deref(), Ok("https://ui.example.test/"));
}

#[test]
fn what_only_looks_allowed() {
    for candidate in [
        "https://evil.test/",
        "http://app.example.test/",
        "https://app.example.test:8443/",
        "https://app.example.test.evil.test/",
        "https://app.example.test@evil.test/",
        "https://app.example.test:x@evil.test/",
        "https://@app.example.test/",
        "https://evil.test#@app.example.test/",
        "https://evil.test?@app.example.test/",
        "https://evil.test\\@app.example.test/",
        "https:\\\\app.example.test",
        "//evil.test/",
        "//app.example.test/",
        "///app.example.test/",
        "/\\evil.test",
        "\\/evil.test",
        "https:/app.example.test/",
        "https:app.example.test/",
        "https:///app.example.test/",
        "javascript:alert(1)",
        "javascript://app.example.test/%0aalert(1)",
        "data:text/html,x",
        "app.example.test",
        "welcome",
        "?x",
        "",
        " https://app.example.test/",
        "https://wild.test/",
        "https://.wild.test/",
        "https://awild.test/",
        "https://a.ports.test/in",
        "http://127.0.0.1:4433/",
        "http://127.0.0.1:4433/self-services",
        "myapp://other",
        "myapp:callback",
        "myapp:///callback",
        "myapp2://callback",
    ] {
        assert_eq!(policy().check(candidate), Err(Refused::NotAllowed), "{candidate}");
    }
}

#[test]
fn what_is_no_url() {
    for candidate in [
        "https://app.example.test/\n",
        "java\tscript://app.example.test",
        "https://app.example.test/\0",
        "\u{85}https://app.example.test/",
        "https://app.example.test/%zz",
        "https://app.example.test/%2",
        "https://app example.test/",
        "https://app.example.test:99999/",
        "://app.example.test",
    ] {
        assert_eq!(policy().check(candidate), Err(Refused::Malformed), "{candidate}");
    }
}

#[test]
fn paths_go_by_segments() {
    for candidate in [
        "https://deep.example.test/a/bc",
        "https://deep.example.test/a",
        "https://deep.example.test/a/b/../../x",
        "https://deep.example.test/a/b/%2e%2e/x",
        "https://deep.example.test/a/b/.%2E/x",
        "https://deep.example.test/a/b/..%2fx",
        "https://deep.example.test/a/b/..%5Cx",
        "https://dir.example.test/c",
        "http://127.0.0.1:4433/self-service/../admin",
    ] {
        assert_eq!(policy().check(candidate), Err(Refused::NotAllowed), "{candidate}");
    }
}

#[test]
fn bad_rules_say_why() {
    for (entry, expected) in [
        ("/welcome", BadRule::NotAbsolute),
        ("app.example.test", BadRule::NotAbsolute),
        ("myapp://", BadRule::NotAbsolute),
        ("javascript://x/", BadRule::Dangerous),
        ("https://*", BadRule::Wildcard),
        ("https://*foo.com", BadRule::Wildcard),
        ("https://*.com", BadRule::Wildcard),
        ("https://*.*.example.com", BadRule::Wildcard),
        ("https://foo.*.com", BadRule::Wildcard),
        ("https://*.127.0.0.1", BadRule::Wildcard),
    ] {
        assert_eq!(AllowedUrl::parse(entry), Err(expected), "{entry}");
    }
}

fn fragment() -> impl Strategy<Value = String> {
    let pieces = [
        "https://",
        "http://",
        "//",
        "/",
        "\\",
        "@",
        ":",
        ".",
        "..",
        "%2e%2e",
        "%2f",
        "%5c",
        "?",
        "#",
        "*",
        "\t",
        "\0",
        " ",
        "evil.test",
        "app.example.test",
        "deep.example.test",
        "/a/b",
        "/a",
        "wild.test",
        "a.wild.test",
        "ui.example.test",
        "127.0.0.1",
        ":4433",
        ":443",
        "/self-service",
        "myapp",
        "callback",
        "javascript:",
        "。",
        "\u{202e}",
        "％",
    ];
    prop_oneof![4 => prop::sample::select(pieces.to_vec()).prop_map(str::to_owned), 1 => ".{0,3}"]
}

proptest! {
    #[test]
    fn admits_nothing_outside(pieces in prop::collection::vec(fragment(), 0..8)) {
        let candidate = pieces.concat();
        if let Ok(target) = policy().check(&candidate) {
            // What a browser makes of it, relative to a hostile page.
            let seen = Url::parse("https://evil.test/x/").unwrap().join(&target).unwrap();
            let host = seen.host_str().unwrap().to_ascii_lowercase();
            let path = seen.path();
            let known = match (seen.scheme(), host.as_str(), seen.port()) {
                ("https", "ui.example.test" | "app.example.test", None) => true,
                ("https", "deep.example.test", None) => path == "/a/b" || path.starts_with("/a/b/"),
                ("https", host, None) => host.ends_with(".wild.test"),
                ("http", "127.0.0.1", Some(4433)) => path == "/self-service" || path.starts_with("/self-service/"),
                ("myapp", "callback", None) => true,
                _ => false,
            };
            prop_assert!(known, "{candidate:?} leads to {seen}");
            prop_assert_eq!(seen.username(), "");
            prop_assert!(seen.password().is_none());
            prop_assert!(!target.contains('\\') && !target.chars().any(char::is_control));
            prop_assert!(target.ends_with(&candidate));
        }
    }
}
