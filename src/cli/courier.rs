//! `zelos courier preview` and `zelos courier send-test`: what messages look like, and whether they leave.

use clap::{Args, ValueEnum};
use serde_json::{Map, Value, json};

use super::{CliError, Out, compile, outside};
use crate::{
    config::Config,
    courier::{Mail, Outlet, RenderFailure, Rendered, Templates, sample_letter},
    identity::Channel,
    kernel::{Clock as _, Entropy as _, MessageId, OsEntropy, SystemClock},
    outbox::{Letter, TemplateType},
    runtime::{self, BuildError},
};

/// Show what a message looks like.
#[derive(Debug, Args)]
pub struct Preview {
    /// Which message, such as recovery_code_valid; with --serve it may be left out
    #[arg(required_unless_present = "serve", value_parser = template)]
    pub template: Option<TemplateType>,
    /// What is in it.
    #[command(flatten)]
    pub data: SampleData,
    /// Which part to print; without it, subject and text
    #[arg(long, value_enum)]
    pub format: Option<Format>,
    /// Show all messages on a page of this machine instead, at this port or at some free one
    #[arg(long, value_name = "PORT", num_args = 0..=1, default_missing_value = "0", conflicts_with = "format")]
    pub serve: Option<u16>,
}

/// What is in a message that nobody asked for.
#[derive(Debug, Clone, Default, Args)]
pub struct SampleData {
    /// The language of the person, such as de or pt-BR
    #[arg(long)]
    pub locale: Option<String>,
    /// Traits of the person, a JSON object; they are added to those of the sample
    #[arg(long, value_name = "JSON", value_parser = object)]
    pub traits: Option<Map<String, Value>>,
    /// The transient payload, a JSON object
    #[arg(long, value_name = "JSON", value_parser = object)]
    pub payload: Option<Map<String, Value>>,
}

/// A part of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// The subject of a mail
    Subject,
    /// The plain text of a mail
    Text,
    /// The HTML of a mail
    Html,
    /// A text message
    Sms,
}

/// Send a message with sample data, in the way that is configured.
#[derive(Debug, Args)]
pub struct SendTest {
    /// The address or telephone number that it goes to
    pub address: String,
    /// Which message
    #[arg(long, default_value = "verification_code_valid", value_parser = template)]
    pub template: TemplateType,
    /// How it goes there; without it, an address with @ is one for mail
    #[arg(long, value_enum)]
    pub channel: Option<Way>,
    /// What is in it.
    #[command(flatten)]
    pub data: SampleData,
    /// Use the built-in development configuration when there is no -c
    #[arg(long)]
    pub dev: bool,
}

/// How a message goes to a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Way {
    /// By mail
    Email,
    /// By a text message
    Sms,
}

/// Reads the name of a message, with the dots and slashes of keys and folders.
fn template(name: &str) -> Result<TemplateType, String> {
    let known = TemplateType::ALL.map(TemplateType::wire_name);
    TemplateType::parse(&name.replace(['.', '/'], "_"))
        .ok_or_else(|| format!("there is no such message; there are {}", known.join(", ")))
}

fn object(text: &str) -> Result<Map<String, Value>, String> {
    serde_json::from_str(text).map_err(|error| format!("write a JSON object: {error}"))
}

impl SampleData {
    /// A letter with this in it.
    pub fn letter(&self, template: TemplateType, channel: Channel) -> Letter {
        let mut letter = sample_letter(template);
        letter.channel = channel;
        if channel == Channel::Sms {
            "+4915123456789".clone_into(&mut letter.to);
        }
        let traits = letter.identity.as_mut().and_then(|identity| identity.get_mut("traits"));
        if let (Some(Value::Object(traits)), Some(more)) = (traits, &self.traits) {
            traits.extend(more.clone());
        }
        letter.transient_payload.extend(self.payload.clone().unwrap_or_default());
        if let Some(locale) = &self.locale {
            letter.transient_payload.insert("locale".to_owned(), json!(locale));
        }
        letter
    }

    /// A message in words.
    ///
    /// # Errors
    /// It has no such text, or the text cannot be rendered.
    pub fn render(
        &self,
        templates: &Templates,
        template: TemplateType,
        channel: Channel,
    ) -> Result<Rendered, RenderFailure> {
        templates.render(&self.letter(template, channel))
    }
}

/// Compiles the templates of a configuration, and nothing else of it.
///
/// # Errors
/// Everything that is wrong with them.
pub async fn templates(config: &Config) -> Result<Templates, CliError> {
    let outside = outside(config)?;
    runtime::templates(config, &outside).await.map_err(|problems| CliError::new(lines(&problems)))
}

/// Prints a message with sample data.
///
/// # Errors
/// A template is broken, or the message has no such part.
pub async fn preview(out: &Out, config: &Config, asked: &Preview) -> Result<(), CliError> {
    let templates = templates(config).await?;
    let Some(template) = asked.template else { return Ok(()) };
    let channel = if asked.format == Some(Format::Sms) { Channel::Sms } else { Channel::Email };
    let failed = |failure: RenderFailure| CliError::new(failure.to_string());
    let rendered = asked.data.render(&templates, template, channel).map_err(failed)?;
    match (asked.format, rendered) {
        (Some(Format::Subject), Rendered::Mail(mail)) => out.line(mail.subject),
        (Some(Format::Text), Rendered::Mail(mail)) => out.line(mail.text.trim_end()),
        (Some(Format::Html), Rendered::Mail(mail)) => out.line(html(&mail)?.trim_end()),
        (None, Rendered::Mail(mail)) => {
            out.line(format!("Subject: {}\n\n{}", mail.subject, mail.text.trim_end()));
        }
        (_, Rendered::Sms(text)) => out.line(text),
        (Some(Format::Sms), Rendered::Mail(_)) => {}
    }
    Ok(())
}

fn html(mail: &Mail) -> Result<&str, CliError> {
    mail.html.as_deref().ok_or_else(|| CliError::new("the HTML of this message cannot be rendered"))
}

/// Hands one message to the server or service that is configured. Nothing is queued and nothing is tried
/// again, so what stands in the way is told at once.
///
/// # Errors
/// No way out is configured, or the message was not taken.
pub async fn send_test(out: &Out, config: Config, asked: &SendTest) -> Result<(), CliError> {
    let channel = match asked.channel {
        Some(Way::Email) => Channel::Email,
        Some(Way::Sms) => Channel::Sms,
        None if asked.address.contains('@') => Channel::Email,
        None => Channel::Sms,
    };
    let built = compile(config).await?;
    let outside = outside(&built.config)?;
    let dispatch =
        runtime::dispatch(&built, &outside).await.map_err(|problems| CliError::new(lines(&problems)))?;
    let outlet = match channel {
        Channel::Email => &dispatch.channels.email,
        Channel::Sms => &dispatch.channels.sms,
    };
    if matches!(outlet, Some(Outlet::Inbox)) {
        return Err(CliError::new(
            "This configuration delivers nothing: messages stay in the inbox. Set courier.smtp.connection_uri, courier.http or courier.channels.",
        ));
    }
    let letter = Letter { to: asked.address.clone(), ..asked.data.letter(asked.template, channel) };
    let id = MessageId::random(&mut OsEntropy.seed().stream("test message"));
    let sent = dispatch.send(id, &letter, SystemClock.now()).await;
    dispatch.channels.close().await;
    let name = asked.template.wire_name();
    sent.map_err(|error| CliError::new(format!("The message {name} was not taken: {error}")))?;
    out.line(format!("The message {name} to {} was taken.", asked.address));
    Ok(())
}

fn lines(problems: &[BuildError]) -> String {
    problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::courier::Overrides;

    #[test]
    fn messages_are_named_as_in_keys_and_folders() {
        for name in ["recovery_code_valid", "recovery_code.valid", "recovery_code/valid"] {
            assert_eq!(template(name), Ok(TemplateType::RecoveryCodeValid));
        }
        assert!(template("recovery").unwrap_err().contains("recovery_code_invalid, "));
    }

    #[test]
    fn a_sample_takes_what_it_is_given() {
        let data = SampleData {
            locale: Some("de".to_owned()),
            traits: Some(object("{\"lang\": \"fr\"}").unwrap()),
            payload: Some(object("{\"x\": 1}").unwrap()),
        };
        let letter = data.letter(TemplateType::RecoveryCodeValid, Channel::Sms);
        let traits = &letter.identity.unwrap()["traits"];
        assert_eq!((&traits["lang"], &traits["email"]), (&json!("fr"), &json!("ada@example.com")));
        assert_eq!(Value::Object(letter.transient_payload), json!({"x": 1, "locale": "de"}));
        assert!(object("[]").unwrap_err().starts_with("write a JSON object"));
    }

    #[test]
    fn what_has_no_text_message_says_so() {
        let templates = Templates::compile(&Overrides::default()).unwrap();
        let data = SampleData::default();
        let failure = data.render(&templates, TemplateType::RecoveryInvalid, Channel::Sms).map(|_| ());
        assert_eq!(failure.unwrap_err().to_string(), "the template recovery_invalid has no sms.body text");
    }
}
