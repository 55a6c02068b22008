//! What a web hook makes of an identity that is about to be stored (03 §5.5).

use serde_json::{Map, Value};

use super::{Engine, Visit};
use crate::{
    flow::{Effect, Failure, FlowKind, Subject},
    hook::{Decision, Moment},
    identity::{AddressStatus, Available, Channel, Credential, Identity, IdentityState, MethodId, resync},
    kernel::Fault,
    method,
    store::Credentials as _,
    text::ErrorCode,
};

impl Engine {
    /// Replaces parts of the identity by what a hook answered; what the schema does not allow is refused with
    /// messages for the form. Only where the identity is stored anyway; elsewhere nothing changes.
    pub(super) async fn change(
        &self,
        visit: &Visit,
        moment: Moment,
        mut decision: Decision,
        parts: Map<String, Value>,
    ) -> Result<Decision, Fault> {
        let stores = matches!(moment, Moment::After(FlowKind::Registration | FlowKind::Settings, _));
        let Some(subject) = decision.subject.as_mut().filter(|_| stores) else { return Ok(decision) };
        let (schema, traits) = (subject.identity.schema_id.clone(), subject.identity.traits.clone());
        let state = subject.identity.state;
        if !replace(&mut subject.identity, &parts) {
            return Ok(Decision::fail(Failure::of(ErrorCode::BadGateway)));
        }
        if subject.identity.state != state {
            subject.identity.state_changed_at = Some(visit.now);
        }
        let derives = subject.identity.schema_id != schema || subject.identity.traits != traits;
        if derives {
            let known = self.credentials_to_be(subject, &decision.effects).await?;
            match derive(visit, &mut subject.identity, &known) {
                Ok(effects) => replace_credentials(&mut decision.effects, effects),
                Err(veto) => return Ok(*veto),
            }
        }
        verify(subject, &parts, visit);
        Ok(decision)
    }

    /// The credentials that the identity has once the decision is committed.
    async fn credentials_to_be(
        &self,
        subject: &Subject,
        effects: &[Effect],
    ) -> Result<Vec<Credential>, Fault> {
        let id = subject.identity.id;
        let mut known = self.store().read(move |reader| reader.credentials_of(id)).await?;
        for effect in effects {
            let Some(method) = method_of(effect) else { continue };
            known.retain(|credential| credential.method() != method);
            if let Effect::PutCredential(credential) = effect {
                known.push(credential.as_ref().clone());
            }
        }
        Ok(known)
    }
}

/// Puts every part that says something in place of the old one; false when a part is of the wrong kind.
fn replace(identity: &mut Identity, parts: &Map<String, Value>) -> bool {
    let said = parts.iter().filter(|(_, value)| !value.is_null() && **value != "");
    for (name, value) in said {
        match (name.as_str(), value) {
            ("traits", Value::Object(traits)) => identity.traits.clone_from(traits),
            ("schema_id", Value::String(id)) => identity.schema_id.clone_from(id),
            ("external_id", Value::String(id)) => identity.external_id = Some(id.clone()),
            ("metadata_public", value) => identity.metadata_public = Some(value.clone()),
            ("metadata_admin", value) => identity.metadata_admin = Some(value.clone()),
            ("state", Value::String(state)) => match state.as_str() {
                "active" => identity.state = IdentityState::Active,
                "inactive" => identity.state = IdentityState::Inactive,
                _ => return false,
            },
            ("traits" | "schema_id" | "external_id" | "state", _) => return false,
            (_, _) => {}
        }
    }
    true
}

/// Derives addresses and login names from the traits anew.
fn derive(
    visit: &Visit,
    identity: &mut Identity,
    known: &[Credential],
) -> Result<Vec<Effect>, Box<Decision>> {
    let schema = visit.runtime.schemas.of_identity(identity);
    let checked =
        method::profile::check(schema, &identity.traits).map_err(|notes| Box::new(Decision::veto(notes)))?;
    let mut ids = visit.seed.stream("changed by a hook");
    identity.set_traits(&checked, visit.now, &mut ids);
    let derived = method::credentials(identity.id, &checked, None, visit.now, &mut ids);
    let resynced = resync(known, derived, visit.now);
    identity.available = Available::of(&resynced.applied_to(known));
    let of = identity.id;
    let put = resynced.put.into_iter().map(|put| Effect::PutCredential(Box::new(put)));
    let drop = resynced.dropped.into_iter().map(|method| Effect::DropCredential { identity: of, method });
    Ok(put.chain(drop).collect())
}

/// The new effects take the place of those that they contradict.
fn replace_credentials(effects: &mut Vec<Effect>, new: Vec<Effect>) {
    let methods: Vec<MethodId> = new.iter().filter_map(method_of).collect();
    effects.retain(|effect| method_of(effect).is_none_or(|method| !methods.contains(&method)));
    effects.splice(..0, new);
}

fn method_of(effect: &Effect) -> Option<MethodId> {
    match effect {
        Effect::PutCredential(credential) => Some(credential.method()),
        Effect::DropCredential { method, .. } => Some(*method),
        _ => None,
    }
}

/// Takes over what the hook says of addresses that the schema derives, too.
fn verify(subject: &mut Subject, parts: &Map<String, Value>, visit: &Visit) {
    let said = parts.get("verifiable_addresses").and_then(Value::as_array);
    for said in said.into_iter().flatten() {
        let text = |name: &str| said.get(name).and_then(Value::as_str).unwrap_or_default();
        let named = |via: Channel| via.wire_name() == text("via");
        let addresses = &mut subject.identity.verifiable_addresses;
        let Some(address) =
            addresses.iter_mut().find(|address| named(address.via) && address.value == text("value"))
        else {
            continue;
        };
        if said.get("verified").and_then(Value::as_bool) == Some(true) {
            address.verified = true;
            address.status = AddressStatus::Completed;
            address.verified_at = Some(visit.now);
        }
    }
}
