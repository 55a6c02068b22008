//! What `zelos methods`, `zelos hooks --dev` and `zelos routes` print.

use std::process::Command;

fn printed(arguments: &[&str]) -> String {
    let run = Command::new(env!("CARGO_BIN_EXE_zelos")).args(arguments).env_clear().output().unwrap();
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    String::from_utf8(run.stdout).unwrap()
}

#[test]
fn methods() {
    insta::assert_snapshot!(printed(&["methods"]));
}

#[test]
fn hooks_of_development() {
    insta::assert_snapshot!(printed(&["hooks", "--dev"]));
}

#[test]
fn routes() {
    insta::assert_snapshot!(printed(&["routes"]));
}
