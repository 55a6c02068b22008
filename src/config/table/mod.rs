//! The closed table of every key: its type, default, allowed values, and whether it acts.
//!
//! Data only; [`check`](super::check) walks it. The rows are in the files of their sections, written as paths
//! in which `{a,b}` stands for both, `*` for any name and `[]` for each element. Start at [`Kind`].

mod courier;
mod hook;
mod identity;
mod method;
mod operation;
mod provider;
#[cfg(test)]
pub(crate) mod reference;
mod request;
mod row;
mod selfservice;
mod serve;
mod session;
mod spec;
mod zelos;

pub(crate) use row::{Kind, Row, Standing};
pub(crate) use spec::{NOTIFY, Spec, TABLE, WEB_HOOK, expand};

/// The dotted paths of all keys, with `*` for names of your own and for the elements of lists.
pub fn known_keys() -> Vec<String> {
    TABLE.paths()
}
