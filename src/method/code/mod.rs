//! One-time codes.
//!
//! [`check`] compares a code with those that were sent; each flow's fields have a file of their own, made from
//! the pieces in `nodes`.

mod check;
mod nodes;
mod recovery;
mod verification;

pub use check::check;
pub(super) use check::judge;
pub(super) use nodes::{address_field, submit};
pub use recovery::recovery_nodes;
pub use verification::verification_nodes;
pub(super) use verification::verified_nodes;
