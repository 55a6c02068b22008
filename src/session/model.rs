//! The session itself.

use serde::{Deserialize, Serialize};

use super::{Device, level};
use crate::{
    identity::{Aal, Version},
    kernel::{IdentityId, Lifespan, SessionId, Timestamp},
};

/// How a factor of a session was shown (02 §6.1). Wider than the credential methods: recovery counts too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SessionMethod {
    /// By password.
    Password,
    /// By a social provider.
    Oidc,
    /// By one-time code.
    Code,
    /// By authenticator app.
    Totp,
    /// By backup code.
    LookupSecret,
    /// By security key.
    Webauthn,
    /// By passkey.
    Passkey,
    /// By recovery link.
    LinkRecovery,
    /// By recovery code.
    CodeRecovery,
}

/// A factor, and what it is worth.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Factor {
    /// How it is shown.
    pub method: SessionMethod,
    /// What it is worth.
    pub aal: Aal,
    /// Which social provider vouches for it.
    pub provider: Option<String>,
    /// Which organisation, kept for compatibility.
    pub organization: Option<String>,
}

impl Factor {
    /// One that lets somebody in.
    pub const fn first(method: SessionMethod) -> Self {
        Self { method, aal: Aal::Aal1, provider: None, organization: None }
    }

    /// One that comes on top of another.
    pub const fn second(method: SessionMethod) -> Self {
        Self { method, aal: Aal::Aal2, provider: None, organization: None }
    }

    /// Whether it vouches for two factors at once, as a social provider can (01 §13.1).
    pub fn stands_for_both(&self) -> bool {
        self.method == SessionMethod::Oidc && self.aal == Aal::Aal2
    }

    /// That it was shown.
    pub fn shown_at(self, now: Timestamp) -> Authentication {
        let Self { method, aal, provider, organization } = self;
        Authentication { method, aal, completed_at: now, provider, organization }
    }
}

/// One factor that was shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Authentication {
    /// How.
    pub method: SessionMethod,
    /// What it is worth.
    pub aal: Aal,
    /// When.
    pub completed_at: Timestamp,
    /// Which social provider.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider: Option<String>,
    /// Which organisation, kept for compatibility.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organization: Option<String>,
}

impl Authentication {
    /// A social provider that vouches for two factors stands for both (01 §13.1).
    pub fn counts_as_both(&self) -> bool {
        self.method == SessionMethod::Oidc && self.aal == Aal::Aal2
    }
}

/// What a session must have shown to count where the operator asks for it (01 §13.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RequiredAal {
    /// One factor.
    Aal1,
    /// As many as the account has.
    HighestAvailable,
}

/// A login that lasts. Its token is not part of it: the store keeps a keyed hash beside it, to find it by.
#[derive(Debug, Clone, PartialEq)]
pub struct Session {
    /// Its id.
    pub id: SessionId,
    /// Whose it is.
    pub identity: IdentityId,
    /// `false` once revoked; see [`Session::is_active_at`] for the whole answer.
    pub active: bool,
    /// The factors shown so far, oldest first.
    pub methods: Vec<Authentication>,
    /// Where it was opened; raising it adds nothing (02 §6.9).
    pub devices: Vec<Device>,
    /// When it was issued or last refreshed.
    pub issued_at: Timestamp,
    /// When a factor was last shown.
    pub authenticated_at: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
    /// Raised by each write.
    pub version: Version,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

impl Session {
    /// The assurance level of the factors shown so far.
    pub fn aal(&self) -> Aal {
        level(&self.methods)
    }

    /// Neither revoked nor past its end. An inactive identity makes its sessions inactive too; that is for
    /// the caller to add, who knows the identity.
    pub fn is_active_at(&self, now: Timestamp) -> bool {
        self.active && now < self.expires_at
    }

    /// The same session with one more factor, at its next version. Its times stay: nobody signed in anew.
    #[must_use]
    pub fn with_factor(&self, factor: Factor, now: Timestamp) -> Self {
        let mut session = Self { version: self.version.next(), updated_at: now, ..self.clone() };
        session.methods.push(factor.shown_at(now));
        session
    }

    /// The same session with a new end, at its next version. `None` when it stays as it is: it has ended, or
    /// it has at least `earliest` left (02 §6.7); without `earliest` it may be extended at any time.
    pub fn extended(&self, lifespan: Lifespan, earliest: Option<Lifespan>, now: Timestamp) -> Option<Self> {
        let is_early = earliest.is_some_and(|earliest| now <= self.expires_at.minus(earliest));
        if is_early || !self.is_active_at(now) {
            return None;
        }
        let version = self.version.next();
        Some(Self { expires_at: now.plus(lifespan), version, updated_at: now, ..self.clone() })
    }
}
