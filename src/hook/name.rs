//! The closed set of hooks.

use super::{
    Hook,
    notify_previous_addresses::{NotifyPreviousAddresses, Recipients},
    require_verified_address::RequireVerifiedAddress,
    revoke_active_sessions::RevokeActiveSessions,
    session::IssueSession,
    show_verification_ui::ShowVerificationUi,
    verification::StartVerification,
    verify_new_address::VerifyNewAddress,
};

/// A hook by its name in the configuration (03 §5.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum HookName {
    /// Starts the verification of an address that was not proven yet.
    Verification,
    /// Points the client to the verification that was started.
    ShowVerificationUi,
    /// Lets nobody in whose addresses are all unproven.
    RequireVerifiedAddress,
    /// Ends all other sessions of the identity.
    RevokeActiveSessions,
    /// Tells the addresses that an account had of a change.
    NotifyPreviousAddresses(Recipients),
    /// Changes an address only once the new one is proven.
    VerifyNewAddress,
    /// Logs in whoever has just signed up.
    Session,
}

impl HookName {
    /// All hooks, each as it is without a `config`.
    pub const ALL: [Self; 7] = [
        Self::Verification,
        Self::ShowVerificationUi,
        Self::RequireVerifiedAddress,
        Self::RevokeActiveSessions,
        Self::NotifyPreviousAddresses(Recipients::Removed),
        Self::VerifyNewAddress,
        Self::Session,
    ];

    /// The name in the configuration.
    pub const fn wire_name(self) -> &'static str {
        match self {
            Self::Verification => "verification",
            Self::ShowVerificationUi => "show_verification_ui",
            Self::RequireVerifiedAddress => "require_verified_address",
            Self::RevokeActiveSessions => "revoke_active_sessions",
            Self::NotifyPreviousAddresses(_) => "notify_previous_addresses",
            Self::VerifyNewAddress => "verify_new_address",
            Self::Session => "session",
        }
    }

    /// The hook with this name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|hook| hook.wire_name() == name)
    }

    /// What it does.
    pub fn hook(self) -> &'static dyn Hook {
        match self {
            Self::Verification => &StartVerification,
            Self::ShowVerificationUi => &ShowVerificationUi,
            Self::RequireVerifiedAddress => &RequireVerifiedAddress,
            Self::RevokeActiveSessions => &RevokeActiveSessions,
            Self::NotifyPreviousAddresses(Recipients::Removed) => {
                &NotifyPreviousAddresses(Recipients::Removed)
            }
            Self::NotifyPreviousAddresses(Recipients::AllVerified) => {
                &NotifyPreviousAddresses(Recipients::AllVerified)
            }
            Self::NotifyPreviousAddresses(Recipients::All) => &NotifyPreviousAddresses(Recipients::All),
            Self::VerifyNewAddress => &VerifyNewAddress,
            Self::Session => &IssueSession,
        }
    }
}
