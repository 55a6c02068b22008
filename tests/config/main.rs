//! The configuration as operators meet it: files that load, files that do not, and what is said about them.

mod accepted;
mod builtin;
// The attribute tells the lints that this is test code, also where there is no test around it.
#[cfg(test)]
mod case;
#[cfg(test)]
mod deploy;
#[cfg(test)]
mod dump;
mod environment;
#[cfg(test)]
mod explain;
mod hostile;
mod messages;
#[cfg(test)]
mod plan;
