//! Making backup codes, looking at them, and doing without them (02 §4.7).

use serde_json::json;

use crate::{
    crypto::backup_code,
    flow::{CodesOnShow, Note, Submission},
    identity::{BackupCode, Credential, Payload, SecretKind, Vault},
    kernel::{Secret, Stream},
    method::FormCx,
    text,
    ui::{self, Group, Node, input},
};

/// How many codes a list has.
const CODES: usize = 12;

/// What is wanted of backup codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ask {
    /// To see those that there are.
    Reveal,
    /// New ones.
    Make,
    /// To keep those that were made.
    Confirm,
    /// To have none.
    Disable,
}

impl Ask {
    const ALL: [Self; 4] = [Self::Reveal, Self::Make, Self::Confirm, Self::Disable];

    /// The field that says so.
    pub const fn field(self) -> &'static str {
        match self {
            Self::Reveal => "lookup_secret_reveal",
            Self::Make => "lookup_secret_regenerate",
            Self::Confirm => "lookup_secret_confirm",
            Self::Disable => "lookup_secret_disable",
        }
    }
}

/// What is wanted; `None` when the submission is not about backup codes.
///
/// # Errors
/// A message for the field that holds neither yes nor no.
pub fn parse_ask(body: &Submission) -> Result<Option<Ask>, Vec<Note>> {
    for ask in Ask::ALL {
        match body.flag(ask.field()) {
            Ok(Some(true)) => return Ok(Some(ask)),
            Ok(Some(false) | None) => {}
            Err(wrong) => {
                let message = text::validation::wrong_type(&[wrong.allowed], wrong.actual);
                return Err(vec![Note::field(ask.field(), message)]);
            }
        }
    }
    Ok(None)
}

/// Backup codes in clear, for the form that shows them.
#[derive(Debug)]
pub struct CodesShown {
    /// In their order.
    pub codes: Vec<BackupCode<Secret<String>>>,
    /// Whether they are new and wait to be confirmed.
    pub are_new: bool,
}

/// The codes that a form shows: those that were made with it, or those of the account.
pub fn shown(on_show: &CodesOnShow, credentials: &[Credential], vault: &Vault<'_>) -> CodesShown {
    let held = credentials.iter().find_map(|credential| match &credential.payload {
        Payload::Lookup { codes } => Some(codes.as_slice()),
        _ => None,
    });
    let (codes, are_new) = match on_show {
        CodesOnShow::Held => (held.unwrap_or_default(), false),
        CodesOnShow::Made(codes) => (codes.as_slice(), true),
    };
    let clear = |code: &BackupCode| {
        let text = vault.open(SecretKind::BackupCode, &code.code)?;
        Some(BackupCode { code: text, used_at: code.used_at })
    };
    CodesShown { codes: codes.iter().filter_map(clear).collect(), are_new }
}

/// A new list, sealed for its owner.
pub fn make(vault: &Vault<'_>, stream: &mut Stream) -> Vec<BackupCode> {
    let draw = |_| {
        let code = backup_code(stream);
        BackupCode { code: vault.seal(SecretKind::BackupCode, &code, stream), used_at: None }
    };
    (0..CODES).map(draw).collect()
}

/// The fields of a settings form.
pub fn settings_nodes(cx: &FormCx<'_>) -> Vec<Node> {
    let button =
        |ask: Ask, label| input(ask.field()).group(Group::LookupSecret).submit("true").label(label).build();
    let make = || button(Ask::Make, text::settings::make_backup_codes());
    let disable = || button(Ask::Disable, text::settings::disable_backup_codes());
    match &cx.bench.codes {
        Some(shown) if shown.are_new => {
            vec![list(shown), button(Ask::Confirm, text::settings::confirm_backup_codes())]
        }
        Some(shown) => vec![list(shown), disable(), make()],
        None if cx.held.backup_codes => {
            vec![button(Ask::Reveal, text::settings::reveal_backup_codes()), disable()]
        }
        None => vec![make()],
    }
}

fn list(shown: &CodesShown) -> Node {
    let codes = shown.codes.iter().map(|code| match code.used_at {
        Some(used_at) => text::settings::backup_code_was_used(used_at),
        None => text::settings::backup_code(code.code.expose()),
    });
    let codes: Vec<_> = codes.collect();
    let texts: Vec<_> = codes.iter().map(|code| code.text.as_str()).collect();
    let all = text::settings::backup_codes(&texts.join(", "), json!(codes));
    ui::text(Group::LookupSecret, "lookup_secret_codes", all, Some(text::settings::backup_codes_label()))
}
