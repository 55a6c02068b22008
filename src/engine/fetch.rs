//! Reading a flow.

use super::{Engine, Visit};
use crate::{
    flow::{AnyFlow, Client, FlowKind, Origin},
    kernel::{Fault, FlowId, Timestamp},
    store::Flows as _,
    ui::Container,
};

/// A flow that may be read.
#[derive(Debug)]
pub struct Fetched {
    /// The flow.
    pub flow: AnyFlow,
    /// Its form.
    pub form: Container,
}

/// Why a flow may not be read (01 §4).
#[derive(Debug)]
pub enum Unreadable {
    /// There is none of this kind with this id.
    Unknown,
    /// The kind is switched off.
    Disabled,
    /// A browser opened it, and this is not that browser.
    Foreign,
    /// Its time is over.
    Expired {
        /// Who drives it.
        client: Client,
        /// How it was asked for.
        origin: Origin,
        /// Since when.
        expired_at: Timestamp,
    },
}

impl Engine {
    /// Reads a flow of one kind.
    ///
    /// # Errors
    /// A fault of the system.
    pub async fn fetch(
        &self,
        visit: &Visit,
        kind: FlowKind,
        id: Option<FlowId>,
    ) -> Result<Result<Fetched, Unreadable>, Fault> {
        if is_disabled(visit, kind) {
            return Ok(Err(Unreadable::Disabled));
        }
        let Some(id) = id else { return Ok(Err(Unreadable::Unknown)) };
        let found = self.store().read(move |reader| reader.flow(id)).await?;
        let Some(flow) = found.filter(|flow| flow.kind() == kind) else {
            return Ok(Err(Unreadable::Unknown));
        };
        let head = flow.head();
        let is_handed = matches!(&flow, AnyFlow::Recovery(recovery) if recovery.state.is_handed());
        if head.client == Client::Browser && !is_handed && !visit.owns(head.csrf) {
            return Ok(Err(Unreadable::Foreign));
        }
        if head.is_expired_at(visit.now) {
            let (client, origin, expired_at) = (head.client, head.origin.clone(), head.expires_at);
            return Ok(Err(Unreadable::Expired { client, origin, expired_at }));
        }
        let form = self.form(visit, &flow);
        Ok(Ok(Fetched { flow, form }))
    }
}

fn is_disabled(visit: &Visit, kind: FlowKind) -> bool {
    let policy = &visit.runtime.policy;
    match kind {
        FlowKind::Login | FlowKind::Settings => false,
        FlowKind::Registration => !policy.registration.enabled,
        FlowKind::Verification => !policy.verification.enabled,
        FlowKind::Recovery => !policy.recovery.enabled,
    }
}
