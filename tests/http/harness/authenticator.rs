//! An authenticator in software: P-256, attestation "none".

use std::cell::Cell;

use aws_lc_rs::{
    digest::{SHA256, digest},
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair as _},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use super::Flow;

/// Somebody was there and it was the owner.
const VERIFIED: u8 = 5;

/// One key. What is public about it can be changed, to make it lie.
pub struct Authenticator {
    pair: EcdsaKeyPair,
    pub id: Vec<u8>,
    pub origin: &'static str,
    pub rp_id: &'static str,
    pub flags: u8,
    /// The counter of the next answer; 0 stays.
    pub count: Cell<u32>,
    /// What the account was called when the key was made.
    pub handle: Cell<Option<String>>,
}

impl Authenticator {
    pub fn new(name: &str) -> Self {
        Self {
            pair: EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).unwrap(),
            id: digest(&SHA256, name.as_bytes()).as_ref().to_vec(),
            origin: "https://app.example.test",
            rp_id: "example.test",
            flags: VERIFIED,
            count: Cell::new(1),
            handle: Cell::new(None),
        }
    }

    /// The id as the admin API and the buttons write it.
    pub fn hex(&self) -> String {
        self.id.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// The user handle.
    pub fn user(&self) -> String {
        let handle = self.handle.take();
        self.handle.set(handle.clone());
        handle.unwrap_or_default()
    }

    fn client(&self, kind: &str, options: &Value) -> Vec<u8> {
        json!({ "type": kind, "challenge": options["challenge"], "origin": self.origin, "crossOrigin": false })
            .to_string()
            .into_bytes()
    }

    fn data(&self, more: u8) -> Vec<u8> {
        let count = self.count.get();
        self.count.set(if count == 0 { 0 } else { count + 1 });
        let rp = digest(&SHA256, self.rp_id.as_bytes());
        [rp.as_ref(), &[self.flags | more], &count.to_be_bytes()].concat()
    }

    /// Makes the key, as a page sends it.
    pub fn create(&self, options: &Value) -> String {
        self.handle.set(Some(options["user"]["id"].as_str().unwrap().to_owned()));
        let (x, y) = self.pair.public_key().as_ref()[1..].split_at(32);
        // {1: 2, 3: -7, -1: 1, -2: x, -3: y}
        let key = [&[0xa5, 1, 2, 3, 0x26, 0x20, 1, 0x21, 0x58, 32], x, &[0x22, 0x58, 32], y].concat();
        let id = [&[0; 16][..], &[0, u8::try_from(self.id.len()).unwrap()], &self.id].concat();
        let data = [self.data(64), id, key].concat();
        let length = u8::try_from(data.len()).unwrap();
        // {"fmt": "none", "attStmt": {}, "authData": data}
        let object = [b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x58", &[length][..], &data].concat();
        self.answer(json!({
            "attestationObject": URL_SAFE_NO_PAD.encode(object),
            "clientDataJSON": URL_SAFE_NO_PAD.encode(self.client("webauthn.create", options)),
            "transports": ["internal"],
        }))
    }

    /// Shows the key, as a page sends it.
    pub fn get(&self, options: &Value) -> String {
        let (client, data) = (self.client("webauthn.get", options), self.data(0));
        let message = [data.as_slice(), digest(&SHA256, &client).as_ref()].concat();
        let signature = self.pair.sign(&SystemRandom::new(), &message).unwrap();
        self.answer(json!({
            "authenticatorData": URL_SAFE_NO_PAD.encode(data),
            "clientDataJSON": URL_SAFE_NO_PAD.encode(client),
            "signature": URL_SAFE_NO_PAD.encode(signature.as_ref()),
            "userHandle": self.user(),
        }))
    }

    fn answer(&self, response: Value) -> String {
        let id = URL_SAFE_NO_PAD.encode(&self.id);
        json!({ "id": id, "rawId": id, "type": "public-key", "response": response }).to_string()
    }
}

/// The options in the value of a field.
#[track_caller]
pub fn options(flow: &Flow, field: &str) -> Value {
    let value = flow.value(field).unwrap_or_else(|| panic!("no {field} in {}", flow.json["ui"]));
    let mut value: Value = serde_json::from_str(value.as_str().unwrap()).unwrap();
    if let Some(inner) = value.get_mut("credentialOptions") {
        value = inner.take();
    }
    value["publicKey"].take()
}
