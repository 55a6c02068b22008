//! The composition root: builds the services once, starts servers and workers, and stops them in order.

mod assemble;
mod courier;
mod janitor;
mod logging;
mod run;
mod serve;
mod tls;
mod welcome;

pub use run::run;
