//! Located values: what files, environment and flags say, each value with the place where it was written.
//!
//! Knows YAML and JSON, knows no key. Start at [`Node`].

mod build;
mod escape;
mod node;
mod print;
mod scalar;
mod yaml;

pub(crate) use node::{Data, Entry, KeyOrder, Node};
pub(crate) use print::{Origins, to_yaml};
pub(crate) use yaml::parse;
