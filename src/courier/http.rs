//! Letters handed to a service over HTTP, its request described by the operator (03 §7.5).

use serde_json::{Map, Value, json};

use super::{DeliveryError, Rendered, template_data};
use crate::{
    jsonnet::Snippet,
    net::{HttpClient, HttpPolicy, RequestPlan},
    outbox::Letter,
};

/// A service that takes letters.
pub struct HttpOutlet {
    /// Who asks it.
    pub client: HttpClient,
    /// The request, without its body.
    pub plan: RequestPlan,
    /// What makes the body; without it, it is the one that Kratos has built in.
    pub body: Option<Snippet>,
}

impl std::fmt::Debug for HttpOutlet {
    /// Nothing of the request: it holds credentials.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("HttpOutlet").finish_non_exhaustive()
    }
}

impl HttpOutlet {
    /// Hands a letter over. One attempt: the courier itself tries again.
    pub(super) async fn deliver(&self, letter: &Letter, words: &Rendered) -> Result<(), DeliveryError> {
        let told = |error: &dyn std::fmt::Display| DeliveryError::passing(error.to_string());
        let context = context(letter, words);
        let body = match &self.body {
            None => built_in(&context),
            Some(snippet) => snippet.call(context).await.map_err(|error| told(&error))?,
        };
        let request = self.plan.with(&body).map_err(|error| told(&error))?;
        let answer = self.client.send(&request, &HttpPolicy::COURIER).await.map_err(|error| told(&error))?;
        if answer.status.is_success() {
            return Ok(());
        }
        let status = answer.status;
        let error = DeliveryError::passing(format!("the service answered {status}"));
        Err(DeliveryError { status: Some(status.as_u16()), ..error })
    }
}

/// What a body is made from.
fn context(letter: &Letter, words: &Rendered) -> Map<String, Value> {
    let mut context = Map::new();
    let mut put = |name: &str, value: Value| context.insert(name.to_owned(), value);
    put("recipient", json!(letter.to));
    match words {
        Rendered::Mail(mail) => {
            put("subject", json!(mail.subject));
            put("body", json!(mail.text));
            put("html_body", json!(mail.html));
        }
        Rendered::Sms(text) => {
            put("body", json!(text));
        }
    }
    put("template_type", json!(letter.content.template().wire_name()));
    put("template_data", Value::Object(template_data(letter)));
    put("message_type", json!(letter.channel.wire_name()));
    put("request_headers", Value::Object(letter.request_headers.clone()));
    context
}

/// The body without a program: one flat object in which what a letter lacks is `null`.
fn built_in(context: &Map<String, Value>) -> Value {
    let said = |name: &str| (name.to_owned(), context.get(name).cloned().unwrap_or(Value::Null));
    let data = context.get("template_data");
    let given = |name: &str| {
        let value = data.and_then(|data| data.get(name)).cloned();
        (name.to_owned(), value.unwrap_or(Value::Null))
    };
    let codes = ["to", "recovery_code", "recovery_url", "verification_url", "verification_code"];
    let fields = ["recipient", "template_type"].into_iter().map(said).chain(codes.into_iter().map(given));
    Value::Object(fields.chain(["subject", "body"].into_iter().map(said)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        courier::{Templates, sample},
        identity::Channel,
        outbox::TemplateType,
    };

    fn seen(letter: &Letter) -> Map<String, Value> {
        let templates = Templates::compile(&Default::default()).unwrap();
        context(letter, &templates.render(letter).unwrap())
    }

    #[test]
    fn programs_see_words_and_data() {
        let mut letter = sample::letter(TemplateType::VerificationCodeValid);
        let mail = seen(&letter);
        let keys = |context: &Map<String, Value>| context.keys().cloned().collect::<Vec<_>>().join(" ");
        assert_eq!(
            keys(&mail),
            "recipient subject body html_body template_type template_data message_type request_headers"
        );
        assert_eq!(mail["template_data"]["verification_code"], "482915");
        letter.channel = Channel::Sms;
        let sms = seen(&letter);
        assert_eq!(keys(&sms), "recipient body template_type template_data message_type request_headers");
        assert_eq!(sms["message_type"], "sms");
    }

    #[test]
    fn without_a_program_the_body_is_flat_and_names_what_is_missing() {
        let body = built_in(&seen(&sample::letter(TemplateType::RecoveryCodeValid)));
        let keys: Vec<_> = body.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(
            keys.join(" "),
            "recipient template_type to recovery_code recovery_url verification_url verification_code subject body"
        );
        assert_eq!(
            (&body["verification_url"], &body["template_type"]),
            (&Value::Null, &json!("recovery_code_valid"))
        );
        assert!(body["recovery_code"].is_string());
    }
}
