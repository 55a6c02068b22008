//! Tests of the anti-CSRF token.

use actix_web::http::header::HeaderName;

use super::*;

fn headers(list: &[(&str, &str)]) -> HeaderMap {
    let mut map = HeaderMap::new();
    for (name, value) in list {
        map.append(HeaderName::try_from(*name).unwrap(), HeaderValue::from_str(value).unwrap());
    }
    map
}

fn policy() -> CookiePolicy {
    let cookies = CookiePolicy {
        name: String::new(),
        domain: None,
        path: "/".to_owned(),
        secure: false,
        same_site: SameSite::Strict,
        persistent: false,
    };
    cookie_policy("http://127.0.0.1:4433/", &cookies)
}

fn seed() -> Seed {
    Seed::new([2; 32])
}

fn token() -> CsrfToken {
    CsrfToken::random(&mut Seed::new([9; 32]).stream("x"))
}

fn with_cookie(more: &[(&str, &str)]) -> HeaderMap {
    let mut map = headers(more);
    let cookie = format!("{}={}", policy().name, token().to_cookie());
    map.insert(HeaderName::from_static("cookie"), HeaderValue::from_str(&cookie).unwrap());
    map
}

fn csrf(headers: &HeaderMap) -> Csrf {
    Csrf::of(&policy(), &Cookies::of(headers))
}

#[test]
fn the_cookie_of_the_recordings() {
    let policy = policy();
    assert_eq!(policy.name.len(), "csrf_token_".len() + 64);
    let csrf = csrf(&headers(&[]));
    csrf.ensure(&seed());
    let line = csrf.set_cookie(&policy).unwrap();
    assert!(line.to_str().unwrap().ends_with("; Path=/; Max-Age=31536000; HttpOnly; SameSite=Lax"));
    let secure = CookiePolicy { secure: true, same_site: SameSite::Strict, ..policy };
    assert_eq!(cookie_policy("https://x.test", &secure).same_site, SameSite::Strict);
}

#[test]
fn which_paths_are_guarded() {
    for (path, expected) in [
        ("/health/alive", Guard::Outside),
        ("/version", Guard::Outside),
        ("/health/other", Guard::Active),
        ("/self-service/login", Guard::Ignored),
        ("/self-service/settings", Guard::Ignored),
        ("/self-service/login/api", Guard::Ignored),
        ("/self-service/login/api/", Guard::Active),
        ("/self-service/login/browser", Guard::Active),
        ("/self-service/login/flows", Guard::Active),
        ("/self-service/logout", Guard::Active),
        ("/self-service/logout/api", Guard::Ignored),
        ("/self-service/logout/browser", Guard::Active),
        ("/self-service/errors", Guard::Active),
        ("/self-service/methods/oidc/callback", Guard::Active),
        ("/self-service/methods/oidc/callback/fake", Guard::Ignored),
        ("/sessions", Guard::Ignored),
        ("/sessions/whoami", Guard::Ignored),
        ("/sessions/token-exchange", Guard::Ignored),
        ("/schemas", Guard::Active),
        ("/schemas/person", Guard::Ignored),
        ("/identities", Guard::Ignored),
        ("/admin/identities", Guard::Ignored),
        ("/recovery/code", Guard::Ignored),
        ("/.well-known/ory/webauthn.js", Guard::Active),
        ("/no-such-route", Guard::Active),
    ] {
        assert_eq!(Guard::of(path), expected, "{path}");
    }
}

#[test]
fn the_cookie_is_set_once_and_only_when_new() {
    let known = csrf(&with_cookie(&[]));
    assert!(known.ensure(&seed()).matches(&token()));
    assert!(known.set_cookie(&policy()).is_none());
    let new = known.rotate(&seed());
    assert!(!new.matches(&token()) && known.token().unwrap().matches(&new));
    assert!(known.held().unwrap().matches(&token()));
    assert!(known.set_cookie(&policy()).is_some());
    let none = csrf(&headers(&[]));
    assert!(none.token().is_none() && none.set_cookie(&policy()).is_none());
    assert_eq!(none.masked(&seed()), "");
}

#[test]
fn a_bad_cookie_counts_as_none_and_does_not_hide_a_good_one() {
    let name = policy().name;
    assert!(csrf(&headers(&[("cookie", &format!("{name}=xx"))])).held().is_none());
    let two = format!("{name}=xx; {name}={}", token().to_cookie());
    assert!(csrf(&headers(&[("cookie", &two)])).held().unwrap().matches(&token()));
}

#[test]
fn sec_46_forms_need_the_token() {
    let headers = with_cookie(&[]);
    let csrf = csrf(&headers);
    let masked = csrf.masked(&seed());
    assert_eq!(csrf.check(Some(&masked), &headers), Ok(()));
    assert_eq!(csrf.check(Some(&token().to_cookie()), &headers), Ok(()));
    for wrong in [None, Some(""), Some("d3Jvbmc="), Some(csrf.rotate(&seed()).to_cookie().as_str())] {
        assert!(csrf.check(wrong, &headers).is_err(), "{wrong:?}");
    }
}

#[test]
fn a_token_made_in_the_same_request_proves_nothing() {
    let headers = headers(&[]);
    let csrf = csrf(&headers);
    let fresh = csrf.ensure(&seed()).to_cookie();
    assert!(csrf.check(Some(&fresh), &headers).is_err());
}

#[test]
fn sec_46_unsafe_methods_need_the_header() {
    let good = token().to_cookie();
    for (method, header, allowed) in [
        (Method::GET, None, true),
        (Method::HEAD, None, true),
        (Method::OPTIONS, None, true),
        (Method::POST, None, false),
        (Method::DELETE, Some("x"), false),
        (Method::POST, Some(good.as_str()), true),
    ] {
        let sent: Vec<_> = header.map(|value| ("x-csrf-token", value)).into_iter().collect();
        let headers = with_cookie(&sent);
        assert_eq!(csrf(&headers).guard(&method, &headers, &seed()).is_ok(), allowed, "{method} {header:?}");
    }
}

/// What is at `hint` (its first words) and whether there is a reason, for each row of 01 §19.3.
#[test]
fn the_details_of_a_violation() {
    let name = policy().name;
    let cookie = format!("{name}={}", token().to_cookie());
    let (script, page, unsent) =
        ("The call was made by a script", "The call was made by a page", "The anti-CSRF cookie arrived");
    for (list, sent, hint, reason) in [
        (vec![], None, page, Some("no cookies")),
        (vec![("sec-fetch-mode", "cors")], None, script, Some("no cookies")),
        (
            vec![("cookie", "a=b"), ("sec-fetch-mode", "same-origin")],
            None,
            script,
            Some("but not the anti-CSRF"),
        ),
        (vec![("cookie", "a=b"), ("sec-fetch-mode", "navigate")], None, page, Some("but not the anti-CSRF")),
        (vec![("cookie", &cookie)], None, unsent, None),
        (vec![("cookie", &cookie), ("content-type", "application/json")], None, page, Some("do not match")),
        (vec![("cookie", &cookie), ("x-csrf-token", "x")], None, page, Some("do not match")),
        (vec![("cookie", &cookie)], Some("d3Jvbmc="), page, Some("do not match")),
    ] {
        let headers = headers(&list);
        let error = csrf(&headers).check(sent, &headers).unwrap_err().error();
        assert_eq!((error.status.as_u16(), error.id.as_deref()), (403, Some("security_csrf_violation")));
        assert!(error.details["hint"].as_str().unwrap().starts_with(hint), "{list:?}");
        let told = error.details.get("reject_reason").map(|told| told.as_str().unwrap());
        assert_eq!(told.is_some(), reason.is_some(), "{list:?}");
        assert!(told.unwrap_or_default().contains(reason.unwrap_or_default()), "{list:?}");
        assert!(error.details.contains_key("docs"));
    }
}

#[test]
fn native_flows_refuse_browsers() {
    for (list, expected) in [
        (vec![], Ok(())),
        (vec![("origin", "")], Ok(())),
        (vec![("cookie", "__cf_bm=1; _cfuvid=2; cf_clearance=3")], Ok(())),
        (vec![("origin", "null")], Err(NotNative::Origin)),
        (vec![("cookie", "__cf_bm=1; a=b")], Err(NotNative::Cookies)),
        (vec![("origin", "https://x.test"), ("cookie", "a=b")], Err(NotNative::Origin)),
    ] {
        let headers = headers(&list);
        assert_eq!(check_native(&headers, &Cookies::of(&headers)), expected);
    }
}
