//! Tokens that verify, and those that say nothing.

use serde_json::json;

use super::*;
use crate::crypto::JwtSigner;

const KEYS: &str = include_str!("../../tests/support/jwks.json");

fn key(n: usize) -> Value {
    let set: Value = serde_json::from_str(KEYS).unwrap();
    set["keys"][n].clone()
}

fn public(jwk: &Value) -> Value {
    let mut jwk = jwk.clone();
    for private in ["d", "p", "q", "dp", "dq", "qi"] {
        jwk.as_object_mut().unwrap().shift_remove(private);
    }
    jwk
}

fn keys(list: &[Value]) -> PublicKeys {
    PublicKeys::parse(json!({ "keys": list }).to_string().as_bytes()).unwrap()
}

fn claims() -> Map<String, Value> {
    json!({ "sub": "ada" }).as_object().cloned().unwrap()
}

fn signed(jwk: &Value) -> String {
    let set = json!({ "keys": [jwk] }).to_string();
    JwtSigner::from_key_set(set.as_bytes()).unwrap().sign(&claims()).unwrap()
}

fn part(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

#[test]
fn tokens_of_all_kinds_verify() {
    for n in 0..4 {
        let jwk = key(n);
        let all = [json!({ "kty": "fancy" }), public(&jwk), public(&key((n + 1) % 4))];
        assert_eq!(keys(&all).verify(&signed(&jwk)), Ok(claims()), "{n}");
    }
    for alg in ["RS256", "RS512", "PS256", "PS384"] {
        let mut jwk = key(0);
        jwk["alg"] = json!(alg);
        assert_eq!(keys(&[public(&jwk)]).verify(&signed(&jwk)), Ok(claims()), "{alg}");
        let mut any = public(&jwk);
        any.as_object_mut().unwrap().shift_remove("alg");
        assert_eq!(keys(&[any]).verify(&signed(&jwk)), Ok(claims()), "{alg}");
    }
}

#[test]
fn sec_33_what_nobody_signed_says_nothing() {
    let jwk = key(0);
    let known = keys(&[public(&jwk)]);
    let token = signed(&jwk);
    let (head, rest) = token.split_once('.').unwrap();
    let (body, signature) = rest.split_once('.').unwrap();
    let forged = part(&json!({ "sub": "eve" }));
    for bad in ["none", "None", "HS256", "HS512", "RS1", ""] {
        let head = part(&json!({ "alg": bad, "kid": jwk["kid"] }));
        for signature in ["", signature] {
            let answer = known.verify(&format!("{head}.{body}.{signature}"));
            assert_eq!(answer, Err(JwtError::Algorithm), "{bad}");
        }
    }
    let critical = part(&json!({ "alg": "RS256", "crit": ["b64"], "b64": false }));
    assert_eq!(known.verify(&format!("{critical}.{body}.{signature}")), Err(JwtError::Algorithm));
    assert_eq!(known.verify(&format!("{head}.{forged}.{signature}")), Err(JwtError::Signature));
    assert_eq!(known.verify(&format!("{head}.{body}.")), Err(JwtError::Signature));
    for malformed in ["", "a.b", &format!("{token}.x"), &format!("{head}.{body}"), "!.!.!"] {
        assert_eq!(known.verify(malformed), Err(JwtError::Malformed), "{malformed}");
    }
    assert_eq!(known.verify(&"x".repeat(LONGEST + 1)), Err(JwtError::Malformed));
}

#[test]
fn a_key_is_used_for_what_it_says_only() {
    let jwk = key(0);
    let token = signed(&jwk);
    for (name, value) in
        [("alg", json!("RS512")), ("use", json!("enc")), ("kid", json!("another")), ("kty", json!("EC"))]
    {
        let mut other = public(&jwk);
        other[name] = value;
        assert_eq!(keys(&[other]).verify(&token), Err(JwtError::UnknownKey), "{name}");
    }
    assert_eq!(keys(&[]).verify(&token), Err(JwtError::UnknownKey));
    let mut short = public(&jwk);
    short["n"] = json!("AQAB");
    assert_eq!(keys(&[short]).verify(&token), Err(JwtError::Signature));
    assert!(PublicKeys::parse(b"[]").is_none() && PublicKeys::parse(b"").is_none());
}
