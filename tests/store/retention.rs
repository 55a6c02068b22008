//! What has served goes, what is needed stays, and neither takes longer when there is more of it.

use std::process::Command;

use diesel::{Connection as _, RunQueryDsl as _, SqliteConnection, sql_types::Text};
use zelos::{
    flow::{CodePurpose, KeptError},
    kernel::Timestamp,
    outbox::MessageStatus,
    store::{
        Audit as _, AuditEvent, AuditMut as _, Chore, CodesMut as _, FlowsMut as _, KeptErrors as _,
        KeptErrorsMut as _, Outbox as _, OutboxMut as _, Retention as _, Sessions as _, SessionsMut as _,
        Store,
    },
};

use crate::{
    database::TestDatabase,
    fixture::{Fixture, at, token_of},
    identities::insert,
    on_both,
};

/// Sweeps until nothing goes any more, two rows at a time, and gives how many went each time.
async fn sweep(store: &Store, chore: Chore, before: Timestamp) -> Vec<usize> {
    let mut went = Vec::new();
    loop {
        let gone = store.write(move |tx| tx.sweep(chore, before, 2)).await.unwrap();
        went.push(gone);
        if gone < 2 {
            return went;
        }
    }
}

on_both!(sessions_that_ran_out_or_were_revoked_go);
async fn sessions_that_ran_out_or_were_revoked_go(database: TestDatabase) {
    let (store, mut fixture) = (database.store(), Fixture::new());
    let ann = fixture.identity("ann@example.org");
    insert(&store, &ann).await.unwrap();
    let mut all = [(); 6].map(|()| fixture.session(ann.id));
    for (n, session) in (0..).zip(&mut all) {
        // Three ran out, at 10, 20 and 30; one was revoked at 5, one at 50; one is in use.
        (session.expires_at, session.updated_at) = match n {
            0..3 => (at(10 * (n + 1)), at(2)),
            3 => (at(3600), at(5)),
            4 => (at(3600), at(50)),
            _ => (at(3600), at(1)),
        };
        session.active = !(3..5).contains(&n);
        let (session, token) = (session.clone(), token_of(session));
        store.write(move |tx| tx.insert_session(&session, &token)).await.unwrap();
    }
    let ids = all.each_ref().map(|session| session.id);
    let left = async || {
        let mut left = Vec::new();
        for (n, id) in ids.into_iter().enumerate() {
            if store.read(move |r| r.session(id)).await.unwrap().is_some() {
                left.push(n);
            }
        }
        left
    };
    let one = store.write(|tx| tx.sweep(Chore::ExpiredSessions, at(30), 1)).await.unwrap();
    assert_eq!((one, left().await), (1, vec![1, 2, 3, 4, 5]), "the oldest first");
    assert_eq!(sweep(&store, Chore::ExpiredSessions, at(30)).await, [2, 0]);
    assert_eq!(left().await, [3, 4, 5]);
    assert_eq!(sweep(&store, Chore::RevokedSessions, at(30)).await, [1]);
    assert_eq!(left().await, [4, 5]);
}

on_both!(flows_and_codes_that_ran_out_go);
async fn flows_and_codes_that_ran_out_go(database: TestDatabase) {
    let (store, mut fixture) = (database.store(), Fixture::new());
    let mut codes = Vec::new();
    for n in 0..4 {
        let mut flow = fixture.login();
        flow.head_mut().expires_at = at(n * 10);
        let mut code = fixture.code(flow.head().id, CodePurpose::VerificationCode);
        code.expires_at = at(n * 10 + 5);
        codes.push(code.id);
        store
            .write(move |tx| {
                tx.insert_flow(&flow)?;
                tx.insert_code(&code)
            })
            .await
            .unwrap();
    }
    // The fourth runs out later than its flow; those before it go with theirs.
    assert_eq!(sweep(&store, Chore::Flows, at(20)).await, [2, 1]);
    let usable = async |n: usize| {
        let id = codes[n];
        store.write(move |tx| tx.consume_code(id, at(0))).await.unwrap()
    };
    for n in 0..3 {
        assert_eq!(usable(n).await, zelos::store::Hit::Nothing);
    }
    assert_eq!(sweep(&store, Chore::Codes, at(34)).await, [0]);
    assert_eq!(usable(3).await, zelos::store::Hit::One);
    assert_eq!(sweep(&store, Chore::Codes, at(35)).await, [1]);
}

on_both!(only_the_payloads_of_old_messages_that_are_done_are_wiped);
async fn only_the_payloads_of_old_messages_that_are_done_are_wiped(database: TestDatabase) {
    let (store, mut fixture) = (database.store(), Fixture::new());
    let mut all = [at(0), at(0), at(99), at(0)].map(|time| fixture.message("a@x.org", time));
    all[0].status = MessageStatus::Sent;
    all[2].status = MessageStatus::Abandoned;
    all[3].status = MessageStatus::Processing;
    for message in all.clone() {
        store.write(move |tx| tx.insert_message(&message)).await.unwrap();
    }
    assert_eq!(sweep(&store, Chore::Payloads, at(50)).await, [1]);
    for (n, message) in all.iter().enumerate() {
        let id = message.id;
        let found = store.read(move |r| r.message(id)).await.unwrap().unwrap();
        assert_eq!(found.payload.is_none(), n == 0, "{n}");
    }
    assert_eq!(sweep(&store, Chore::Payloads, at(50)).await, [0], "once is enough");
}

on_both!(errors_and_audit_events_go_by_their_age);
async fn errors_and_audit_events_go_by_their_age(database: TestDatabase) {
    let (store, mut fixture) = (database.store(), Fixture::new());
    let identity = fixture.id();
    let mut errors = Vec::new();
    for seconds in [1, 2, 3, 9] {
        let (error, event) = (fixture.id(), fixture.id());
        errors.push(error);
        let kept = KeptError { id: error, error: true.into(), created_at: at(seconds), updated_at: at(9) };
        let event = AuditEvent {
            id: event,
            at: at(seconds),
            kind: "session.issued".to_owned(),
            identity: Some(identity),
            session: None,
            flow: None,
            details: true.into(),
        };
        store
            .write(move |tx| {
                tx.insert_error(&kept)?;
                tx.insert_audit(&event)
            })
            .await
            .unwrap();
    }
    assert_eq!(sweep(&store, Chore::Errors, at(3)).await, [2, 1]);
    assert_eq!(sweep(&store, Chore::Audit, at(3)).await, [2, 1]);
    for (n, id) in errors.into_iter().enumerate() {
        assert_eq!(store.read(move |r| r.error(id)).await.unwrap().is_some(), n == 3);
    }
    let events = store.read(move |r| r.audit_of(identity, 9)).await.unwrap();
    assert_eq!(events.iter().map(|event| event.at).collect::<Vec<_>>(), [at(9)]);
}

#[derive(diesel::QueryableByName)]
struct Plan {
    #[diesel(sql_type = Text)]
    detail: String,
}

/// How a database would go about a statement.
async fn plan(database: &TestDatabase, statement: &str) -> String {
    let Some(driver) = database.driver() else {
        let mut conn = SqliteConnection::establish(database.file().unwrap().to_str().unwrap()).unwrap();
        let statement = format!("EXPLAIN QUERY PLAN {statement}").replace("$1", "0").replace("$2", "100");
        let lines = diesel::sql_query(statement).load::<Plan>(&mut conn).unwrap();
        return lines.into_iter().map(|line| line.detail + "\n").collect();
    };
    let (client, protocol) = driver.connect(tokio_postgres::NoTls).await.unwrap();
    tokio::spawn(protocol);
    // An empty table is scanned and sorted whatever there is; with this, only where it cannot be helped.
    for way in ["seqscan", "bitmapscan", "sort", "hashjoin", "mergejoin"] {
        client.batch_execute(&format!("SET enable_{way} = off")).await.unwrap();
    }
    let statement = format!("EXPLAIN {statement}").replace("$1", "now()").replace("$2", "100");
    let lines = client.query(&statement, &[]).await.unwrap();
    lines.iter().map(|line| line.get::<_, String>(0) + "\n").collect()
}

on_both!(no_search_goes_through_a_whole_table);
async fn no_search_goes_through_a_whole_table(database: TestDatabase) {
    for chore in Chore::ALL {
        let plan = plan(&database, chore.statement()).await;
        assert!(plan.contains("_idx"), "{}: {plan}", chore.name());
        for bad in ["SCAN", "Seq Scan", "TEMP B-TREE FOR ORDER", "Sort"] {
            assert!(!plan.contains(bad), "{}: {plan}", chore.name());
        }
    }
    let scan = plan(&database, "DELETE FROM sessions WHERE issued_at <= $1").await;
    assert!(scan.contains("SCAN") || scan.contains("Seq Scan"), "a scan would be seen: {scan}");
}

on_both!(the_command_cleans_up_and_tells_what_went);
async fn the_command_cleans_up_and_tells_what_went(database: TestDatabase) {
    let (store, mut fixture) = (database.store(), Fixture::new());
    for _ in 0..5 {
        let flow = fixture.login();
        store.write(move |tx| tx.insert_flow(&flow)).await.unwrap();
    }
    let dsn = match database.driver() {
        None => format!("sqlite://{}", database.file().unwrap().display()),
        Some(driver) => {
            let tokio_postgres::config::Host::Unix(folder) = &driver.get_hosts()[0] else {
                panic!("no folder")
            };
            let (folder, name) = (folder.to_str().unwrap(), driver.get_dbname().unwrap());
            format!("postgres:///{name}?user=postgres&host={}&sslmode=disable", folder.replace('/', "%2F"))
        }
    };
    let run = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_zelos"));
        let done = command.args(["cleanup", "sql"]).args(arguments).env("DSN", &dsn).output().unwrap();
        let said = [done.stdout, done.stderr].concat();
        (done.status.success(), String::from_utf8_lossy(&said).into_owned())
    };
    let quick = ["-b", "2", "--database.cleanup.sleep.tables", "0s"];
    let kept = run(&[&["-e", "--keep-last", "876000h"], &quick[..]].concat());
    assert!(kept.0 && kept.1.contains("flows: 0\n"), "{}", kept.1);
    let cleaned = run(&[&[dsn.as_str()], &quick[..]].concat());
    assert!(cleaned.0 && cleaned.1.contains("flows: 5\n"), "{}", cleaned.1);
    assert!(!run(&["--keep-last", "yesterday"]).0);
    assert!(!run(&["mysql://nobody"]).0);
}
