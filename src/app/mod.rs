//! The composition root: builds the services once, starts servers and workers, and stops them in order.

mod assemble;
mod courier;
mod janitor;
mod logging;
mod preview;
mod reload;
mod run;
mod serve;
mod socket;
mod tls;
mod watch;
mod welcome;

pub use reload::{Rejected, Reloader};
pub use run::run;
