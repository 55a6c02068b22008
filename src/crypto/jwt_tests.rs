//! Tokens that verify, and keys that must not sign.

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P384_SHA384_FIXED, ECDSA_P521_SHA512_FIXED, ED25519, KeyPair as _,
    RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_2048_8192_SHA512, RSA_PSS_2048_8192_SHA384, RsaParameters,
    RsaPublicKeyComponents, UnparsedPublicKey, VerificationAlgorithm,
};

use super::*;

/// Made for tests: an RSA key, and one for each curve.
const KEYS: &str = include_str!("../../tests/support/jwks.json");

fn keys() -> Vec<Value> {
    let set: Value = serde_json::from_str(KEYS).unwrap();
    set["keys"].as_array().unwrap().clone()
}

fn signer(jwk: &Value) -> Result<JwtSigner, KeySetError> {
    JwtSigner::from_key_set(json!({ "keys": [jwk] }).to_string().as_bytes())
}

fn claims() -> Map<String, Value> {
    json!({ "sub": "ada", "exp": 7 }).as_object().cloned().unwrap()
}

/// Header, claims, what was signed, and the signature.
fn parts(token: &str) -> (Value, Value, String, Vec<u8>) {
    let (signed, signature) = token.rsplit_once('.').unwrap();
    let (header, claims) = signed.split_once('.').unwrap();
    let json = |part: &str| serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap();
    (json(header), json(claims), signed.to_owned(), URL_SAFE_NO_PAD.decode(signature).unwrap())
}

fn decoded(jwk: &Value, name: &str) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(jwk[name].as_str().unwrap()).unwrap()
}

#[test]
fn rsa_tokens_verify() {
    let jwk = keys()[0].clone();
    let public = RsaPublicKeyComponents { n: decoded(&jwk, "n"), e: decoded(&jwk, "e") };
    let ways: [(&str, &RsaParameters); 3] = [
        ("RS256", &RSA_PKCS1_2048_8192_SHA256),
        ("RS512", &RSA_PKCS1_2048_8192_SHA512),
        ("PS384", &RSA_PSS_2048_8192_SHA384),
    ];
    for (alg, verify) in ways {
        let mut jwk = jwk.clone();
        jwk["alg"] = json!(alg);
        let token = signer(&jwk).unwrap().sign(&claims()).unwrap();
        let (header, body, signed, signature) = parts(&token);
        assert_eq!(header, json!({ "alg": alg, "kid": "rsa-1", "typ": "JWT" }));
        assert_eq!(body, Value::Object(claims()));
        public.verify(verify, signed.as_bytes(), &signature).unwrap();
        assert!(public.verify(verify, format!("{signed}x").as_bytes(), &signature).is_err());
    }
}

#[test]
fn tokens_of_curves_verify() {
    let ways: [&'static dyn VerificationAlgorithm; 3] =
        [&ECDSA_P256_SHA256_FIXED, &ECDSA_P384_SHA384_FIXED, &ECDSA_P521_SHA512_FIXED];
    for (jwk, verify) in keys()[1..].iter().zip(ways) {
        let (_, _, signed, signature) = parts(&signer(jwk).unwrap().sign(&claims()).unwrap());
        let point = [vec![4], decoded(jwk, "x"), decoded(jwk, "y")].concat();
        UnparsedPublicKey::new(verify, point).verify(signed.as_bytes(), &signature).unwrap();
    }
    let seed = [7; 32];
    let public = Ed25519KeyPair::from_seed_unchecked(&seed).unwrap().public_key().as_ref().to_vec();
    let encoded = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
    let jwk = json!({
        "kty": "OKP", "crv": "Ed25519", "alg": "EdDSA", "d": encoded(&seed), "x": encoded(&public),
    });
    let (header, _, signed, signature) = parts(&signer(&jwk).unwrap().sign(&claims()).unwrap());
    assert_eq!(header, json!({ "alg": "EdDSA", "typ": "JWT" }));
    UnparsedPublicKey::new(&ED25519, public).verify(signed.as_bytes(), &signature).unwrap();
}

#[test]
fn a_shared_key_signs_when_it_is_long_enough() {
    let key =
        |bytes: usize| json!({ "kty": "oct", "alg": "HS256", "k": URL_SAFE_NO_PAD.encode(vec![7; bytes]) });
    let (_, _, signed, signature) = parts(&signer(&key(32)).unwrap().sign(&claims()).unwrap());
    let expected = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &[7; 32]), signed.as_bytes());
    assert_eq!(signature, expected.as_ref());
    assert!(signer(&key(31)).is_err());
}

#[test]
fn the_first_key_that_can_sign_does() {
    let mut public = keys()[0].clone();
    for private in ["d", "p", "q", "dp", "dq", "qi"] {
        public.as_object_mut().unwrap().shift_remove(private);
    }
    let set = json!({ "keys": [public, { "kty": "EC" }, keys()[1], keys()[0]] }).to_string();
    let token = JwtSigner::from_key_set(set.as_bytes()).unwrap().sign(&claims()).unwrap();
    assert_eq!(parts(&token).0["kid"], "es256");
}

#[test]
fn sec_45_what_a_key_is_not_for_is_refused_and_nothing_of_it_is_shown() {
    let change = |n: usize, name: &str, value: Value| {
        let mut jwk = keys()[n].clone();
        jwk[name] = value;
        jwk
    };
    for jwk in [
        change(0, "alg", Value::Null),
        change(0, "alg", json!("none")),
        change(0, "alg", json!("HS256")),
        change(0, "alg", json!("ES256")),
        change(0, "d", json!("AQAB")),
        change(0, "p", json!("!")),
        change(1, "alg", json!("ES384")),
        change(1, "crv", json!("P-384")),
        change(1, "d", keys()[2]["d"].clone()),
        change(1, "x", keys()[1]["y"].clone()),
        json!({}),
    ] {
        let error = signer(&jwk).unwrap_err().to_string();
        assert!(matches!(signer(&jwk), Err(KeySetError::NoKey(_))), "{jwk}");
        for secret in ["d", "p", "q"] {
            if let Some(secret) = jwk[secret].as_str().filter(|secret| secret.len() > 9) {
                assert!(!error.contains(secret), "{error}");
            }
        }
    }
    for text in ["", "[]", "{}", r#"{"keys": [{"d": 7}]}"#] {
        assert!(matches!(JwtSigner::from_key_set(text.as_bytes()), Err(KeySetError::Malformed(_))), "{text}");
    }
    assert!(matches!(JwtSigner::from_key_set(br#"{"keys": []}"#), Err(KeySetError::NoKey(_))));
    assert_eq!(format!("{:?}", signer(&keys()[0]).unwrap()), "JwtSigner(RS256, …)");
}
