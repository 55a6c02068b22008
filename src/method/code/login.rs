//! Logging in by code: what was typed, who it is for, and whether the code is right.

use super::parse_resend;
use crate::{
    flow::{Code, CodePurpose, CodeRecipient, LoginCodeCheck, Note, Standing, Submission},
    identity::{Channel, CodeAddress, Credential, Identity, MethodId},
    kernel::{Fault, FlowId, Secret, Timestamp, normalise},
    method::{Owned, Ports, sent::Presented},
    store::{Credentials as _, FoundAccount, Reader, StoreResult},
    text,
};

/// What was typed into a form that sends or takes a code.
#[derive(Debug)]
pub struct Typed {
    /// The identifier, in the case that mail addresses are compared in; may be empty.
    pub identifier: String,
    /// The code.
    pub code: Option<Secret<String>>,
    /// Whether the code shall be sent again.
    pub resend: bool,
}

/// Reads what was typed.
///
/// # Errors
/// A message for the button that sends again, which has one value only.
pub fn parse_login(body: &Submission) -> Result<Typed, Vec<Note>> {
    let resend = parse_resend(body)?;
    let typed = body.text("identifier").or_else(|| body.text("address")).unwrap_or_default();
    let identifier = if typed.contains('@') { typed.to_lowercase() } else { typed };
    Ok(Typed { identifier, code: body.secret("code"), resend })
}

/// Checks that there is an identifier to send a code to.
///
/// # Errors
/// A message for its field.
pub fn ask_of(typed: &Typed) -> Result<&str, Vec<Note>> {
    if typed.identifier.is_empty() {
        return Err(vec![Note::field("identifier", text::validation::required("identifier"))]);
    }
    Ok(&typed.identifier)
}

/// Who would get a code: one read.
///
/// # Errors
/// The store failed.
pub async fn recipient(ports: &Ports, identifier: &str) -> Result<CodeRecipient, Fault> {
    let (identifier, fallback) = (identifier.to_owned(), ports.policy.code.fallback);
    Ok(ports.store.read(move |reader| find(reader, &identifier, fallback)).await?)
}

/// Compares a code with those that were sent in this flow: one read. It has to have been sent to the account
/// that the identifier names now.
///
/// # Errors
/// The store failed.
pub async fn check_login(
    ports: &Ports,
    flow: FlowId,
    identifier: &str,
    code: &Secret<String>,
) -> Result<LoginCodeCheck, Fault> {
    let presented = Presented::new(ports, CodePurpose::LoginCode, flow, code);
    let (fallback, identifier) = (ports.policy.code.fallback, identifier.to_owned());
    let read =
        move |reader: &mut Reader<'_>| Ok((find(reader, &identifier, fallback)?, presented.find(reader)?));
    let (recipient, hit) = ports.store.read(read).await?;
    Ok(match (recipient, hit) {
        (CodeRecipient::Nobody | CodeRecipient::Unreachable, _) => LoginCodeCheck::Nobody,
        (CodeRecipient::Account { identity, .. }, Some(code)) if code.identity == Some(identity.id) => {
            judge(&code, identity, ports.now)
        }
        (CodeRecipient::Account { .. } | CodeRecipient::NotTheirs, _) => LoginCodeCheck::Mismatch,
    })
}

/// Where a code can go that comes on top of another factor: to the addresses for codes, or without any, where
/// the operator allows that, to all that can be verified (01 §10.3.1).
pub fn candidates(identity: &Identity, codes: &[CodeAddress], fallback: bool) -> Vec<CodeAddress> {
    if !codes.is_empty() || !fallback {
        return codes.to_vec();
    }
    let addresses = identity.verifiable_addresses.iter();
    addresses.map(|own| CodeAddress { address: own.value.clone(), channel: own.via }).collect()
}

/// Who would get a code that comes on top of another factor: whoever is logged in, at one of their addresses.
pub fn own_recipient(ports: &Ports, account: Owned, identifier: &str) -> CodeRecipient {
    let Owned { identity, credentials } = account;
    let codes = credentials.iter().map(Credential::code_addresses).find(|codes| !codes.is_empty());
    let codes = codes.unwrap_or_default();
    let names = normalise::candidates(identifier);
    let addresses = candidates(&identity, codes, ports.policy.code.fallback);
    match addresses.into_iter().find(|own| names.contains(&own.address)) {
        Some(own) => CodeRecipient::Account { identity: Box::new(identity), addresses: vec![own] },
        None if codes.is_empty() && ports.policy.code.fallback => CodeRecipient::NotTheirs,
        None => CodeRecipient::Nobody,
    }
}

/// Compares a code with those that were sent in this flow to whoever is logged in: one read.
///
/// # Errors
/// The store failed.
pub async fn check_own(
    ports: &Ports,
    identity: Identity,
    flow: FlowId,
    code: &Secret<String>,
) -> Result<LoginCodeCheck, Fault> {
    let presented = Presented::new(ports, CodePurpose::LoginCode, flow, code);
    let hit = ports.store.read(move |reader| presented.find(reader)).await?;
    Ok(match hit.filter(|code| code.identity == Some(identity.id)) {
        Some(code) => judge(&code, Box::new(identity), ports.now),
        None => LoginCodeCheck::Mismatch,
    })
}

fn judge(code: &Code, identity: Box<Identity>, now: Timestamp) -> LoginCodeCheck {
    match code.standing_at(now) {
        Standing::Used => LoginCodeCheck::Used,
        Standing::Late => LoginCodeCheck::Mismatch,
        Standing::Good => LoginCodeCheck::Match { code: code.id, identity },
    }
}

fn find(reader: &mut Reader<'_>, identifier: &str, fallback: bool) -> StoreResult<CodeRecipient> {
    let names = normalise::candidates(identifier);
    if fallback {
        let found = reader.account_by_identifier(MethodId::Code, &names)?;
        return Ok(found.map_or(CodeRecipient::Nobody, |account| recipient_of(account, identifier, fallback)));
    }
    let found = reader.credential_by_identifier(MethodId::Code, &names)?;
    Ok(found.map_or(CodeRecipient::Nobody, |(credential, identity)| {
        let account = FoundAccount { is_preferred: true, identity, credentials: vec![credential] };
        recipient_of(account, identifier, fallback)
    }))
}

/// Where the codes of an account go: to the address that was typed if it is one of those for codes, else to
/// all of them. Whoever has the name by another method only is written to under that very name, where the
/// operator allows that (01 §10.3.2).
pub fn recipient_of(account: FoundAccount, identifier: &str, fallback: bool) -> CodeRecipient {
    let FoundAccount { is_preferred, identity, credentials } = account;
    let names = normalise::candidates(identifier);
    let preferred = credentials.iter().filter(|_| is_preferred);
    let all = preferred.map(Credential::code_addresses).find(|addresses| !addresses.is_empty());
    let addresses = match all {
        Some(all) => {
            let typed = all.iter().find(|code| names.contains(&code.address));
            typed.map_or_else(|| all.to_vec(), |typed| vec![typed.clone()])
        }
        None if !fallback => return CodeRecipient::Nobody,
        None => match normalise::strict_email(identifier) {
            Some(address) => vec![CodeAddress { address, channel: Channel::Email }],
            None => return CodeRecipient::Unreachable,
        },
    };
    CodeRecipient::Account { identity: Box::new(identity), addresses }
}
