//! Located values: what files, environment and flags say, each value with the place where it was written.
//!
//! Knows YAML, JSON and TOML, knows no key. Start at [`Node`].

mod build;
mod escape;
mod node;
mod print;
mod scalar;
mod toml;
mod yaml;

pub(crate) use node::{Data, Entry, KeyOrder, Node};
pub(crate) use print::{Origins, to_yaml};
pub(crate) use toml::parse_toml;
pub(crate) use yaml::{Flaw, parse};
