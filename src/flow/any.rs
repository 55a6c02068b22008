//! A flow of whatever kind, as it is stored and loaded.

use serde::{Deserialize, Serialize};

use super::{Head, LoginState, RecoveryState, RegistrationState, SettingsState, VerificationState};
use crate::identity::MethodId;

/// A flow in state `S`.
#[derive(Debug, Clone, PartialEq)]
pub struct Flow<S> {
    /// What all flows have.
    pub head: Head,
    /// What this kind of flow has achieved.
    pub state: S,
}

/// The kinds of flows that are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FlowKind {
    /// Logging in.
    Login,
    /// Signing up.
    Registration,
    /// Proving that an address is one's own.
    Verification,
    /// Getting back into an account.
    Recovery,
    /// Changing one's account.
    Settings,
}

impl FlowKind {
    /// All kinds.
    pub const ALL: [Self; 5] =
        [Self::Login, Self::Registration, Self::Verification, Self::Recovery, Self::Settings];

    /// The name in routes, in the configuration and in the database.
    pub const fn wire_name(self) -> &'static str {
        match self {
            Self::Login => "login",
            Self::Registration => "registration",
            Self::Verification => "verification",
            Self::Recovery => "recovery",
            Self::Settings => "settings",
        }
    }

    /// The kind with this name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.wire_name() == name)
    }
}

/// A flow of whatever kind.
#[derive(Debug, Clone, PartialEq)]
pub enum AnyFlow {
    /// Logging in.
    Login(Flow<LoginState>),
    /// Signing up.
    Registration(Flow<RegistrationState>),
    /// Proving that an address is one's own.
    Verification(Flow<VerificationState>),
    /// Getting back into an account.
    Recovery(Flow<RecoveryState>),
    /// Changing one's account.
    Settings(Flow<SettingsState>),
}

impl AnyFlow {
    /// Its kind.
    pub const fn kind(&self) -> FlowKind {
        match self {
            Self::Login(_) => FlowKind::Login,
            Self::Registration(_) => FlowKind::Registration,
            Self::Verification(_) => FlowKind::Verification,
            Self::Recovery(_) => FlowKind::Recovery,
            Self::Settings(_) => FlowKind::Settings,
        }
    }

    /// What all flows have.
    pub const fn head(&self) -> &Head {
        match self {
            Self::Login(flow) => &flow.head,
            Self::Registration(flow) => &flow.head,
            Self::Verification(flow) => &flow.head,
            Self::Recovery(flow) => &flow.head,
            Self::Settings(flow) => &flow.head,
        }
    }

    /// What all flows have, to change.
    pub const fn head_mut(&mut self) -> &mut Head {
        match self {
            Self::Login(flow) => &mut flow.head,
            Self::Registration(flow) => &mut flow.head,
            Self::Verification(flow) => &mut flow.head,
            Self::Recovery(flow) => &mut flow.head,
            Self::Settings(flow) => &mut flow.head,
        }
    }

    /// The method whose step a flow has taken, for the flows that offer several.
    pub const fn step_taken(&self) -> Option<Option<MethodId>> {
        match self {
            Self::Login(flow) => Some(flow.state.active()),
            Self::Registration(flow) => Some(flow.state.active()),
            Self::Verification(_) | Self::Recovery(_) | Self::Settings(_) => None,
        }
    }

    /// The state as JSON, for the store; tagged with its name.
    ///
    /// # Errors
    /// The state holds something JSON has no form for.
    pub fn state_json(&self) -> serde_json::Result<serde_json::Value> {
        match self {
            Self::Login(flow) => serde_json::to_value(&flow.state),
            Self::Registration(flow) => serde_json::to_value(&flow.state),
            Self::Verification(flow) => serde_json::to_value(&flow.state),
            Self::Recovery(flow) => serde_json::to_value(&flow.state),
            Self::Settings(flow) => serde_json::to_value(&flow.state),
        }
    }

    /// Puts a stored flow together again.
    ///
    /// # Errors
    /// `state` is not a state of this kind of flow.
    pub fn from_parts(kind: FlowKind, head: Head, state: serde_json::Value) -> serde_json::Result<Self> {
        Ok(match kind {
            FlowKind::Login => Self::Login(Flow { head, state: serde_json::from_value(state)? }),
            FlowKind::Registration => {
                Self::Registration(Flow { head, state: serde_json::from_value(state)? })
            }
            FlowKind::Verification => {
                Self::Verification(Flow { head, state: serde_json::from_value(state)? })
            }
            FlowKind::Recovery => Self::Recovery(Flow { head, state: serde_json::from_value(state)? }),
            FlowKind::Settings => Self::Settings(Flow { head, state: serde_json::from_value(state)? }),
        })
    }
}

impl From<Flow<LoginState>> for AnyFlow {
    fn from(flow: Flow<LoginState>) -> Self {
        Self::Login(flow)
    }
}

impl From<Flow<RegistrationState>> for AnyFlow {
    fn from(flow: Flow<RegistrationState>) -> Self {
        Self::Registration(flow)
    }
}

impl From<Flow<VerificationState>> for AnyFlow {
    fn from(flow: Flow<VerificationState>) -> Self {
        Self::Verification(flow)
    }
}

impl From<Flow<RecoveryState>> for AnyFlow {
    fn from(flow: Flow<RecoveryState>) -> Self {
        Self::Recovery(flow)
    }
}

impl From<Flow<SettingsState>> for AnyFlow {
    fn from(flow: Flow<SettingsState>) -> Self {
        Self::Settings(flow)
    }
}
