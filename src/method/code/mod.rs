//! One-time codes.
//!
//! [`check`] compares a code, or the token of a link, with those that were sent; each flow's fields have a file of their own, made from
//! the pieces in `nodes`.

mod check;
mod login;
mod login_nodes;
mod nodes;
mod pending;
mod signup;
mod verification;

pub use check::check;
pub use login::{
    Typed, ask_of, candidates, check_login, check_own, own_recipient, parse_login, recipient, recipient_of,
};
pub use login_nodes::{address_nodes, login_nodes, sent_nodes};
pub(super) use nodes::{address_field, code_field, hidden_method, mail_field, resend, submit};
pub use pending::{Pending, check_pending};
pub use signup::{check_signup, parse_resend, signup_nodes, signup_sent_nodes};
pub use verification::verification_nodes;
pub(super) use verification::verified_nodes;
