//! What requests cost, counted in statements: `whoami` is one read and never a write; a login is two reads
//! and one write.

use serde_json::json;
use zelos::store::Counts;

use crate::{
    code::{ON, asked, typed},
    database::TestDatabase,
    for_all,
    harness::{
        Kind, TestApp,
        people::{PASSWORD, credentials},
    },
};

const ADA: &str = "ada@example.test";

fn spent(app: &TestApp, before: Counts) -> (u64, u64, u64) {
    let now = app.store.statements();
    (now.reads - before.reads, now.writes - before.writes, now.statements - before.statements)
}

for_all!(whoami_is_one_statement);
async fn whoami_is_one_statement(database: TestDatabase, kind: Kind) {
    let app = TestApp::builder(database).build().await;
    let client = app.client(kind);
    client.sign_up(ADA).await.done();
    let before = app.store.statements();
    client.whoami().await.expect(401);
    assert_eq!(spent(&app, before), (0, 0, 0), "without a token nobody asks the database");
    client.log_in(ADA, PASSWORD).await.done();
    let before = app.store.statements();
    client.whoami().await.expect(200);
    assert_eq!(spent(&app, before), (1, 0, 1));
}

for_all!(opening_and_reading_a_flow_is_one_unit_each);
async fn opening_and_reading_a_flow_is_one_unit_each(database: TestDatabase, kind: Kind) {
    let app = TestApp::builder(database).build().await;
    let client = app.client(kind);
    for name in ["login", "registration", "verification"] {
        let before = app.store.statements();
        let answer = client.init(name, "").await;
        assert_eq!(spent(&app, before), (0, 1, 1), "{name}: {}", answer.status);
        let flow = client.open(name).await;
        let before = app.store.statements();
        client.fetch(name, flow.id()).await;
        assert_eq!(spent(&app, before), (1, 0, 1), "{name}");
    }
}

for_all!(a_login_is_two_reads_and_one_write);
async fn a_login_is_two_reads_and_one_write(database: TestDatabase, kind: Kind) {
    let app = TestApp::builder(database).build().await;
    app.client(Kind::Native).sign_up(ADA).await.done();
    for (password, right) in [("wrong horse battery", false), (PASSWORD, true)] {
        let client = app.client(kind);
        let flow = client.open("login").await;
        let before = app.store.statements();
        let answer = client.post(&flow, credentials(ADA, password)).await;
        let (reads, writes, statements) = spent(&app, before);
        assert!(reads <= 2 && writes == 1, "{right}: {reads} reads, {writes} writes, {}", answer.status);
        // Flow and session, credential and identity; flow, identity, session and trail.
        assert!(statements <= 8, "{right}: {statements} statements");
    }
}

for_all!(settings_are_one_read_and_one_write);
async fn settings_are_one_read_and_one_write(database: TestDatabase, kind: Kind) {
    let app = TestApp::builder(database).build().await;
    let client = app.client(kind);
    client.sign_up(ADA).await.done();
    client.log_in(ADA, PASSWORD).await.done();
    let before = app.store.statements();
    let answer = client.init("settings", "").await;
    assert_eq!(spent(&app, before), (1, 1, 3), "session, credentials; flow: {}", answer.status);
    let flow = client.open("settings").await;
    let before = app.store.statements();
    client.fetch("settings", flow.id()).await;
    assert_eq!(spent(&app, before), (1, 0, 3), "flow, session, credentials");
    for (fields, reads, most) in [
        (json!({ "method": "password", "password": "short" }), 1, 4),
        (json!({ "method": "profile", "traits": { "email": ADA, "name": { "first": "A" } } }), 1, 9),
        (json!({ "method": "password", "password": "another horse battery" }), 1, 11),
    ] {
        let before = app.store.statements();
        client.post(&flow, fields.clone()).await;
        let spent = spent(&app, before);
        assert!((spent.0, spent.1) == (reads, 1) && spent.2 <= most, "{fields}: {spent:?}");
    }
}

for_all!(a_code_is_two_reads_and_one_write);
async fn a_code_is_two_reads_and_one_write(database: TestDatabase, kind: Kind) {
    let app = TestApp::builder(database).build().await;
    let client = app.client(kind);
    client.sign_up(ADA).await.done();
    let flow = client.ask_for_code(ADA).await;
    let code = app.newest_mail(ADA).await.code();
    let before = app.store.statements();
    client.post(&flow, serde_json::json!({ "method": "code", "code": code })).await;
    let (reads, writes, _) = spent(&app, before);
    assert!(reads <= 2 && writes == 1, "{reads} reads, {writes} writes");
}

for_all!(a_login_by_code_is_two_reads_and_one_write_a_step);
async fn a_login_by_code_is_two_reads_and_one_write_a_step(database: TestDatabase, kind: Kind) {
    let app = TestApp::builder(database).config(ON).build().await;
    app.client(Kind::Native).sign_up(ADA).await.done();
    let client = app.client(kind);
    let flow = client.open("login").await;
    app.advance(std::time::Duration::from_secs(1));
    let before = app.store.statements();
    client.post(&flow, asked(ADA)).await;
    let (reads, writes, statements) = spent(&app, before);
    assert!(reads == 2 && writes == 1, "{reads} reads, {writes} writes");
    // Flow and session, credential and identity; flow, old codes, code and letter.
    assert!(statements <= 8, "{statements} statements");
    let flow = client.fetch("login", flow.id()).await;
    let code = app.newest_mail(ADA).await.code();
    let before = app.store.statements();
    client.post(&flow, typed(ADA, &code)).await;
    let (reads, writes, statements) = spent(&app, before);
    assert!(reads == 2 && writes == 1, "{reads} reads, {writes} writes");
    // Flow and session, credential and identity, codes; flow, identity and its addresses, code, session, trail.
    assert!(statements <= 12, "{statements} statements");
    assert!(client.is_logged_in().await || kind == Kind::Native);
}

const WAYS: [&str; 3] = [
    "selfservice: { flows: { recovery: { enabled: true, use: code } } }",
    "selfservice: { flows: { recovery: { enabled: true, use: link } } }",
    "{ feature_flags: { choose_recovery_address: true }, \
       selfservice: { flows: { recovery: { enabled: true, use: code } } } }",
];

async fn asking_costs_the_same(database: TestDatabase, kind: Kind, way: &str) {
    let app = TestApp::builder(database).config(way).build().await;
    app.client(Kind::Native).sign_up(ADA).await.done();
    let mut costs = Vec::new();
    for email in [ADA, "bob@example.test"] {
        let client = app.client(kind);
        let flow = client.open("recovery").await;
        let method = flow.value("method").unwrap().clone();
        let fields = serde_json::json!({ "method": method, "email": email, "recovery_address": email });
        let before = app.store.statements();
        assert!(client.post(&flow, fields).await.status < 400);
        costs.push(spent(&app, before));
    }
    let [(reads, writes, known), (other_reads, other_writes, unknown)] = costs[..] else {
        panic!("{costs:?}")
    };
    assert_eq!((reads, writes), (2, 1));
    assert_eq!((other_reads, other_writes), (2, 1));
    // Reading whose it is, and the letter.
    assert!(known - unknown <= 2, "{known} and {unknown} statements");
}

for_all!(sec_17_asking_for_a_recovery_code_costs_the_same_for_everybody);
async fn sec_17_asking_for_a_recovery_code_costs_the_same_for_everybody(database: TestDatabase, kind: Kind) {
    asking_costs_the_same(database, kind, WAYS[0]).await;
}

for_all!(sec_17_asking_for_a_recovery_link_costs_the_same_for_everybody);
async fn sec_17_asking_for_a_recovery_link_costs_the_same_for_everybody(database: TestDatabase, kind: Kind) {
    asking_costs_the_same(database, kind, WAYS[1]).await;
}

for_all!(sec_17_choosing_where_to_recover_costs_the_same_for_everybody);
async fn sec_17_choosing_where_to_recover_costs_the_same_for_everybody(database: TestDatabase, kind: Kind) {
    asking_costs_the_same(database, kind, WAYS[2]).await;
}
