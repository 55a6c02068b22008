//! Registering a key, and showing it (WebAuthn sections 7.1 and 7.2).

use aws_lc_rs::digest::{SHA256, digest};
use base64::{
    Engine as _, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use serde::Deserialize;
use subtle::ConstantTimeEq as _;

use super::{
    cbor::Cbor,
    cose::PublicKey,
    data::{AuthenticatorData, ClientData, Flags},
};

/// base64url, which most browsers write without padding and some scripts with it.
const BASE64URL: GeneralPurpose = GeneralPurpose::new(
    &alphabet::URL_SAFE,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// What the answer of an authenticator has to fit.
#[derive(Debug, Clone, Copy)]
pub struct Ceremony<'a> {
    /// The relying party that its keys are for.
    pub rp_id: &'a str,
    /// The pages that may ask, exactly as browsers name them.
    pub origins: &'a [String],
    /// The challenge.
    pub challenge: &'a [u8; 32],
    /// Whether the authenticator has to have made sure that it was its owner.
    pub verifies_user: bool,
}

/// What a page sends: the answer of an authenticator as JSON. Only [`Answer::parse`] makes one.
#[derive(Debug)]
pub struct Answer {
    /// The id of the key.
    pub id: Vec<u8>,
    /// How the account calls itself to authenticators, when a key was shown.
    pub user_handle: Option<Vec<u8>>,
    /// How the authenticator can be reached, when a key was made.
    pub transports: Vec<String>,
    client_data: Vec<u8>,
    attestation: Option<Vec<u8>>,
    signed: Option<(Vec<u8>, Vec<u8>)>,
}

/// A key that was registered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registered {
    /// Its id.
    pub id: Vec<u8>,
    /// The key, in COSE.
    pub public_key: Vec<u8>,
    /// The make of its authenticator.
    pub aaguid: Vec<u8>,
    /// How often it has signed.
    pub sign_count: u32,
    /// What the authenticator said.
    pub flags: Flags,
    /// The name of the format of its attestation.
    pub format: String,
    /// The attestation as it came.
    pub attestation: Vec<u8>,
    /// What the browser said, as it came.
    pub client_data: Vec<u8>,
}

/// A key that was shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Signed {
    /// How often it has signed.
    pub sign_count: u32,
    /// What the authenticator said.
    pub flags: Flags,
}

/// Why an answer does not fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Invalid {
    /// It is not about this.
    #[error("the answer is of another kind, or incomplete")]
    Kind,
    /// It answers something else.
    #[error("the challenge is another one")]
    Challenge,
    /// Another page asked.
    #[error("the page is none of those that may ask")]
    Origin,
    /// It is for another relying party.
    #[error("the relying party is another one")]
    RelyingParty,
    /// Nobody was there, or nobody made sure that it was the owner; or what is said of backups makes no sense.
    #[error("the flags do not allow it")]
    Flags,
    /// The data of the authenticator cannot be read, or its key is of an algorithm that is not offered.
    #[error("the data of the authenticator cannot be read")]
    Data,
    /// The signature is wrong.
    #[error("the signature is wrong")]
    Signature,
}

#[derive(Deserialize)]
struct Sent {
    id: String,
    #[serde(rename = "rawId")]
    raw_id: Option<String>,
    #[serde(rename = "type")]
    kind: String,
    response: SentResponse,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SentResponse {
    #[serde(rename = "clientDataJSON")]
    client_data: String,
    attestation_object: Option<String>,
    authenticator_data: Option<String>,
    signature: Option<String>,
    user_handle: Option<String>,
    transports: Option<Vec<String>>,
}

impl Answer {
    /// Reads what a page sent; `None` when it is no answer of an authenticator.
    pub fn parse(text: &str) -> Option<Self> {
        let sent: Sent = serde_json::from_str(text).ok()?;
        let bytes = |text: &str| BASE64URL.decode(text).ok();
        let optional = |text: Option<String>| match text {
            Some(text) => bytes(&text).map(Some),
            None => Some(None),
        };
        let id = bytes(sent.raw_id.as_deref().unwrap_or(&sent.id))?;
        if sent.kind != "public-key" || id.is_empty() || bytes(&sent.id)? != id {
            return None;
        }
        let response = sent.response;
        let (data, signature) = (optional(response.authenticator_data)?, optional(response.signature)?);
        Some(Self {
            id,
            user_handle: optional(response.user_handle)?.filter(|handle| !handle.is_empty()),
            transports: response.transports.unwrap_or_default(),
            client_data: bytes(&response.client_data)?,
            attestation: optional(response.attestation_object)?,
            signed: data.zip(signature),
        })
    }

    /// Whether a key was made, in contrast to one that was shown.
    pub const fn is_registration(&self) -> bool {
        self.attestation.is_some()
    }
}

impl Ceremony<'_> {
    /// Checks that an answer registers a key (WebAuthn section 7.1).
    ///
    /// # Errors
    /// Why it does not.
    pub fn register(&self, answer: &Answer) -> Result<Registered, Invalid> {
        let object = answer.attestation.as_deref().ok_or(Invalid::Kind)?;
        self.check_client(&answer.client_data, "webauthn.create")?;
        let (attestation, rest) = Cbor::read(object).ok_or(Invalid::Data)?;
        let part = |name| attestation.get(&Cbor::Text(name));
        let format = part("fmt").and_then(Cbor::text).ok_or(Invalid::Data)?;
        let data = part("authData").and_then(Cbor::bytes).ok_or(Invalid::Data)?;
        let data = AuthenticatorData::parse(data).ok_or(Invalid::Data)?;
        self.check_data(&data)?;
        let made = data.made.ok_or(Invalid::Data)?;
        // A statement of "none" says nothing.
        let says_nothing = matches!(part("attStmt"), Some(Cbor::Map(entries)) if entries.is_empty());
        if !rest.is_empty() || made.id != answer.id || (format == "none" && !says_nothing) {
            return Err(Invalid::Data);
        }
        Ok(Registered {
            id: made.id.to_vec(),
            public_key: made.public_key.to_vec(),
            aaguid: made.aaguid.to_vec(),
            sign_count: data.sign_count,
            flags: data.flags,
            format: format.to_owned(),
            attestation: object.to_vec(),
            client_data: answer.client_data.clone(),
        })
    }

    /// Checks that an answer shows a key (WebAuthn section 7.2).
    ///
    /// # Errors
    /// Why it does not.
    pub fn authenticate(&self, answer: &Answer, public_key: &[u8]) -> Result<Signed, Invalid> {
        let (data, signature) = answer.signed.as_ref().ok_or(Invalid::Kind)?;
        self.check_client(&answer.client_data, "webauthn.get")?;
        let key = PublicKey::parse(public_key).ok_or(Invalid::Data)?;
        let message = [data.as_slice(), digest(&SHA256, &answer.client_data).as_ref()].concat();
        let is_signed = key.has_signed(&message, signature);
        let data = AuthenticatorData::parse(data).ok_or(Invalid::Data)?;
        self.check_data(&data)?;
        match is_signed {
            true => Ok(Signed { sign_count: data.sign_count, flags: data.flags }),
            false => Err(Invalid::Signature),
        }
    }

    fn check_client(&self, bytes: &[u8], kind: &str) -> Result<(), Invalid> {
        let client: ClientData = serde_json::from_slice(bytes).map_err(|_| Invalid::Kind)?;
        if client.kind != kind {
            return Err(Invalid::Kind);
        }
        // SECURITY: what a page of somebody else has obtained is worth nothing here (05 no. 31; tests
        // `what_does_not_fit_is_refused_and_why`, `sec_31_answers_to_something_else_are_refused`).
        let sent = BASE64URL.decode(&client.challenge).map_err(|_| Invalid::Challenge)?;
        if !bool::from(self.challenge.as_slice().ct_eq(&sent)) {
            return Err(Invalid::Challenge);
        }
        match self.origins.contains(&client.origin) {
            true => Ok(()),
            false => Err(Invalid::Origin),
        }
    }

    fn check_data(&self, data: &AuthenticatorData<'_>) -> Result<(), Invalid> {
        if digest(&SHA256, self.rp_id.as_bytes()).as_ref() != data.rp_hash {
            return Err(Invalid::RelyingParty);
        }
        let flags = data.flags;
        let present = flags.user_present() && (flags.user_verified() || !self.verifies_user);
        match present && (flags.backup_eligible() || !flags.backup_state()) {
            true => Ok(()),
            false => Err(Invalid::Flags),
        }
    }
}
