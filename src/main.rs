//! The `zelos` command.
fn main() {}
