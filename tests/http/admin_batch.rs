//! Administrators: many identities at once, other schemas, single credentials.

use actix_web::http::Method;
use serde_json::{Value, json};

use crate::{
    database::TestDatabase,
    harness::{Kind, TestApp, people::PASSWORD},
    on_each,
};

const ADA: &str = "ada@example.test";
const BOB: &str = "bob@example.test";

fn path(identity: &Value) -> String {
    format!("/admin/identities/{}", identity["id"].as_str().unwrap())
}

async fn app(database: TestDatabase) -> TestApp {
    TestApp::builder(database).build().await
}

on_each!(many_identities_at_once_each_by_itself);
async fn many_identities_at_once_each_by_itself(database: TestDatabase) {
    let app = app(database).await;
    app.create(ADA, PASSWORD).await;
    let mark = "22222222-2222-4222-8222-222222222222";
    let password = json!({ "password": { "config": { "password": PASSWORD } } });
    let body = json!({ "identities": [
        { "create": { "traits": { "email": "a@example.test" }, "credentials": password } },
        { "create": { "traits": { "email": ADA } }, "patch_id": mark },
        { "create": { "traits": { "email": "nobody" } } },
        { "create": { "traits": { "email": "b@example.test" }, "credentials": password }, "patch_id": mark },
        { "create": { "traits": { "email": "a@example.test" } } },
    ] });
    let answer = app.admin(Method::PATCH, "/admin/identities", body).await.expect(200).json();
    let items = answer["identities"].as_array().unwrap();
    let codes: Vec<_> = items.iter().map(|item| item["error"]["code"].as_u64()).collect();
    assert_eq!(codes, [None, Some(409), Some(400), None, Some(409)]);
    let marks: Vec<_> = items.iter().map(|item| item["patch_id"].as_str()).collect();
    assert_eq!(marks, [None, Some(mark), None, Some(mark), None]);
    for (item, email) in [(&items[0], "a@example.test"), (&items[3], "b@example.test")] {
        assert_eq!(item["action"], "create");
        let one = app.admin_get(&path(&json!({ "id": item["identity"] }))).await.expect(200).json();
        assert_eq!(one["traits"]["email"], email);
        app.client(Kind::Native).log_in(email, PASSWORD).await.done();
    }
    let hash = async |item: &Value| {
        let query = format!("{}?include_credential=password", path(&json!({ "id": item["identity"] })));
        app.admin_get(&query).await.json()["credentials"]["password"]["config"]["hashed_password"].clone()
    };
    assert_ne!(hash(&items[0]).await, hash(&items[3]).await, "each has a salt of its own");

    let malformed = json!({ "identities": [{ "create": { "traits": { "email": "c@example.test" } } }, {}] });
    app.admin(Method::PATCH, "/admin/identities", malformed).await.expect(400);
    let of = |config: Value| json!({ "traits": { "email": "c@example.test" }, "credentials": config });
    for broken in [
        json!({ "password": { "config": { "hashed_password": "no hash" } } }),
        json!({ "password": { "config": { "password": "x".repeat(5000) } } }),
        json!({ "totp": { "config": { "totp_url": "no address" } } }),
    ] {
        let one_of_two = json!({ "identities": [{ "create": of(json!({})) }, { "create": of(broken) }] });
        app.admin(Method::PATCH, "/admin/identities", one_of_two).await.expect(400);
    }
    let unknown = json!({ "identities": [{ "create": { "shoe": 1 } }] });
    let refused = app.admin(Method::PATCH, "/admin/identities", unknown).await.expect(400);
    assert_eq!(refused.json()["error"]["code"], 500);
    assert!(app.identity("c@example.test").await.is_none(), "all or nothing when it makes no sense");
}

on_each!(names_that_are_no_traits_any_more_are_shown_and_free);
async fn names_that_are_no_traits_any_more_are_shown_and_free(database: TestDatabase) {
    let app = app(database).await;
    let ada = app.create(ADA, PASSWORD).await;
    let before = ada["schema_url"].clone();
    let body = json!({ "schema_id": "username", "traits": { "username": "ada", "email": BOB } });
    let put = app.admin(Method::PUT, &path(&ada), body.clone()).await.expect(200).json();
    assert_eq!(put["schema_url"], before);
    let now = app.admin_get(&path(&ada)).await.expect(200).json();
    assert_ne!(now["schema_url"], before);
    assert_eq!(now["credentials"]["password"]["identifiers"], json!(["ada"]));
    assert_eq!(now["credentials"]["code"]["identifiers"], json!([ADA]));
    app.client(Kind::Native).log_in("ada", PASSWORD).await.done();
    assert!(!app.client(Kind::Native).log_in(ADA, PASSWORD).await.is_done());
    let bob = app.create(ADA, PASSWORD).await;
    app.admin(Method::PUT, &path(&ada), body).await.expect(200);
    assert_eq!(app.identity(ADA).await.unwrap().id.to_string(), bob["id"].as_str().unwrap());
}

on_each!(a_credential_goes_when_another_way_in_is_left);
async fn a_credential_goes_when_another_way_in_is_left(database: TestDatabase) {
    let app = app(database).await;
    let ada = app.create(ADA, PASSWORD).await;
    let delete = async |what: &str| {
        let path = format!("{}/credentials/{what}", path(&ada));
        app.admin(Method::DELETE, &path, Value::Null).await.status
    };
    assert_eq!(delete("password").await, 400, "the only way in");
    assert_eq!((delete("totp").await, delete("oidc?identifier=x:1").await), (404, 404));
    assert_eq!((delete("code").await, delete("pigeon").await, delete("oidc").await), (400, 400, 400));
    app.client(Kind::Native).log_in(ADA, PASSWORD).await.done();
    let nobody = "/admin/identities/11111111-1111-4111-8111-111111111111/credentials/password";
    app.admin(Method::DELETE, nobody, Value::Null).await.expect(404);

    let both = "selfservice: { methods: { code: { passwordless_enabled: true } } }";
    let app = TestApp::builder(TestDatabase::sqlite()).config(both).build().await;
    let ada = app.create(ADA, PASSWORD).await;
    let path = path(&ada);
    let gone = format!("{path}/credentials/password");
    app.admin(Method::DELETE, &gone, Value::Null).await.expect(204);
    assert!(!app.client(Kind::Native).log_in(ADA, PASSWORD).await.is_done());
    let left = app.admin_get(&format!("{path}?include_credential=password")).await.json();
    assert_eq!(left["credentials"]["password"]["identifiers"], json!([ADA]));
    assert_eq!(left["credentials"]["password"]["config"], json!({}));
    app.admin(Method::DELETE, &gone, Value::Null).await.expect(404);
}
