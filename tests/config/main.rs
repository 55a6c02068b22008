//! The configuration as operators meet it: files that load, files that do not, and what is said about them.

mod accepted;
mod builtin;
// The attribute tells the lints that this is test code, though there is no test in it.
#[cfg(test)]
mod case;
mod environment;
mod hostile;
mod messages;
