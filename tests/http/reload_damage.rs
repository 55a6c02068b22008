//! A server whose configuration is damaged again and again, in every way there is: nothing of it shows.

use std::{fs, sync::Arc};

use serde_json::{Value, json};
use zelos::config::known_keys;

use crate::{database::TestDatabase, harness::Kind, on_each, reload::Scene};

const GOOD: &str = "\
revision: good
session: { lifespan: 5h }
identity: { default_schema_id: own, schemas: [{ id: own, url: 'SCHEMA' }, { id: email, url: preset://email }] }
selfservice: { flows: { login: { lifespan: 7m, ui_url: 'https://app.example.test/good' } } }
";

/// Numbers that look random and are the same in each run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % u64::try_from(bound).unwrap()).unwrap()
    }

    fn one_of<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len())]
    }
}

/// Values of every type; some keys take some of them.
fn odd_values() -> Vec<Value> {
    let texts = [
        "",
        "x",
        "soon",
        "0s",
        "-1h",
        "1h",
        "99999999h",
        "file:///there/is/none",
        "base64://*",
        "preset://none",
    ];
    let texts = texts.into_iter().map(Value::from);
    texts
        .chain([
            json!(null),
            json!(true),
            json!(0),
            json!(-1),
            json!(70000),
            json!(1e300),
            json!([]),
            json!({}),
        ])
        .chain([
            json!([[]]),
            json!([null]),
            json!(["x", "x"]),
            json!([{ "id": "x" }]),
            json!({ "x": { "y": [] } }),
        ])
        .collect()
}

/// One key with one value, as a document.
fn document(key: &str, value: Value) -> Value {
    key.rsplit('.').fold(value, |inner, name| match name {
        "*" => json!([inner]),
        name => json!({ name: inner }),
    })
}

fn damage(dice: &mut Dice, good: &str, keys: &[String]) -> Vec<u8> {
    let more = |text: String| format!("{}{text}\n", good.replace("good\n", "bad\n")).into_bytes();
    match dice.below(7) {
        // A key of the table with some value.
        0..=2 => {
            let (key, value) = (dice.one_of(keys).clone(), dice.one_of(&odd_values()).clone());
            let mut whole = json!({ "revision": "bad" });
            merge(&mut whole, document(&key, value));
            whole.to_string().into_bytes()
        }
        3 => more(format!("{}: 1", ["session", "identity", "revision", "x y"][dice.below(4)])),
        4 => more(
            ["- a", "\tb: 1", "a: &a [*a]", "? [a]\n: b", "---\nc: 1", "'", "%TAG"][dice.below(7)].to_owned(),
        ),
        5 => {
            let mut bytes = more(String::new());
            bytes.truncate(dice.below(good.len() - 20));
            bytes
        }
        _ => {
            let mut bytes = more(String::new());
            for _ in 0..=dice.below(4) {
                let (one, other) = (dice.below(bytes.len()), dice.below(bytes.len()));
                bytes.swap(one, other);
            }
            bytes
        }
    }
}

fn merge(into: &mut Value, from: Value) {
    match (into, from) {
        (Value::Object(into), Value::Object(from)) => {
            from.into_iter().for_each(|(key, value)| merge(into.entry(key).or_insert(Value::Null), value));
        }
        (into, from) => *into = from,
    }
}

const SCHEMA: &str = r#"{"$id": "https://a.test/own", "type": "object", "properties": {"traits": {"type": "object",
    "properties": {"email": {"type": "string", "ory.sh/kratos": {"credentials": {"password": {"identifier": true}}}}}}}}"#;

on_each!(nothing_of_a_damaged_configuration_shows);
async fn nothing_of_a_damaged_configuration_shows(database: TestDatabase) {
    let scene = Scene::new(database).await;
    let file = scene.folder.path().join("own.json");
    fs::write(&file, SCHEMA).unwrap();
    let good = GOOD.replace("SCHEMA", &format!("file://{}", file.display()));
    scene.takes(&good).await;
    let client = scene.app.client(Kind::Native);
    client.sign_up("ada@example.test").await.done();
    client.log_in("ada@example.test", crate::harness::people::PASSWORD).await.done();
    let who = client.whoami().await.text();

    let (mut dice, keys, mut rejected) = (Dice(0x2545_f491_4f6c_dd1d), known_keys(), 0);
    for n in 0..250 {
        let text = damage(&mut dice, &good, &keys);
        let before = scene.app.live.get();
        if scene.say(&text).await.is_ok() {
            // Some damage leaves a configuration; that is then taken over as any other.
            scene.takes(&good).await;
            continue;
        }
        rejected += 1;
        let shown = String::from_utf8_lossy(&text).into_owned();
        assert!(Arc::ptr_eq(&before, &scene.app.live.get()), "{n}: {shown}");
        assert_eq!(scene.revision().await, "good", "{n}: {shown}");
        assert_eq!(client.whoami().await.text(), who, "{n}: {shown}");
    }
    assert!(rejected > 120, "only {rejected} were wrong at all");

    // A schema that it names is as much a part of it.
    for n in 0..60 {
        let cut = SCHEMA.len() * n / 60;
        fs::write(&file, &SCHEMA[..cut]).unwrap();
        scene.say(good.as_bytes()).await.map_err(drop).expect_err(&SCHEMA[..cut]);
        assert_eq!(client.whoami().await.text(), who, "{cut}");
    }
    let form = scene.app.client(Kind::Browser).init("login", "").await;
    assert!(form.location().starts_with("https://app.example.test/good?flow="), "{}", form.location());
}
