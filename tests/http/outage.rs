//! What is down and comes back: the mail server, the database.

use std::{net::TcpListener, sync::Arc, time::Duration};

use tokio::sync::Notify;
use zelos::{
    courier::{KeyOpener, StoreQueue, Worker},
    outbox::MessageStatus,
    runtime,
    store::Outbox as _,
};

use crate::{
    database::TestDatabase,
    for_all,
    harness::{
        Kind, TestApp,
        people::{PASSWORD, credentials},
    },
    postgres::server,
};

const ADA: &str = "ada@example.test";

/// A port of this machine where nobody listens.
fn closed_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

impl TestApp {
    /// One look of the courier at the outbox.
    async fn courier_round(&self) -> usize {
        let snapshot = self.live.get();
        let dispatch = Arc::new(runtime::dispatch(&snapshot, &self.outside).await.unwrap());
        let worker = Worker {
            queue: StoreQueue(self.store.clone()),
            opener: KeyOpener(Arc::clone(&self.keys)),
            dispatch: Arc::new(move || Arc::clone(&dispatch)),
            clock: self.clock.clone(),
            entropy: self.entropy.clone(),
            poke: Arc::new(Notify::new()),
        };
        worker.round().await.unwrap()
    }
}

for_all!(while_the_mail_server_is_down_registrations_succeed_and_mail_waits);
async fn while_the_mail_server_is_down_registrations_succeed_and_mail_waits(
    database: TestDatabase,
    kind: Kind,
) {
    let uri = format!("smtp://127.0.0.1:{}/?disable_starttls=true", closed_port());
    let config = format!("courier: {{ smtp: {{ connection_uri: '{uri}', from_address: a@example.test }} }}");
    let app = TestApp::builder(database).config(&config).build().await;
    let client = app.client(kind);
    client.sign_up(ADA).await.done();
    assert_eq!(app.courier_round().await, 1);
    let mail = app.newest_mail(ADA).await;
    assert_eq!((mail.message.status, mail.message.send_count), (MessageStatus::Queued, 1));
    assert!(mail.message.next_attempt_at > app.now());
    assert_eq!(app.courier_round().await, 0, "not before its time");
    let id = mail.message.id;
    let attempts = app.store.read(move |reader| reader.attempts_of(id)).await.unwrap();
    assert!(attempts.len() == 1 && attempts[0].error.is_some());
    // The letter is good all the while, and so is everything else.
    let flow = client.open("login").await;
    assert!(client.submit(&flow, credentials(ADA, PASSWORD)).await.is_done());
    for _ in 0..10 {
        app.advance(Duration::from_secs(3600));
        app.courier_round().await;
    }
    assert_eq!(app.newest_mail(ADA).await.message.status, MessageStatus::Abandoned);
}

#[actix_web::test]
async fn sec_58_a_database_that_is_down_is_told_by_503_and_used_again_when_it_is_back() {
    let database = TestDatabase::postgres();
    let name = database.driver().unwrap().get_dbname().unwrap().to_owned();
    let app = TestApp::builder(database).build().await;
    for kind in [Kind::Browser, Kind::Spa, Kind::Native] {
        let client = app.client(kind);
        let email = format!("{kind:?}@example.test").to_lowercase();
        client.sign_up(&email).await.done();
        let flow = client.open("login").await;
        server().run(&[
            format!("ALTER DATABASE {name} ALLOW_CONNECTIONS false"),
            format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"),
        ]);
        let answer = client.post(&flow, credentials(&email, PASSWORD)).await;
        assert_eq!(answer.status, 503, "{}", answer.text());
        assert_eq!(answer.header("retry-after"), Some("1"));
        assert!(!answer.text().contains(&name) && !answer.text().contains("postgres"), "{}", answer.text());
        assert_eq!(client.init("login", "").await.status, 503);
        assert_eq!(client.get("/health/alive").await.status, 200);
        assert_eq!(client.get("/health/ready").await.status, 503);
        server().run(&[format!("ALTER DATABASE {name} ALLOW_CONNECTIONS true")]);
        assert_eq!(client.get("/health/ready").await.status, 200);
        assert!(client.submit(&flow, credentials(&email, PASSWORD)).await.is_done());
        assert!(client.is_logged_in().await);
    }
}

#[actix_web::test]
async fn sec_58_an_sqlite_file_that_somebody_else_holds_is_told_by_503() {
    use diesel::{Connection as _, SqliteConnection, connection::SimpleConnection as _};
    use zelos::store::Backend;

    let mut database = TestDatabase::sqlite();
    if let Backend::Sqlite(sqlite) = &mut database.config.backend {
        sqlite.busy_timeout = Duration::from_millis(1);
    }
    let file = database.file().unwrap();
    let app = TestApp::builder(database).build().await;
    let client = app.client(Kind::Spa);
    client.sign_up(ADA).await.done();
    let flow = client.open("login").await;
    let mut other = SqliteConnection::establish(file.to_str().unwrap()).unwrap();
    other.batch_execute("BEGIN IMMEDIATE").unwrap();
    let answer = client.post(&flow, credentials(ADA, PASSWORD)).await;
    assert_eq!(answer.status, 503, "{}", answer.text());
    other.batch_execute("ROLLBACK").unwrap();
    assert!(client.submit(&flow, credentials(ADA, PASSWORD)).await.is_done());
}
