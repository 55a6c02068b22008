//! A configuration that changes while requests come in: taken over whole, or not at all.

use std::{fs, path::PathBuf, sync::Arc};

use arc_swap::ArcSwap;
use serde_json::json;
use tempfile::TempDir;
use tokio::sync::Notify;
use zelos::{
    app::{Rejected, Reloader},
    config::{Flags, LoadRequest},
    runtime::{Runtime, dispatch},
};

use crate::{
    database::TestDatabase,
    for_all,
    harness::{
        BASE, Kind, TestApp,
        people::{PASSWORD, account, credentials},
    },
    on_each,
};

const ADA: &str = "ada@example.test";
const BOB: &str = "bob@example.test";

/// An application with the files that it is configured by.
pub struct Scene {
    pub app: TestApp,
    pub reloader: Reloader,
    pub folder: TempDir,
}

impl Scene {
    pub async fn new(database: TestDatabase) -> Self {
        let app = TestApp::builder(database).build().await;
        let folder = tempfile::tempdir().unwrap();
        let files: Vec<PathBuf> = ["base.yml", "over.yml"].map(|name| folder.path().join(name)).into();
        fs::write(&files[0], BASE).unwrap();
        fs::write(&files[1], "").unwrap();
        let flags = Flags { dev: Some(true), watch_courier: None };
        let now = app.live.get();
        let dispatch = dispatch(&now, &app.outside).await.unwrap();
        let reloader = Reloader {
            request: LoadRequest { files, flags, ..LoadRequest::default() },
            started: Arc::clone(&now.config),
            store: app.store.clone(),
            live: Arc::clone(&app.live),
            dispatch: Arc::new(ArcSwap::from_pointee(dispatch)),
            outside: app.outside.clone(),
            clock: app.clock.clone(),
            entropy: app.entropy.clone(),
            poke: Arc::new(Notify::new()),
        };
        Self { app, reloader, folder }
    }

    /// Lays this over the configuration, as the second of the two files.
    pub async fn say(&self, yaml: &[u8]) -> Result<(), Rejected> {
        fs::write(self.folder.path().join("over.yml"), yaml).unwrap();
        let reloaded = self.reloader.read()?;
        self.reloader.take_over(reloaded.config).await
    }

    pub async fn takes(&self, yaml: &str) {
        self.say(yaml.as_bytes()).await.unwrap_or_else(|rejected| panic!("{yaml}: {rejected:?}"));
    }

    pub async fn revision(&self) -> String {
        self.app.admin_get("/health/config").await.expect(200).text()
    }
}

for_all!(what_is_switched_off_lets_nobody_in);
async fn what_is_switched_off_lets_nobody_in(database: TestDatabase, kind: Kind) {
    let scene = Scene::new(database).await;
    let app = &scene.app;
    app.client(Kind::Native).sign_up(ADA).await.done();
    let (login, registration) = (app.client(kind), app.client(kind));
    let open = (login.open("login").await, registration.open("registration").await);
    assert!(open.0.json["ui"].to_string().contains("\"password\""));

    scene
        .takes("selfservice: { methods: { password: { enabled: false }, code: { passwordless_enabled: true } } }")
        .await;
    let form = app.client(kind).open("login").await;
    assert!(!form.json["ui"].to_string().contains("\"password\""), "{}", form.json["ui"]);
    assert!(form.json["ui"].to_string().contains("\"code\""), "{}", form.json["ui"]);
    // Flows that were opened before know no more than those that come after.
    let refused = login.step(&open.0, credentials(ADA, PASSWORD)).await.error();
    assert_eq!(refused.0, 404);
    assert!(!login.is_logged_in().await);
    let refused = registration.step(&open.1, account(BOB)).await.error();
    assert_eq!(refused.0, 404);
    assert!(app.identity(BOB).await.is_none());

    scene.takes("").await;
    login.step(&open.0, credentials(ADA, PASSWORD)).await.done();
}

for_all!(secrets_are_changed_one_after_the_other);
async fn secrets_are_changed_one_after_the_other(database: TestDatabase, kind: Kind) {
    let scene = Scene::new(database).await;
    let app = &scene.app;
    app.client(Kind::Native).sign_up(ADA).await.done();
    let (old, new) = (app.client(kind), app.client(kind));
    old.log_in(ADA, PASSWORD).await.done();

    scene.takes("secrets: { default: [the-next-secret-that-is-long-enough, a-secret-for-tests-that-is-long-enough] }").await;
    assert!(old.is_logged_in().await, "the old secret still checks");
    new.log_in(ADA, PASSWORD).await.done();

    scene.takes("secrets: { default: [the-next-secret-that-is-long-enough] }").await;
    assert!(!old.is_logged_in().await, "a secret that is gone opens nothing");
    assert!(new.is_logged_in().await, "what was made since was made with the next one");
}

on_each!(a_schema_is_read_anew);
async fn a_schema_is_read_anew(database: TestDatabase) {
    let scene = Scene::new(database).await;
    let file = scene.folder.path().join("own.json");
    let schema = |title: &str| {
        let email = json!({ "type": "string", "format": "email", "title": title, "ory.sh/kratos":
            { "credentials": { "password": { "identifier": true } } } });
        json!({ "$id": "https://a.test/own", "type": "object", "properties":
            { "traits": { "type": "object", "properties": { "email": email } } } })
        .to_string()
    };
    let over = format!(
        "identity: {{ default_schema_id: own, schemas: [{{ id: own, url: 'file://{}' }}, {{ id: email, url: preset://email }}] }}",
        file.display()
    );
    let title = async || {
        scene.app.client(Kind::Native).open("registration").await.json["ui"].to_string().contains("Post box")
    };
    fs::write(&file, schema("Address")).unwrap();
    scene.takes(&over).await;
    assert_eq!(scene.app.live.get().config.files.iter().collect::<Vec<_>>(), [&file]);
    assert!(!title().await);
    fs::write(&file, schema("Post box")).unwrap();
    scene.takes(&over).await;
    assert!(title().await);
    for broken in ["{", "{}", "[]", r#"{"type":"object","properties":{"traits":{"type":"nonsense"}}}"#] {
        fs::write(&file, broken).unwrap();
        let rejected = scene.say(over.as_bytes()).await.expect_err(broken);
        assert!(matches!(rejected, Rejected::Build(_)), "{broken}: {rejected:?}");
        assert!(title().await, "{broken}");
    }
}

/// What is wrong with each is found at another stage: words, table, sections, what it names.
const BROKEN: [&str; 9] = [
    "a: [",
    "no such key: 1",
    "session: { lifespan: soon }",
    "selfservice: { default_browser_return_url: 7 }",
    "secrets: { default: [] }",
    "identity: { default_schema_id: nobody }",
    "identity: { schemas: [{ id: email, url: 'file:///there/is/no/such/file' }] }",
    "hashers: { algorithm: argon2, argon2: { memory: 512GB } }",
    "courier: { smtp: { connection_uri: 'smtp://' } }",
];

on_each!(broken_files_change_nothing);
async fn broken_files_change_nothing(database: TestDatabase) {
    let scene = Scene::new(database).await;
    let good =
        "revision: good\nsession: { lifespan: 5h }\nselfservice: { flows: { login: { lifespan: 7m } } }\n";
    scene.takes(good).await;
    for broken in BROKEN {
        let text = format!("revision: bad\n{broken}");
        let before = state(&scene);
        scene.say(text.as_bytes()).await.map_err(drop).expect_err(broken);
        assert!(is_same(&before, &state(&scene)), "{broken}");
        assert_eq!(scene.revision().await, "good", "{broken}");
    }

    let mut rejected = 0;
    for n in 0..150 {
        let before = state(&scene);
        if scene.say(&damaged(good.as_bytes(), n)).await.is_ok() {
            // Some damage leaves a configuration; that is then taken over as any other.
            scene.takes(good).await;
            continue;
        }
        rejected += 1;
        assert!(is_same(&before, &state(&scene)), "damage {n}");
        assert_eq!(scene.revision().await, "good", "damage {n}");
    }
    assert!(rejected > 50, "only {rejected} were broken at all");
}

type State = (Arc<Runtime>, usize);

fn state(scene: &Scene) -> State {
    (scene.app.live.get(), Arc::as_ptr(&scene.reloader.dispatch.load_full()) as usize)
}

fn is_same(before: &State, after: &State) -> bool {
    Arc::ptr_eq(&before.0, &after.0) && before.1 == after.1
}

/// The text with something wrong in it: cut off, a byte replaced, or something put in; the same each time.
fn damaged(good: &[u8], n: usize) -> Vec<u8> {
    const STRANGE: &[u8] = b"\0\t:{}[]\"'&*#!|>%@`-\xff\xc3\n 0z";
    let mut bytes = good.to_vec();
    let at = n.wrapping_mul(7919) % bytes.len();
    let strange = STRANGE[n % STRANGE.len()];
    match n % 3 {
        0 => bytes.truncate(at),
        1 => bytes[at] = strange,
        _ => bytes.insert(at, strange),
    }
    bytes
}
