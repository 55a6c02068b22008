//! What administrators do.

use actix_web::{
    http::{Method, header},
    test::TestRequest,
};
use serde_json::{Value, json};

use super::{Answer, TestApp};

impl TestApp {
    /// One call to the admin listener, with a JSON body unless it is `null`.
    pub async fn admin(&self, method: Method, path: &str, body: Value) -> Answer {
        let request = TestRequest::default().method(method).uri(path);
        let request = match body {
            Value::Null => request,
            body => request
                .insert_header((header::CONTENT_TYPE, "application/json"))
                .set_payload(body.to_string()),
        };
        self.ask_admin(request).await
    }

    pub async fn admin_get(&self, path: &str) -> Answer {
        self.admin(Method::GET, path, Value::Null).await
    }

    /// Creates an identity with a password, and gives its JSON.
    pub async fn create(&self, email: &str, password: &str) -> Value {
        let body = json!({
            "traits": { "email": email },
            "credentials": { "password": { "config": { "password": password } } },
        });
        self.admin(Method::POST, "/admin/identities", body).await.expect(201).json()
    }
}
