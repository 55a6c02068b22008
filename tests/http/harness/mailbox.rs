//! What waits in the outbox, opened with the keys that sealed it.

use zelos::{
    courier::{KeyOpener, LetterOpener as _},
    outbox::{Content, Letter, Message},
    store::{MessageQuery, Outbox as _},
};

use super::TestApp;

/// A letter as its reader sees it.
pub struct Mail {
    pub message: Message,
    pub letter: Letter,
}

impl Mail {
    /// The code that it brings.
    #[track_caller]
    pub fn code(&self) -> String {
        match &self.letter.content {
            Content::VerificationCode { code, .. }
            | Content::RecoveryCode { code, .. }
            | Content::LoginCode { code, .. }
            | Content::RegistrationCode { code, .. } => code.clone(),
            other => panic!("a letter without code: {other:?}"),
        }
    }

    /// The path and query of its link.
    #[track_caller]
    pub fn link(&self) -> String {
        let url = match &self.letter.content {
            Content::VerificationCode { url, .. }
            | Content::VerificationLink { url, .. }
            | Content::RecoveryLink { url, .. } => url,
            other => panic!("a letter without link: {other:?}"),
        };
        url.strip_prefix("https://id.example.test").expect("links lead to us").to_owned()
    }
}

impl TestApp {
    /// All letters, oldest first.
    pub async fn mailbox(&self) -> Vec<Mail> {
        let query = MessageQuery { limit: 100, ..MessageQuery::default() };
        let messages = self.store.read(move |reader| reader.messages(&query)).await.unwrap();
        let opener = KeyOpener(self.keys.clone());
        let open = |message: Message| {
            let letter = opener.open(message.id, message.payload.as_ref().unwrap()).unwrap();
            Mail { message, letter }
        };
        let mut mails: Vec<Mail> = messages.into_iter().map(open).collect();
        mails.sort_by_key(|mail| (mail.message.created_at, mail.message.id));
        mails
    }

    /// The newest letter to an address.
    pub async fn newest_mail(&self, to: &str) -> Mail {
        let mail = self.mailbox().await.into_iter().rev().find(|mail| mail.letter.to == to);
        mail.unwrap_or_else(|| panic!("no letter to {to}"))
    }
}
