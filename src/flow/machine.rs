//! What every machine has in common: one total function from state, event and context to a transition.

use super::{AnyFlow, Effect, Head, Note, Policy, Replacement, Reply, Subject};
use crate::{
    kernel::{Seed, Timestamp},
    session::{Device, Session},
    text::Message,
};

/// A flow as a state machine.
///
/// Total and pure: every pair of state and event has an answer, and the same inputs give the same answer bit
/// for bit. Each implementation has a table test with a row per pair.
pub trait Machine: Sized {
    /// What can happen to it.
    type Event;

    /// Decides what follows from `event`.
    ///
    /// # Errors
    /// The event cannot happen in this state: a stale or forged request.
    fn on(self, event: Self::Event, cx: &Cx<'_>) -> Result<Transition<Self>, Illegal>;

    /// The `state` on the wire, decoupled from the names of the variants.
    fn wire_name(&self) -> &'static str;
}

/// What a decision may look at besides state and event.
#[derive(Debug, Clone, Copy)]
pub struct Cx<'a> {
    /// The moment of the request.
    pub now: Timestamp,
    /// The randomness of the request.
    pub seed: &'a Seed,
    /// What the operator configured.
    pub policy: &'a Policy,
    /// The flow, apart from its state.
    pub flow: &'a Head,
    /// The active session that came with the request.
    pub session: Option<&'a Session>,
    /// What the request was made with.
    pub device: &'a Device,
}

/// What follows from an event.
#[derive(Debug)]
pub struct Transition<S> {
    /// The state from now on.
    pub state: S,
    /// The identity it is about, as it shall be.
    pub subject: Option<Subject>,
    /// What else becomes true, in this order, all or nothing.
    pub effects: Vec<Effect>,
    /// What the client is told.
    pub reply: Reply,
    /// The messages of the form from now on.
    pub notes: Vec<Note>,
}

impl<S> Transition<S> {
    /// The submission does not do: same state, messages, nothing else.
    pub fn refuse(state: S, notes: Vec<Note>) -> Self {
        Self { state, subject: None, effects: Vec::new(), reply: Reply::Form { advanced: false }, notes }
    }

    /// One step further on the same flow.
    pub fn advance(state: S, effects: Vec<Effect>, notes: Vec<Note>) -> Self {
        Self { state, subject: None, effects, reply: Reply::Form { advanced: true }, notes }
    }

    /// Another flow takes the place of this one.
    pub fn replace(state: S, replacement: AnyFlow, because: Replacement) -> Self {
        let by = replacement.head().id;
        Self {
            state,
            subject: None,
            effects: vec![Effect::OpenFlow(Box::new(replacement))],
            reply: Reply::Replaced { by, because },
            notes: Vec::new(),
        }
    }

    /// As [`Transition::replace`], and the other flow says why.
    pub fn give_way(state: S, mut spare: AnyFlow, why: Message, because: Replacement) -> Self {
        spare.head_mut().notes = vec![Note::form(why)];
        Self::replace(state, spare, because)
    }
}

/// An event that cannot happen in a state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{event} cannot happen to a flow that is {state}")]
pub struct Illegal {
    /// The state, by its own name.
    pub state: &'static str,
    /// The event, by its own name.
    pub event: &'static str,
}
