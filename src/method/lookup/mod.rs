//! Backup codes: a list to keep in a safe place, each good for one time.

mod login;
mod settings;

pub use login::{check, login_nodes, parse};
pub use settings::{Ask, CodesShown, make, parse_ask, settings_nodes, shown};
