//! The phases, the effect interpreter and the form view; its public functions are the use cases of the
//! product.
//!
//! Each submission runs *load → collect → decide → consult → commit → reply*: `submit` is the loop,
//! `commit` the interpreter, `view` the one place where a form is put together. No HTTP and no
//! JSON of the wire here.

pub mod admin;
mod commit;
mod errors;
mod exchange;
mod fetch;
mod hook_calls;
mod hook_change;
mod hook_context;
mod inbox;
mod login;
mod login_code;
mod login_hints;
mod login_key;
mod logout;
mod oidc_link;
mod oidc_login;
mod oidc_return;
mod oidc_settings;
mod oidc_signup;
mod oidc_token;
mod oidc_trip;
mod open;
mod outcome;
mod own_sessions;
mod own_settings;
mod pending;
mod recovery;
mod recovery_collect;
mod registration;
mod registration_code;
mod registration_key;
mod retention;
mod second_factor;
mod second_step;
mod services;
mod settings;
mod settings_factors;
mod settings_keys;
mod submit;
mod tokenize;
mod verification;
mod view;
mod visit;
mod whoami;

pub use admin::{
    Account, BulkAction, BulkChoice, BulkOutcome, CredentialImport, HandOut, HandedOut, HandedProof,
    IdentityFilter, IdentityPage, IdentityQuery, MessageQuery, Metrics, OwnedSession, Owners, PasswordImport,
    PatchOperation, SessionListQuery, SessionsOf, ShownMessage, Updated, WantedIdentity, Window,
};
pub use exchange::PickedUp;
pub use fetch::{Fetched, Unreadable};
pub use inbox::InboxLetter;
pub use logout::LogoutTicket;
pub use oidc_trip::Arrived;
pub use open::{OpenLogin, OpenRegistration, Opened};
pub use outcome::{Answer, Outcome};
pub use own_sessions::{OtherSessions, Part};
pub use own_settings::{Admitted, Barred, OwnSettings};
pub use retention::{Sweep, drain, sweeps, sweeps_keeping};
pub use services::{Engine, Services, Unready};
pub use settings::SettingsArrival;
pub use submit::Body;
pub use verification::Arrival;
pub use visit::{Foreign, Forgery, Visit, VisitCsrf};
pub use whoami::{Seen, WhoamiRefusal};
