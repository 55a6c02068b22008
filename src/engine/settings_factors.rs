//! Submitting settings that are about authenticator apps and backup codes (02 §4.7).

use super::{
    Engine, Forgery,
    settings::{Case, Collected, is_fresh, too_old},
};
use crate::{
    flow::{CodesOnShow, Failure, Note, SettingsEvent},
    identity::{MethodId, Payload, VaultKeys},
    method::{self, lookup::Ask},
    session::{Factor, SessionMethod},
    text::{self, ErrorCode},
};

impl Engine {
    /// Adds an authenticator app by a code of it, or takes it away. COMPAT: adding a second one changes nothing
    /// and is told as saved (02 §4.7).
    pub(super) fn collect_totp(&self, case: &Case<'_>) -> Result<Collected, Failure> {
        if let Some(barred) = barred(case, MethodId::Totp) {
            return barred;
        }
        let Case { visit, flow, owner, body } = *case;
        let account = &owner.account;
        let ports = self.ports(visit);
        let set = |payload| {
            let names = vec![account.identity.id.to_string()];
            method::set_credential(&ports, account, MethodId::Totp, payload, names)
        };
        let unlinks = match body.flag("totp_unlink") {
            Ok(flag) => flag.unwrap_or_default(),
            Err(wrong) => {
                let message = text::validation::wrong_type(&[wrong.allowed], wrong.actual);
                return Ok(Collected::refused(MethodId::Totp, vec![Note::field("totp_unlink", message)]));
            }
        };
        if unlinks {
            return Ok(self.changed(case, set(None)));
        }
        let held = account.credentials.iter().find(|credential| credential.method() == MethodId::Totp);
        if let Some(held) = held {
            return Ok(self.changed(case, set(Some(held.payload.clone()))));
        }
        let refused =
            |message| Ok(Collected::refused(MethodId::Totp, vec![Note::field("totp_code", message)]));
        let Some(code) = body.secret("totp_code") else {
            return refused(text::validation::required("totp_code"));
        };
        let schema = visit.runtime.schemas.of_identity(&account.identity);
        let name = method::totp::account_name(schema, account);
        let issuer = &visit.runtime.policy.totp.issuer;
        let mut keys = method::totp::new_keys(&ports.keys, flow.state.shown(flow.head.id), issuer, &name);
        let fits = keys.find(|key| key.check(code.expose().trim(), visit.now).is_some());
        let vault = VaultKeys::new(&ports.keys).of(account.identity.id);
        let mut stream = visit.seed.stream("sealed totp url");
        match fits.and_then(|key| method::totp::payload(&key, &vault, &mut stream)) {
            None => refused(text::validation::totp_invalid()),
            Some(payload) => {
                let mut change = set(Some(payload));
                change.proves = Some(Factor::second(SessionMethod::Totp));
                Ok(self.changed(case, change))
            }
        }
    }

    /// Makes backup codes, shows them, keeps those that were made, or does without.
    pub(super) fn collect_backup_codes(&self, case: &Case<'_>) -> Result<Collected, Failure> {
        let ask = match method::lookup::parse_ask(case.body) {
            Ok(Some(ask)) => ask,
            Ok(None) => return Ok(Collected::plain(SettingsEvent::Unaddressed)),
            Err(notes) => return Ok(Collected::refused(MethodId::Lookup, notes)),
        };
        if let Some(barred) = barred(case, MethodId::Lookup) {
            return barred;
        }
        let Case { visit, flow, owner, .. } = *case;
        let account = &owner.account;
        let ports = self.ports(visit);
        let refused = |reason| {
            let note = Note::form(text::validation::generic(reason));
            Ok(Collected::refused(MethodId::Lookup, vec![note]))
        };
        let show = |codes| {
            let event = SettingsEvent::CodesAsked(codes);
            Ok(Collected { method: Some(MethodId::Lookup), ..Collected::plain(event) })
        };
        let set = |payload| {
            let names = vec![account.identity.id.to_string()];
            method::set_credential(&ports, account, MethodId::Lookup, payload, names)
        };
        match (ask, flow.state.codes()) {
            (Ask::Reveal, _) if !account.holds(MethodId::Lookup) => refused(text::reason::NO_BACKUP_CODES),
            (Ask::Reveal, _) => show(CodesOnShow::Held),
            (Ask::Make, _) => {
                let vault = VaultKeys::new(&ports.keys).of(account.identity.id);
                let mut stream = visit.seed.stream("backup codes");
                show(CodesOnShow::Made(method::lookup::make(&vault, &mut stream)))
            }
            (Ask::Confirm, Some(CodesOnShow::Made(codes))) => {
                let mut change = set(Some(Payload::Lookup { codes: codes.clone() }));
                change.proves = Some(Factor::second(SessionMethod::LookupSecret));
                Ok(self.changed(case, change))
            }
            (Ask::Confirm, Some(CodesOnShow::Held) | None) => refused(text::reason::NO_NEW_BACKUP_CODES),
            (Ask::Disable, _) => Ok(self.changed(case, set(None))),
        }
    }
}

/// The anti-forgery check, then whether the session is fresh enough.
pub(super) fn barred(case: &Case<'_>, method: MethodId) -> Option<Result<Collected, Failure>> {
    match case.visit.forgery(&case.flow.head, case.body) {
        Forgery::None => {}
        Forgery::Browser => return Some(Err(Failure::of(ErrorCode::CsrfViolation))),
        Forgery::Native(reason) => return Some(Ok(Collected::refused(method, vec![Note::form(reason)]))),
    }
    (!is_fresh(case, method)).then(|| Ok(too_old(case, method)))
}
