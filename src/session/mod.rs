//! Sessions: who is logged in, how surely, since when and on what, and the pure rules of their life.
//!
//! No storage, no cookies, no HTTP. Tokens exist here as keyed hashes only.

mod device;
mod level;
mod model;

pub use device::Device;
pub use level::level;
pub use model::{Authentication, Factor, RequiredAal, Session, SessionMethod};
