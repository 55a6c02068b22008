//! What `zelos config …` prints.

use std::process::Command;

fn zelos(arguments: &[&str]) -> String {
    let run = Command::new(env!("CARGO_BIN_EXE_zelos")).args(arguments).env_clear().output().unwrap();
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    String::from_utf8(run.stdout).unwrap()
}

#[test]
fn the_schema_is_json() {
    let schema: serde_json::Value = serde_json::from_str(&zelos(&["config", "schema"])).unwrap();
    insta::assert_json_snapshot!(
        "schema_of_a_listener",
        schema["properties"]["serve"]["properties"]["admin"]
    );
    insta::assert_json_snapshot!("schema_of_hooks", schema["$defs"]);
}
