//! What became of one try to deliver a letter.

use serde_json::{Map, Value, json};

use crate::{courier::extract::clues, outbox::Letter};

/// A failed try. The reason may quote the server; it is [cleaned](DeliveryError::for_record) before it is kept.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct DeliveryError {
    /// Whether another try makes sense.
    pub outlook: Outlook,
    /// The reply code of the server, if it gave one.
    pub status: Option<u16>,
    /// What went wrong, and what the operator can do where it is theirs to mend.
    pub reason: String,
}

/// Whether another try makes sense.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outlook {
    /// It may work later.
    Passing,
    /// It will never work: the recipient is refused for good.
    Hopeless,
}

/// Text of a server that is kept at most.
const LONGEST_REASON: usize = 500;

impl DeliveryError {
    /// A failure that may pass.
    pub fn passing(reason: impl Into<String>) -> Self {
        Self { outlook: Outlook::Passing, status: None, reason: reason.into() }
    }

    /// A failure that will not pass.
    pub fn hopeless(reason: impl Into<String>) -> Self {
        Self { outlook: Outlook::Hopeless, status: None, reason: reason.into() }
    }

    /// The failure as it is kept with the attempt, without addresses, codes and links: servers like to quote
    /// what they refuse.
    pub fn for_record(&self, letter: Option<&Letter>) -> Value {
        let mut reason = self.reason.replace(char::is_control, " ");
        if let Some(letter) = letter {
            let found = clues(letter);
            let secrets = [found.code, found.link, Some(letter.to.clone())];
            for secret in secrets.iter().flatten().filter(|secret| !secret.is_empty()) {
                reason = reason.replace(secret, "[removed]");
            }
        }
        let words = reason.split_whitespace().map(|word| if word.contains('@') { "[address]" } else { word });
        let reason: String = words.collect::<Vec<_>>().join(" ").chars().take(LONGEST_REASON).collect();
        let mut record = Map::from_iter([("reason".to_owned(), json!(reason))]);
        record.extend(self.status.map(|status| ("status".to_owned(), json!(status))));
        Value::Object(record)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{courier::sample, outbox::TemplateType};

    #[test]
    fn records_hold_no_addresses_and_no_codes() {
        let letter = sample::letter(TemplateType::VerificationCodeValid);
        let error = DeliveryError {
            outlook: Outlook::Hopeless,
            status: Some(550),
            reason: "5.1.1 <ADA@example.com>: user\r\nunknown; subject was 482915 is your code".to_owned(),
        };
        assert_eq!(
            error.for_record(Some(&letter)),
            json!({"reason": "5.1.1 [address] user unknown; subject was [removed] is your code", "status": 550})
        );
        let long = DeliveryError::passing("x ".repeat(2000));
        assert!(long.for_record(None)["reason"].as_str().unwrap().len() <= LONGEST_REASON);
    }
}
