//! Whole processes on one database: each message is delivered once, and what a killed one held is taken over.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    path::Path,
    process::{Child, Command},
    thread,
    time::{Duration, Instant},
};

use tempfile::TempDir;
use tokio_postgres::{NoTls, config::Host};
use zelos::{
    config::{self, Config, LoadRequest},
    crypto::{Keyring, SealPurpose},
    kernel::{Clock as _, MessageId, Seed, SystemClock},
    outbox::{Letter, Message, MessageStatus, TemplateType},
    runtime,
    store::OutboxMut as _,
};

use crate::{
    database::TestDatabase,
    letters::letter,
    smtp::{FakeSmtp, Mode, Trouble},
};

/// Workers that deliver to one server from one database.
struct Scene {
    database: TestDatabase,
    server: FakeSmtp,
    folder: TempDir,
}

/// A `zelos courier watch`; ends when it is dropped.
struct Courier(Child);

impl Drop for Courier {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

impl Scene {
    fn new(pull_count: u32) -> Self {
        let scene = Self {
            database: TestDatabase::postgres(),
            server: FakeSmtp::start(Mode::Plain),
            folder: tempfile::tempdir().unwrap(),
        };
        let driver = scene.database.driver().unwrap();
        let Host::Unix(socket) = &driver.get_hosts()[0] else { panic!("no socket") };
        let socket = socket.to_str().unwrap().replace('/', "%2F");
        let dsn = format!(
            "postgres:///{}?user=postgres&host={socket}&sslmode=disable",
            driver.get_dbname().unwrap()
        );
        let text = format!(
            "
dsn: '{dsn}'
secrets: {{ default: [a-secret-for-tests-that-is-long-enough] }}
identity: {{ default_schema_id: email, schemas: [{{ id: email, url: preset://email }}] }}
selfservice: {{ default_browser_return_url: 'https://app.example.test/' }}
serve: {{ public: {{ base_url: 'https://id.example.test/' }} }}
courier:
  worker: {{ pull_count: {pull_count} }}
  smtp: {{ connection_uri: 'smtp://{}/?disable_starttls=true', from_address: no-reply@example.test }}
",
            scene.server.address()
        );
        fs::write(scene.path("zelos.yml"), text).unwrap();
        scene
    }

    fn path(&self, name: &str) -> std::path::PathBuf {
        self.folder.path().join(name)
    }

    fn courier(&self, name: &str) -> Courier {
        let log = File::create(self.path(name)).unwrap();
        let process = Command::new(env!("CARGO_BIN_EXE_zelos"))
            .args(["courier", "watch", "-c", "zelos.yml"])
            .current_dir(self.folder.path())
            .env_clear()
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn();
        Courier(process.unwrap())
    }

    /// Queues so many letters, all due now.
    async fn queue(&self, count: u32) {
        let config = configuration(&self.path("zelos.yml"));
        let (store, now, seed) = (self.database.store(), SystemClock.now(), Seed::new([7; 32]));
        let keys = runtime::keyring(&config, &store, now, &seed).await.unwrap();
        let one = letter(TemplateType::VerificationCodeValid);
        let messages: Vec<Message> = (0..count).map(|n| sealed(&one, n, &keys, &seed)).collect();
        let insert =
            store.write(move |tx| messages.iter().try_for_each(|message| tx.insert_message(message)));
        insert.await.unwrap();
    }

    async fn statement(&self, sql: &str) -> BTreeMap<String, i64> {
        let (client, connection) = self.database.driver().unwrap().connect(NoTls).await.unwrap();
        tokio::spawn(connection);
        let rows = client.query(sql, &[]).await.unwrap();
        rows.iter().map(|row| (row.get(0), row.get(1))).collect()
    }

    async fn statuses(&self) -> BTreeMap<String, i64> {
        self.statement("SELECT status::text, count(*) FROM messages GROUP BY 1").await
    }

    async fn until(&self, what: &str, is_so: impl AsyncFn() -> bool) {
        let begun = Instant::now();
        while !is_so().await {
            let log = fs::read_to_string(self.path("one")).unwrap_or_default();
            assert!(
                begun.elapsed() < Duration::from_secs(120),
                "never {what}: {:?}\n{log}",
                self.statuses().await
            );
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// Every message arrived, and none of them twice.
    fn each_once(&self, count: usize) {
        let received = self.server.received();
        let mut ids: Vec<_> = received.iter().map(|mail| mail.header("Message-ID").unwrap()).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!((received.len(), ids.len()), (count, count));
    }
}

fn configuration(file: &Path) -> Config {
    let request = LoadRequest { files: vec![file.to_owned()], ..LoadRequest::default() };
    config::load(&request).map_err(|problems| problems.to_string()).unwrap().0
}

fn sealed(letter: &Letter, n: u32, keys: &Keyring, seed: &Seed) -> Message {
    let seed = seed.child(&n.to_string());
    let id = MessageId::random(&mut seed.stream("id"));
    let plain = serde_json::to_vec(letter).unwrap();
    let now = SystemClock.now();
    Message {
        id,
        status: MessageStatus::Queued,
        channel: letter.channel,
        recipient: letter.to.clone(),
        template: letter.content.template(),
        payload: Some(keys.seal(
            SealPurpose::Letter,
            &plain,
            id.as_uuid().as_bytes(),
            &mut seed.stream("seal"),
        )),
        send_count: 0,
        next_attempt_at: now,
        created_at: now,
        updated_at: now,
    }
}

fn counts(all: &[(&str, i64)]) -> BTreeMap<String, i64> {
    all.iter().map(|(status, count)| ((*status).to_owned(), *count)).collect()
}

#[tokio::test]
async fn two_processes_deliver_five_thousand_messages_once_each() {
    const ALL: u32 = 5000;
    let scene = Scene::new(25);
    scene.queue(ALL).await;
    let _couriers = [scene.courier("one"), scene.courier("two")];
    let sent = counts(&[("sent", ALL.into())]);
    scene.until("all sent", async || scene.statuses().await == sent).await;
    scene.each_once(ALL as usize);
    let tries = scene.statement("SELECT send_count::text, count(*) FROM messages GROUP BY 1").await;
    assert_eq!(tries, counts(&[("1", ALL.into())]), "each was tried once");
    for log in ["one", "two"] {
        let log = fs::read_to_string(scene.path(log)).unwrap();
        let mine = log.matches("a message was sent").count();
        assert!(mine > 500, "both take part: {mine}");
    }
}

#[tokio::test]
async fn what_a_killed_process_held_is_taken_over_when_its_lease_ends() {
    let scene = Scene::new(10);
    // Four letters at a time: the server holds all of them up, so nothing has gone out when the process dies.
    for _ in 0..4 {
        scene.server.expect_trouble(Trouble::Stall("DATA"));
    }
    scene.queue(10).await;
    let killed = scene.courier("one");
    scene.until("held", async || scene.server.connections() >= 4).await;
    assert_eq!(scene.statuses().await, counts(&[("processing", 10)]));
    drop(killed);

    let _second = scene.courier("two");
    let running =
        async || fs::read_to_string(scene.path("two")).unwrap_or_default().contains("delivers mail");
    scene.until("running", running).await;
    thread::sleep(Duration::from_millis(1500));
    assert_eq!(scene.statuses().await, counts(&[("processing", 10)]), "the leases still run");
    assert_eq!(scene.server.received().len(), 0);
    scene
        .statement("UPDATE messages SET next_attempt_at = next_attempt_at - interval '3 minutes' RETURNING 'x', 1::bigint")
        .await;
    scene.until("all sent", async || scene.statuses().await == counts(&[("sent", 10)])).await;
    scene.each_once(10);
}
