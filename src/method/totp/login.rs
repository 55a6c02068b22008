//! A code of an authenticator app on top of another factor (01 §10.4).

use crate::{
    flow::{FactorCheck, Note, Shown, Submission, Touched},
    identity::{Credential, MethodId, Payload, SecretKind, VaultKeys},
    kernel::Secret,
    method::{FormCx, Owned, Ports},
    session::{Factor, SessionMethod},
    text,
    ui::{Group, Node, input},
};

/// The digits that an app shows.
const DIGITS: u64 = 6;

/// The fields of a login form.
pub fn login_nodes(cx: &FormCx<'_>) -> [Node; 2] {
    let code = input("totp_code").group(Group::Totp).required().label(text::login::authenticator_code());
    let code = if cx.was_tried(MethodId::Totp) { code } else { code.value("") };
    let button = input("method").group(Group::Totp).submit(MethodId::Totp.wire_name());
    [code.build(), button.label(text::login::use_authenticator()).build()]
}

/// Reads the code.
///
/// # Errors
/// A message for its field.
pub fn parse(body: &Submission) -> Result<Secret<String>, Vec<Note>> {
    let wrong = |message| Err(vec![Note::field("totp_code", message)]);
    let Some(code) = body.secret("totp_code") else {
        return wrong(text::validation::required("totp_code"));
    };
    let length = u64::try_from(code.expose().chars().count()).unwrap_or(u64::MAX);
    if length < DIGITS {
        return wrong(text::validation::too_short(DIGITS, length));
    }
    Ok(code)
}

/// Compares a code with the app of an account. A code works once: later ones only from then on.
pub fn check(ports: &Ports, account: Owned, code: &Secret<String>) -> FactorCheck {
    let Owned { identity, credentials } = account;
    let found = credentials.into_iter().find(|credential| credential.method() == MethodId::Totp);
    let Some(credential) = found else { return FactorCheck::Mismatch(text::validation::totp_missing()) };
    let Payload::Totp { url, used_step } = &credential.payload else {
        return FactorCheck::Mismatch(text::validation::totp_missing());
    };
    let vault = VaultKeys::new(&ports.keys).of(identity.id);
    let key = vault.open(SecretKind::TotpUrl, url).and_then(|url| crate::crypto::TotpKey::parse(&url));
    let Some(key) = key else {
        tracing::error!(identity.id = %identity.id, "the key of an authenticator app cannot be read; its owner has to add the app anew");
        return FactorCheck::Mismatch(text::validation::totp_invalid());
    };
    // SECURITY: who has read a code over somebody's shoulder must not be let in by it (05 no. 21; test
    // `sec_21_a_code_of_an_app_works_once`).
    let fresh = |step: &u64| used_step.is_none_or(|used| used < *step);
    match key.check(code.expose().trim(), ports.now).filter(fresh) {
        None => FactorCheck::Mismatch(text::validation::totp_invalid()),
        Some(step) => {
            let payload = Payload::Totp { url: url.clone(), used_step: Some(step) };
            let spent = Credential { payload, updated_at: ports.now, ..credential };
            let factor = Factor::second(SessionMethod::Totp);
            let credential = Touched::Spent(Box::new(spent));
            FactorCheck::Match(Box::new(Shown { identity, factor, credential }))
        }
    }
}
