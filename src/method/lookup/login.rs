//! A backup code on top of another factor (01 §10.5).

use subtle::ConstantTimeEq as _;

use crate::{
    flow::{FactorCheck, Note, Shown, Submission, Touched},
    identity::{BackupCode, Credential, MethodId, Payload, SecretKind, Vault, VaultKeys},
    kernel::Secret,
    method::{FormCx, Owned, Ports},
    session::{Factor, SessionMethod},
    text,
    ui::{Group, Node, input},
};

/// The fields of a login form.
pub fn login_nodes(cx: &FormCx<'_>) -> [Node; 2] {
    let code = input("lookup_secret").group(Group::LookupSecret).required().label(text::login::backup_code());
    let code = if cx.was_tried(MethodId::Lookup) { code } else { code.value("") };
    let button = input("method").group(Group::LookupSecret).submit(MethodId::Lookup.wire_name());
    [code.build(), button.label(text::login::use_backup_code()).build()]
}

/// Reads the code.
///
/// # Errors
/// A message for its field.
pub fn parse(body: &Submission) -> Result<Secret<String>, Vec<Note>> {
    let missing = || vec![Note::field("lookup_secret", text::validation::required("lookup_secret"))];
    body.secret("lookup_secret").ok_or_else(missing)
}

/// Compares a code with those of an account, used ones included; the one that fits is used up.
pub fn check(ports: &Ports, account: Owned, code: &Secret<String>) -> FactorCheck {
    let Owned { identity, credentials } = account;
    let missing = || FactorCheck::Mismatch(text::validation::backup_codes_missing());
    let found = credentials.into_iter().find(|credential| credential.method() == MethodId::Lookup);
    let Some(credential) = found else { return missing() };
    let Payload::Lookup { codes } = &credential.payload else { return missing() };
    if codes.is_empty() {
        return missing();
    }
    let vault = VaultKeys::new(&ports.keys).of(identity.id);
    // SECURITY: all of them are compared, whichever fits (05 no. 50).
    let hits: Vec<bool> = codes.iter().map(|held| is_same(&vault, held, code)).collect();
    let fitting =
        |used: bool| codes.iter().zip(&hits).position(|(held, hit)| *hit && held.used_at.is_some() == used);
    match (fitting(false), fitting(true)) {
        (Some(at), _) => {
            let mut codes = codes.clone();
            for code in codes.iter_mut().skip(at).take(1) {
                code.used_at = Some(ports.now);
            }
            let payload = Payload::Lookup { codes };
            let spent = Credential { payload, updated_at: ports.now, ..credential };
            let factor = Factor::second(SessionMethod::LookupSecret);
            let credential = Touched::Spent(Box::new(spent));
            FactorCheck::Match(Box::new(Shown { identity, factor, credential }))
        }
        (None, Some(_)) => FactorCheck::Mismatch(text::validation::backup_code_used()),
        (None, None) => FactorCheck::Mismatch(text::validation::backup_code_invalid()),
    }
}

fn is_same(vault: &Vault<'_>, held: &BackupCode, typed: &Secret<String>) -> bool {
    let typed = typed.expose().trim().as_bytes();
    let held = vault.open(SecretKind::BackupCode, &held.code);
    held.is_some_and(|held| held.expose().as_bytes().ct_eq(typed).into())
}
