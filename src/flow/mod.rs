//! The flows as state machines: states, events, evidence, effects and replies.
//!
//! Everything here is pure: no clock, no randomness, no storage, no HTTP. A machine gets a state, an event
//! and a context and gives the next state, a list of effects and an abstract reply. Start at [`Head`], then
//! read one machine, for instance [`LoginState`].

#![deny(clippy::wildcard_enum_match_arm)]

mod any;
mod code;
mod effect;
mod entry;
mod entry_code;
mod error;
mod factor;
mod head;
mod key_policy;
mod login;
mod login_code;
#[cfg(test)]
mod login_code_table;
mod login_key;
#[cfg(test)]
mod login_key_table;
#[cfg(test)]
mod login_table;
mod logout;
mod machine;
mod pending;
mod policy;
mod proof;
mod proof_letter;
mod recovery;
mod recovery_choice;
mod recovery_step;
#[cfg(test)]
mod recovery_table;
mod registration;
mod registration_code;
#[cfg(test)]
mod registration_table;
mod reply;
mod return_to;
mod returns;
#[cfg(test)]
pub(crate) mod sample;
mod settings;
mod settings_start;
#[cfg(test)]
mod settings_table;
mod social;
#[cfg(test)]
mod social_table;
mod subject;
mod submission;
mod verification;
mod verification_start;
#[cfg(test)]
mod verification_table;

pub use any::{AnyFlow, Flow, FlowKind};
pub use code::{Code, CodePurpose, Standing};
pub use effect::{AuditEvent, CodeDraft, Effect, ExchangeDraft, Recipient, Revoke, SessionDraft};
pub use entry::{Entry, enter, new_session};
pub use entry_code::{CodesSent, SentCode};
pub use error::KeptError;
pub use factor::{FactorCheck, Shown, Touched};
pub use head::{Client, Draft, Head, Note, Origin, Place};
pub use key_policy::{Need, PasskeyPolicy, RelyingParty, SecurityKeyPolicy};
pub use login::{LoginEvent, LoginState, Named, Offers, Wanted};
pub use login_code::{CodeRecipient, IdentifierField, LoginCodeCheck};
pub use login_key::{AllowedKey, KeysNamed};
pub use logout::{LogoutEvent, LogoutState};
pub use machine::{Cx, Illegal, Machine, Transition};
pub use pending::PendingChange;
pub use policy::{
    CodePolicy, LinkPolicy, LoginPolicy, LoginStyle, Policy, RecoveryPolicy, RegistrationPolicy,
    RegistrationStyle, SettingsPolicy, TotpPolicy, VerificationPolicy, with_flow,
};
pub use proof::{AddressOwner, Proof, ProofCheck};
pub use proof_letter::recovery_link;
pub use recovery::{Delivery, RecoveryCheck, RecoveryEvent, RecoveryState, RecoveryWay};
pub use recovery_choice::Choice;
pub use registration::{LoginHints, NewAccount, RegistrationEvent, RegistrationState};
pub use registration_code::SignUpCodeCheck;
pub use reply::{
    Completion, ContinueWith, Failure, Replacement, Reply, VerificationPointer, VerificationStarted,
};
pub use return_to::{AllowedUrl, BadRule, Refused, ReturnPolicy};
pub use returns::{Leaving, Returns};
pub use settings::{Change, CodesOnShow, Paused, Reach, SettingsEvent, SettingsState, is_privileged};
pub use settings_start::start as start_settings;
pub use social::{
    Away, Back, Baggage, Departure, Exchange, HandOver, OidcPolicy, Passage, PendingLink, ProviderOffer,
    Social, WaysIn,
};
pub use subject::{Subject, Write};
pub use submission::{Submission, WrongType};
pub use verification::{VerificationEvent, VerificationState};
pub use verification_start::{start as start_verification, start_change};
