//! What `zelos config …` prints.

use std::process::Command;

fn zelos(arguments: &[&str]) -> String {
    let run = Command::new(env!("CARGO_BIN_EXE_zelos")).args(arguments).env_clear().output().unwrap();
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    String::from_utf8(run.stdout).unwrap()
}

/// What is printed, with the exit code.
fn ending(arguments: &[&str]) -> String {
    let run = Command::new(env!("CARGO_BIN_EXE_zelos")).args(arguments).env_clear().output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    let (out, log) = (text(run.stdout), text(run.stderr));
    format!("{out}--- {} ---\n{log}", run.status.code().unwrap())
}

const FULL: &str = "tests/config/fixtures/full.yml";

#[test]
fn explanations() {
    let explain = |key| ending(&["config", "explain", "-c", FULL, key]);
    let keys = [
        "serve.public.port",
        "secrets.default",
        "identity.schemas[1].url",
        "session.whoami.tokenizer.templates.web.ttl",
        "courier.templates.recovery_code.valid",
        "database.cleanup.older_than",
        "serve.public.prot",
    ];
    insta::assert_snapshot!(keys.map(explain).join("\n"));
}

#[test]
fn dumps() {
    let text = zelos(&["config", "dump", "--dev", "--redacted", "--origins"]);
    let beginning: Vec<&str> = text.lines().take_while(|line| *line != "cookies:").collect();
    insta::assert_snapshot!("dump_of_development", beginning.join("\n"));
    let json: serde_json::Value =
        serde_json::from_str(&zelos(&["config", "dump", "-c", FULL, "--format", "json", "--origins"]))
            .unwrap();
    assert_eq!(json["configuration"]["secrets"]["default"][0], "[redacted]");
    assert_eq!(json["origins"]["session.lifespan"], format!("{FULL}:23"));
    let refused = ending(&["config", "dump"]);
    assert!(refused.starts_with("--- 1 ---") && refused.contains("dsn"), "{refused}");
}

#[test]
fn plans() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: String| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.display().to_string()
    };
    let old = std::fs::read_to_string(FULL).unwrap();
    let changed = old
        .replace("port: 4433", "port: 5001")
        .replace("lifespan: 720h", "lifespan: 24h")
        .replace("default: [fX4nKs8WvQ2zRb7LtYc5HmJd9GpE3uA6]", "default: [nB7kWs3QvX2zRt8LmYc5HfJd9GpE4uA6]")
        .replace("    - { id: crew, url: \"base64://eyJ0eXBlIjoib2JqZWN0In0=\" }\n", "")
        .replace("revoke_active_sessions", "web_hook, config: { url: 'https://a.example', method: POST }");
    let (bad, good, new) = (
        file("bad.yml", "dsn: 7\n".into()),
        file("good.yml", format!("{old}revision: b\n")),
        file("new.yml", changed),
    );
    let plan = |new: &str, more: &[&str]| {
        let text = ending(&[&["config", "plan", "-c", FULL, new], more].concat());
        text.replace(&folder.path().display().to_string(), "FOLDER")
    };
    insta::assert_snapshot!("plan", plan(&new, &[]));
    insta::assert_snapshot!("plan_as_json", plan(&new, &["--format", "json"]));
    assert!(plan(&good, &[]).ends_with("takes effect on reload\n--- 0 ---\n"));
    assert_eq!(plan(FULL, &[]), "Nothing changes.\n--- 0 ---\n");
    assert!(plan(&bad, &[]).starts_with("--- 1 ---\nOf the new configuration:"));
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
