//! A software authenticator of each algorithm, and what does not fit.

use aws_lc_rs::{
    rand::SystemRandom,
    rsa::KeySize,
    signature::{
        ECDSA_P256_SHA256_ASN1_SIGNING, ECDSA_P384_SHA384_ASN1_SIGNING, ECDSA_P521_SHA512_ASN1_SIGNING,
        EcdsaKeyPair, EcdsaSigningAlgorithm, Ed25519KeyPair, KeyPair as _, RSA_PKCS1_SHA256, RSA_PSS_SHA512,
        RsaEncoding, RsaKeyPair,
    },
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use super::*;

const CHALLENGE: [u8; 32] = [7; 32];
const ID: &[u8] = b"key";

fn head(major: u8, number: usize) -> Vec<u8> {
    match number {
        0..=23 => vec![major << 5 | u8::try_from(number).unwrap()],
        24..=255 => vec![major << 5 | 24, u8::try_from(number).unwrap()],
        _ => [vec![major << 5 | 25], u16::try_from(number).unwrap().to_be_bytes().to_vec()].concat(),
    }
}

fn whole(number: i64) -> Vec<u8> {
    let size = usize::try_from(if number < 0 { -1 - number } else { number }).unwrap();
    head(u8::from(number < 0), size)
}

fn bytes(bytes: &[u8]) -> Vec<u8> {
    [head(2, bytes.len()), bytes.to_vec()].concat()
}

fn text(text: &str) -> Vec<u8> {
    [head(3, text.len()), text.as_bytes().to_vec()].concat()
}

fn map(entries: &[(Vec<u8>, Vec<u8>)]) -> Vec<u8> {
    let body: Vec<u8> =
        entries.iter().flat_map(|(key, value)| [key.clone(), value.clone()].concat()).collect();
    [head(5, entries.len()), body].concat()
}

enum Signer {
    Ecdsa(i64, i64, EcdsaKeyPair),
    Ed25519(Ed25519KeyPair),
    Rsa(i64, &'static dyn RsaEncoding, RsaKeyPair),
}

impl Signer {
    fn ecdsa(algorithm: i64, curve: i64, signing: &'static EcdsaSigningAlgorithm) -> Self {
        Self::Ecdsa(algorithm, curve, EcdsaKeyPair::generate(signing).unwrap())
    }

    fn all() -> Vec<Self> {
        let rsa = || RsaKeyPair::generate(KeySize::Rsa2048).unwrap();
        vec![
            Self::ecdsa(-7, 1, &ECDSA_P256_SHA256_ASN1_SIGNING),
            Self::ecdsa(-35, 2, &ECDSA_P384_SHA384_ASN1_SIGNING),
            Self::ecdsa(-36, 3, &ECDSA_P521_SHA512_ASN1_SIGNING),
            Self::Ed25519(Ed25519KeyPair::generate().unwrap()),
            Self::Rsa(-257, &RSA_PKCS1_SHA256, rsa()),
            Self::Rsa(-39, &RSA_PSS_SHA512, rsa()),
        ]
    }

    fn key(&self) -> Vec<u8> {
        match self {
            Self::Ecdsa(algorithm, curve, pair) => {
                let point = &pair.public_key().as_ref()[1..];
                let (x, y) = point.split_at(point.len() / 2);
                map(&[
                    (whole(1), whole(2)),
                    (whole(3), whole(*algorithm)),
                    (whole(-1), whole(*curve)),
                    (whole(-2), bytes(x)),
                    (whole(-3), bytes(y)),
                ])
            }
            Self::Ed25519(pair) => map(&[
                (whole(1), whole(1)),
                (whole(3), whole(-8)),
                (whole(-1), whole(6)),
                (whole(-2), bytes(pair.public_key().as_ref())),
            ]),
            Self::Rsa(algorithm, _, pair) => {
                // The modulus of the DER of a key of 2048 bits.
                let modulus = &pair.public_key().as_ref()[9..265];
                map(&[
                    (whole(1), whole(3)),
                    (whole(3), whole(*algorithm)),
                    (whole(-1), bytes(modulus)),
                    (whole(-2), bytes(&[1, 0, 1])),
                ])
            }
        }
    }

    fn sign(&self, message: &[u8]) -> Vec<u8> {
        let random = SystemRandom::new();
        match self {
            Self::Ecdsa(_, _, pair) => pair.sign(&random, message).unwrap().as_ref().to_vec(),
            Self::Ed25519(pair) => pair.sign(message).as_ref().to_vec(),
            Self::Rsa(_, encoding, pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(*encoding, &random, message, &mut signature).unwrap();
                signature
            }
        }
    }
}

/// An answer, and what can be wrong with it.
struct Page {
    rp: &'static str,
    origin: &'static str,
    challenge: [u8; 32],
    flags: u8,
    kind: Option<&'static str>,
}

const GOOD: Page =
    Page { rp: "example.test", origin: "https://example.test", challenge: CHALLENGE, flags: 5, kind: None };

impl Page {
    fn client(&self, kind: &str) -> Vec<u8> {
        let kind = self.kind.unwrap_or(kind);
        json!({ "type": kind, "challenge": URL_SAFE_NO_PAD.encode(self.challenge), "origin": self.origin })
            .to_string()
            .into_bytes()
    }

    fn data(&self, more: u8) -> Vec<u8> {
        let rp = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, self.rp.as_bytes());
        [rp.as_ref(), &[self.flags | more], &9_u32.to_be_bytes()].concat()
    }

    fn create(&self, key: &[u8]) -> Answer {
        let made = [&[1; 16][..], &[0, 3], ID, key].concat();
        let data = [self.data(64), made].concat();
        let object = map(&[
            (text("fmt"), text("none")),
            (text("attStmt"), map(&[])),
            (text("authData"), bytes(&data)),
        ]);
        let response = json!({
            "clientDataJSON": URL_SAFE_NO_PAD.encode(self.client("webauthn.create")),
            "attestationObject": URL_SAFE_NO_PAD.encode(object),
        });
        Answer::parse(&sent(&response)).unwrap()
    }

    fn get(&self, signer: &Signer) -> Answer {
        let (client, data) = (self.client("webauthn.get"), self.data(0));
        let hash = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &client);
        let signature = signer.sign(&[data.as_slice(), hash.as_ref()].concat());
        let response = json!({
            "clientDataJSON": URL_SAFE_NO_PAD.encode(client),
            "authenticatorData": URL_SAFE_NO_PAD.encode(data),
            "signature": URL_SAFE_NO_PAD.encode(signature),
            "userHandle": "YWRh",
        });
        Answer::parse(&sent(&response)).unwrap()
    }
}

fn sent(response: &Value) -> String {
    let id = URL_SAFE_NO_PAD.encode(ID);
    json!({ "id": id, "rawId": id, "type": "public-key", "response": response }).to_string()
}

fn origins() -> Vec<String> {
    vec!["https://other.test".to_owned(), "https://example.test".to_owned()]
}

fn ceremony(origins: &[String]) -> Ceremony<'_> {
    Ceremony { rp_id: "example.test", origins, challenge: &CHALLENGE, verifies_user: true }
}

#[test]
fn keys_of_all_algorithms_are_registered_and_shown() {
    let origins = origins();
    for signer in Signer::all() {
        let key = signer.key();
        let registered = ceremony(&origins).register(&GOOD.create(&key)).unwrap();
        assert_eq!((registered.id.as_slice(), registered.sign_count), (ID, 9));
        assert_eq!((registered.public_key.as_slice(), registered.format.as_str()), (key.as_slice(), "none"));
        let shown = GOOD.get(&signer);
        assert_eq!(shown.user_handle.as_deref(), Some(&b"ada"[..]));
        let signed = ceremony(&origins).authenticate(&shown, &key).unwrap();
        assert!(
            signed.flags.user_present() && signed.flags.user_verified() && !signed.flags.backup_eligible()
        );
        let other = Signer::ecdsa(-7, 1, &ECDSA_P256_SHA256_ASN1_SIGNING);
        assert_eq!(ceremony(&origins).authenticate(&shown, &other.key()), Err(Invalid::Signature));
    }
}

#[test]
fn what_does_not_fit_is_refused_and_why() {
    let origins = origins();
    let signer = Signer::ecdsa(-7, 1, &ECDSA_P256_SHA256_ASN1_SIGNING);
    let key = signer.key();
    for (page, why) in [
        (Page { rp: "evil.test", ..GOOD }, Invalid::RelyingParty),
        (Page { origin: "https://example.test:444", ..GOOD }, Invalid::Origin),
        (Page { origin: "https://sub.example.test", ..GOOD }, Invalid::Origin),
        (Page { origin: "https://EXAMPLE.test", ..GOOD }, Invalid::Origin),
        (Page { challenge: [8; 32], ..GOOD }, Invalid::Challenge),
        (Page { flags: 4, ..GOOD }, Invalid::Flags),
        (Page { flags: 1, ..GOOD }, Invalid::Flags),
        (Page { flags: 5 | 16, ..GOOD }, Invalid::Flags),
        (Page { kind: Some("payment.get"), ..GOOD }, Invalid::Kind),
    ] {
        assert_eq!(ceremony(&origins).register(&page.create(&key)), Err(why));
        assert_eq!(ceremony(&origins).authenticate(&page.get(&signer), &key), Err(why));
    }
    // An answer of one kind is none of the other.
    assert_eq!(ceremony(&origins).register(&GOOD.get(&signer)), Err(Invalid::Kind));
    assert_eq!(ceremony(&origins).authenticate(&GOOD.create(&key), &key), Err(Invalid::Kind));
    // Without the wish to verify the user, being there is enough.
    let lax = Ceremony { verifies_user: false, ..ceremony(&origins) };
    assert!(lax.authenticate(&Page { flags: 1, ..GOOD }.get(&signer), &key).is_ok());
    assert_eq!(lax.authenticate(&Page { flags: 0, ..GOOD }.get(&signer), &key), Err(Invalid::Flags));
    assert_eq!(lax.authenticate(&GOOD.get(&signer), &DUMMY_KEY), Err(Invalid::Signature));
}

#[test]
fn keys_that_were_not_offered_are_refused() {
    let origins = origins();
    let signer = Signer::ecdsa(-7, 1, &ECDSA_P256_SHA256_ASN1_SIGNING);
    let good = signer.key();
    // The algorithm, the curve, a coordinate that is cut, and something behind it.
    let mut algorithm = good.clone();
    algorithm[4] = 0x27;
    let mut curve = good.clone();
    curve[6] = 2;
    let tail = [good.clone(), vec![0]].concat();
    for key in [algorithm, curve, good[..good.len() - 1].to_vec(), tail, Vec::new()] {
        assert!(PublicKey::parse(&key).is_none());
        assert_eq!(ceremony(&origins).register(&GOOD.create(&key)), Err(Invalid::Data));
    }
    assert!(PublicKey::parse(&DUMMY_KEY).is_some());
}

#[test]
fn what_a_page_sends_has_to_be_an_answer() {
    let good = json!({ "clientDataJSON": "e30", "signature": "AA", "authenticatorData": "AA" });
    assert!(Answer::parse(&sent(&good)).is_some());
    assert!(Answer::parse(&sent(&json!({ "clientDataJSON": "e30=" }))).is_some(), "padding is allowed");
    let whole = sent(&good);
    for cut in 0..whole.len() {
        assert!(Answer::parse(&whole[..cut]).is_none());
    }
    for bad in [
        json!({}),
        json!({ "id": "AA", "rawId": "AQ", "type": "public-key", "response": good }),
        json!({ "id": "", "rawId": "", "type": "public-key", "response": good }),
        json!({ "id": "AA", "type": "password", "response": good }),
        json!({ "id": "AA", "type": "public-key", "response": { "clientDataJSON": "?" } }),
        json!({ "id": "AA", "type": "public-key", "response": { "clientDataJSON": "e30", "userHandle": "?" } }),
    ] {
        assert!(Answer::parse(&bad.to_string()).is_none(), "{bad}");
    }
}
