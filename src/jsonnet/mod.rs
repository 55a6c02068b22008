//! Limited worker processes that evaluate Jsonnet (03 §6).
//!
//! A snippet of an operator may spin for ever, recurse or hoard memory, and the last of these aborts the
//! process it happens in. So snippets run in processes of their own, which are this same program under another
//! name: with a bound on memory, on processor time and on what they may print, and without imports. The server
//! keeps its end in [`Jsonnet`]; what crosses the pipe is in `protocol`, what runs on the other side in
//! `worker` and `evaluate`.

mod evaluate;
mod explain;
mod pool;
mod process;
mod protocol;
mod snippet;
mod worker;

pub use evaluate::check;
pub use pool::{Jsonnet, JsonnetConfig};
pub use process::Launch;
pub use protocol::{JsonnetError, Program};
pub use snippet::Snippet;
pub use worker::serve;
