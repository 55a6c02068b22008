//! What was sent in a flow, found by the secret that somebody shows.

use super::Ports;
use crate::{
    crypto::TokenHash,
    flow::{Code, CodePurpose},
    identity::Identity,
    kernel::{Fault, FlowId, Secret},
    store::{Codes as _, Identities as _, Reader, StoreResult},
};

/// A secret that somebody shows, as it is looked for.
pub(super) struct Presented {
    purpose: CodePurpose,
    flow: FlowId,
    hashes: Vec<TokenHash>,
}

impl Presented {
    pub(super) fn new(ports: &Ports, purpose: CodePurpose, flow: FlowId, secret: &Secret<String>) -> Self {
        let hashes = ports.keys.token_hashes(purpose.token(), &purpose.bound(flow, secret.expose()));
        Self { purpose, flow, hashes }
    }

    /// The code or token that it is, if it was sent in this flow: one statement.
    pub(super) fn find(&self, reader: &mut Reader<'_>) -> StoreResult<Option<Code>> {
        let fits = |sent: &Code| sent.purpose == self.purpose && self.hashes.contains(&sent.hash);
        let found = match self.purpose {
            CodePurpose::VerificationLink | CodePurpose::RecoveryLink => {
                reader.code_by_hash(self.purpose, &self.hashes)?
            }
            CodePurpose::VerificationCode
            | CodePurpose::RecoveryCode
            | CodePurpose::LoginCode
            | CodePurpose::RegistrationCode => reader.codes_of(self.flow)?.into_iter().find(fits),
        };
        // SECURITY: worth nothing in any other flow than its own (05 no. 29; test
        // `sec_29_a_link_fits_its_own_flow_only`).
        Ok(found.filter(|sent| sent.flow == self.flow))
    }
}

/// The code or token that `secret` is: one read.
///
/// # Errors
/// The store failed.
pub(super) async fn find(
    ports: &Ports,
    purpose: CodePurpose,
    flow: FlowId,
    secret: &Secret<String>,
) -> Result<Option<Code>, Fault> {
    let presented = Presented::new(ports, purpose, flow, secret);
    Ok(ports.store.read(move |reader| presented.find(reader)).await?)
}

/// The same, with whose it is; one that is nobody's fits nothing.
///
/// # Errors
/// The store failed.
pub(super) async fn find_with_owner(
    ports: &Ports,
    purpose: CodePurpose,
    flow: FlowId,
    secret: &Secret<String>,
) -> Result<Option<(Code, Identity)>, Fault> {
    let presented = Presented::new(ports, purpose, flow, secret);
    let find = move |reader: &mut Reader<'_>| {
        let found = presented.find(reader)?;
        let owner = match found.as_ref().and_then(|found| found.identity) {
            Some(identity) => reader.identity(identity)?,
            None => None,
        };
        Ok(found.zip(owner))
    };
    Ok(ports.store.read(find).await?)
}
