//! One immutable snapshot of everything that follows from a configuration.
//!
//! Building it fetches sources and compiles schemas, hooks and templates; a request takes one snapshot and
//! keeps it to its end, so a reload is taken over whole or not at all. Start at [`Runtime`].

mod live;
mod schemas;
mod snapshot;

pub use live::Live;
pub use schemas::{Schemas, Selection, Served};
pub use snapshot::{Runtime, WhoamiPolicy};
