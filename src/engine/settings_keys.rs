//! Submitting settings that are about security keys and passkeys (02 §4.7).

use super::{
    Engine,
    settings::{Case, Collected},
    settings_factors::barred,
};
use crate::{
    flow::{AnyFlow, Client, Failure, Note, SettingsEvent},
    identity::MethodId,
    method::{
        self,
        key::{
            Asking,
            settings::{Ask, add_key, add_passkey, ask, remove},
        },
    },
    text,
};

impl Engine {
    /// Adds a key, or takes one away.
    pub(super) fn collect_authenticator(
        &self,
        case: &Case<'_>,
        method: MethodId,
    ) -> Result<Collected, Failure> {
        let Case { visit, flow, owner, body } = *case;
        let Some(asked) = ask(body, method, flow.head.client == Client::Browser) else {
            return Ok(Collected::plain(SettingsEvent::Unaddressed));
        };
        if let Some(barred) = barred(case, method) {
            return barred;
        }
        let (ports, account) = (self.ports(visit), &owner.account);
        let asking = Asking::of(&ports.keys, &AnyFlow::Settings(flow.clone()));
        let schema = visit.runtime.schemas.of_identity(&account.identity);
        let missing = || vec![Note::form(text::validation::identifier_missing())];
        let change = match (asked, method) {
            (Ask::Remove, _) => remove(&ports, account, method, body),
            (Ask::Add, MethodId::Passkey) => match schema.display_name(&account.identity.traits) {
                None => Err(missing()),
                Some(_) => add_passkey(&ports, &asking, account, body),
            },
            (Ask::Add, _) => method::profile::check(schema, &account.identity.traits)
                .and_then(|checked| add_key(&ports, &asking, account, &checked, body)),
        };
        Ok(match change {
            Ok(change) => self.changed(case, change),
            Err(notes) => Collected::refused(method, notes),
        })
    }
}
