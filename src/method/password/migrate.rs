//! Passwords that another system knows: it is asked once, at the first login (03 §5.7).

use std::fmt;

use serde_json::{Map, Value, json};

use crate::{
    crypto::Password,
    jsonnet::Snippet,
    kernel::{AttemptId, BoxError, Seed},
    net::{HttpClient, HttpPolicy, Inbound, RequestPlan},
};

/// An answer longer than this says nothing.
const LONGEST: usize = 1024;

/// The system that knows the passwords of accounts that were moved here.
pub struct MigrationHook {
    /// Who asks it.
    pub client: HttpClient,
    /// The request, without its body.
    pub plan: RequestPlan,
    /// What makes the body; without it, the body is the identifier and the password.
    pub body: Option<Snippet>,
}

impl fmt::Debug for MigrationHook {
    /// Nothing of the request: it holds credentials.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MigrationHook").finish_non_exhaustive()
    }
}

impl MigrationHook {
    /// Whether the other system knows this password for this identifier. `context` is what a webhook would
    /// be given; it is made only when a program asks for it.
    ///
    /// # Errors
    /// There is no answer, or one that means neither yes nor no. Its words never hold the password.
    pub async fn knows(
        &self,
        identifier: &str,
        password: &Password,
        context: impl FnOnce() -> Map<String, Value> + Send,
        seed: &Seed,
    ) -> Result<bool, BoxError> {
        let asked = json!({ "identifier": identifier, "password": password.expose() });
        let body = match &self.body {
            None => asked,
            Some(program) => {
                let mut context = context();
                context.insert("identifier".to_owned(), json!(identifier));
                context.insert("password".to_owned(), json!(password.expose()));
                // SECURITY: a program could raise the password as its error, which would end in a log (test
                // `a_failing_program_does_not_tell_the_password`).
                program.call(context).await.map_err(|_| "the program that makes the body failed")?
            }
        };
        let request = self.plan.with(&body)?;
        let mut ids = seed.stream("migration attempts");
        let touch = |attempt: &mut crate::net::Outbound| {
            attempt.name("Ory-Webhook-Request-ID", AttemptId::random(&mut ids).as_uuid());
        };
        let answer = self.client.send_each(&request, &HttpPolicy::MIGRATION, touch).await?;
        match answer.status.as_u16() {
            200 => Ok(says_yes(&answer)),
            403 => Ok(false),
            status => Err(format!("the service answered {status}").into()),
        }
    }
}

fn says_yes(answer: &Inbound) -> bool {
    let said = answer.body.get(..LONGEST.min(answer.body.len())).unwrap_or_default();
    let said: Value = serde_json::from_slice(said).unwrap_or_default();
    said.get("status").and_then(Value::as_str) == Some("password_match")
}
