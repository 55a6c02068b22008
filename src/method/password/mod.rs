//! Passwords: logging in with one, and choosing one.
//!
//! [`check`] is the log-in, [`check_policy`] and [`hash`] are the choice; which passwords will do is decided
//! in [`PasswordPolicy`].

mod breach;
mod form;
mod login;
mod migrate;
mod policy;
mod settings;
mod signup;
mod similarity;

pub use breach::{BreachCheck, BreachList, BreachLookup};
pub use login::{LoginInput, check, identifier, login_nodes, parse_login};
pub use migrate::MigrationHook;
pub use policy::{PasswordPolicy, check_policy};
pub use settings::{check_changed, settings_nodes};
pub use signup::{hash, parse_new, signup_nodes};
