//! Which method plays which part in which flow.

use crate::{
    flow::{LoginStyle, Policy, Submission},
    identity::MethodId,
};

/// A part that a method can play.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Saying who one is, before a factor is chosen.
    Identification,
    /// Proving who one is when logging in.
    FirstFactor,
    /// Proving it once more, in another way.
    SecondFactor,
    /// Choosing what to prove oneself with when signing up.
    SignUp,
    /// Proving that an address is one's own.
    AddressProof,
    /// Getting back into an account.
    Recovery,
    /// Changing one's account.
    Management,
}

impl Role {
    /// All parts.
    pub const ALL: [Self; 7] = [
        Self::Identification,
        Self::FirstFactor,
        Self::SecondFactor,
        Self::SignUp,
        Self::AddressProof,
        Self::Recovery,
        Self::Management,
    ];

    /// The name in tables.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Identification => "identification",
            Self::FirstFactor => "first factor",
            Self::SecondFactor => "second factor",
            Self::SignUp => "sign-up",
            Self::AddressProof => "address proof",
            Self::Recovery => "recovery",
            Self::Management => "management",
        }
    }
}

/// The parts that a method plays.
pub const fn roles(method: MethodId) -> &'static [Role] {
    match method {
        MethodId::Password => &[Role::FirstFactor, Role::SignUp, Role::Management],
        MethodId::Profile => &[Role::SignUp, Role::Management],
        MethodId::Code => {
            &[Role::FirstFactor, Role::SecondFactor, Role::SignUp, Role::AddressProof, Role::Recovery]
        }
        MethodId::Link => &[Role::AddressProof, Role::Recovery],
        MethodId::IdentifierFirst => &[Role::Identification],
        MethodId::Totp | MethodId::Lookup => &[Role::SecondFactor, Role::Management],
        MethodId::Saml => &[],
        MethodId::Oidc | MethodId::Passkey => &[Role::FirstFactor, Role::SignUp, Role::Management],
        MethodId::Webauthn => &[Role::FirstFactor, Role::SecondFactor, Role::SignUp, Role::Management],
    }
}

/// Every method with its parts, in the order in which forms are put together.
pub fn table() -> impl Iterator<Item = (MethodId, &'static [Role])> {
    MethodId::ALL.into_iter().map(|method| (method, roles(method)))
}

/// The method that a submission names, if it plays this part.
pub fn addressed(body: &Submission, role: Role) -> Option<MethodId> {
    let method = MethodId::parse(&body.text("method")?)?;
    roles(method).contains(&role).then_some(method)
}

/// Whether the operator switched a method on.
pub const fn is_enabled(method: MethodId, policy: &Policy) -> bool {
    match method {
        MethodId::Password => policy.password_enabled,
        MethodId::Profile => policy.profile_enabled,
        MethodId::Code => policy.code_enabled,
        MethodId::Link => policy.link_enabled,
        MethodId::Saml => false,
        MethodId::IdentifierFirst => matches!(policy.login.style, LoginStyle::IdentifierFirst),
        MethodId::Oidc => policy.oidc.enabled,
        MethodId::Totp => policy.totp.enabled,
        MethodId::Lookup => policy.lookup_enabled,
        MethodId::Passkey => policy.passkey.enabled,
        MethodId::Webauthn => policy.webauthn.enabled,
    }
}
