//! Cuts a Go template into text and actions, and an action into tokens.

use super::tree::{At, Refusal, SPACE, Text};

/// A piece of a template.
pub(super) enum Item {
    Text(Text),
    Comment(String, At),
    Action(Vec<Token>, At),
}

/// A word of an action, and where it stands.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) at: At,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Kind {
    /// `.a.b`, or the bare dot without names.
    Field(Vec<String>),
    /// `$x.a.b`; the name is empty for `$`.
    Variable(String, Vec<String>),
    /// A keyword, a function, `true`, `false` or `nil`.
    Word(String),
    Text(String),
    Number(String),
    Open,
    /// `)` with the fields that follow at once: `(f .x).name`.
    Close(Vec<String>),
    Pipe,
    Comma,
    Declare,
    Assign,
}

const OPEN: &str = "{{";
const CLOSE: &str = "}}";

/// Cuts a template into its pieces.
pub(super) fn items(source: &str) -> Result<Vec<Item>, Refusal> {
    let mut cursor = Cursor { rest: source, at: At::START };
    let mut items: Vec<Item> = Vec::new();
    let mut cut_start = false;
    loop {
        let (text, at) = (cursor.until(OPEN), cursor.at);
        cursor.skip(text.len());
        let cut_end = cursor.rest.strip_prefix("{{-").is_some_and(|rest| rest.starts_with(SPACE));
        if !text.is_empty() {
            items.push(Item::Text(Text { raw: text.to_owned(), cut_start, cut_end, line: at.line }));
        }
        if cursor.rest.is_empty() {
            return Ok(items);
        }
        let at = cursor.at;
        cursor.skip(if cut_end { OPEN.len().saturating_add(1) } else { OPEN.len() });
        let (item, trims) = action(&mut cursor, at)?;
        items.push(item);
        cut_start = trims;
    }
}

/// Reads an action to its end; tells whether it trims the text that follows.
fn action(cursor: &mut Cursor<'_>, at: At) -> Result<(Item, bool), Refusal> {
    let unclosed = || Refusal::new(at, "this action is not closed: end it with `}}`");
    cursor.spaces();
    if cursor.rest.starts_with("/*") {
        let end = cursor.rest.find("*/").ok_or_else(unclosed)?;
        let comment = cursor.rest.get(2..end).unwrap_or_default().trim().to_owned();
        cursor.skip(end.saturating_add(2));
        let trims = end_of_action(cursor).ok_or_else(unclosed)?;
        return Ok((Item::Comment(comment, at), trims));
    }
    let mut tokens = Vec::new();
    loop {
        if let Some(trims) = end_of_action(cursor) {
            return Ok((Item::Action(tokens, at), trims));
        }
        cursor.spaces();
        if cursor.rest.is_empty() {
            return Err(unclosed());
        }
        tokens.push(token(cursor)?);
    }
}

/// Takes `}}` or `-}}`, with the spaces before it; tells whether it was the latter.
fn end_of_action(cursor: &mut Cursor<'_>) -> Option<bool> {
    let spaceless = cursor.rest.trim_start_matches(SPACE);
    let trims = spaceless.starts_with("-}}");
    if !trims && !spaceless.starts_with(CLOSE) {
        return None;
    }
    cursor.spaces();
    cursor.skip(if trims { 3 } else { 2 });
    Some(trims)
}

fn token(cursor: &mut Cursor<'_>) -> Result<Token, Refusal> {
    let at = cursor.at;
    let Some(first) = cursor.rest.chars().next() else {
        return Err(Refusal::new(at, "something is missing here"));
    };
    let kind = match first {
        '(' => cursor.taken(1, Kind::Open),
        ')' => {
            cursor.skip(1);
            Kind::Close(cursor.fields())
        }
        '|' => cursor.taken(1, Kind::Pipe),
        ',' => cursor.taken(1, Kind::Comma),
        '=' => cursor.taken(1, Kind::Assign),
        ':' if cursor.rest.starts_with(":=") => cursor.taken(2, Kind::Declare),
        '.' if cursor.rest.chars().nth(1).is_some_and(|next| next.is_ascii_digit()) => {
            Kind::Number(cursor.number())
        }
        '.' => {
            let fields = cursor.fields();
            if fields.is_empty() {
                cursor.skip(1);
            }
            Kind::Field(fields)
        }
        '$' => {
            cursor.skip(1);
            let name = cursor.word();
            Kind::Variable(name, cursor.fields())
        }
        '"' => Kind::Text(cursor.quoted(at)?),
        '`' => Kind::Text(cursor.raw(at)?),
        '0'..='9' | '+' | '-' => Kind::Number(cursor.number()),
        letter if letter.is_alphabetic() || letter == '_' => Kind::Word(cursor.word()),
        other => {
            return Err(Refusal::new(at, format!("“{other}” has no meaning here: remove it")));
        }
    };
    Ok(Token { kind, at })
}

/// What is still to be read, and where it begins.
struct Cursor<'a> {
    rest: &'a str,
    at: At,
}

impl<'a> Cursor<'a> {
    fn skip(&mut self, bytes: usize) {
        let (taken, rest) = self.rest.split_at_checked(bytes).unwrap_or((self.rest, ""));
        self.at = self.at.after(taken);
        self.rest = rest;
    }

    fn taken(&mut self, bytes: usize, kind: Kind) -> Kind {
        self.skip(bytes);
        kind
    }

    fn until(&self, mark: &str) -> &'a str {
        self.rest.find(mark).and_then(|end| self.rest.get(..end)).unwrap_or(self.rest)
    }

    fn spaces(&mut self) {
        let spaceless = self.rest.trim_start_matches(SPACE);
        self.skip(self.rest.len().saturating_sub(spaceless.len()));
    }

    fn word(&mut self) -> String {
        let end = self.rest.find(|char: char| !char.is_alphanumeric() && char != '_');
        let word = end.and_then(|end| self.rest.get(..end)).unwrap_or(self.rest).to_owned();
        self.skip(word.len());
        word
    }

    /// `.a.b`; nothing when the dot stands alone.
    fn fields(&mut self) -> Vec<String> {
        let mut fields = Vec::new();
        while self
            .rest
            .strip_prefix('.')
            .is_some_and(|rest| rest.starts_with(|char: char| char.is_alphabetic() || char == '_'))
        {
            self.skip(1);
            fields.push(self.word());
        }
        fields
    }

    fn number(&mut self) -> String {
        let end = self.rest.char_indices().find(|(n, char)| {
            let is_sign = *n == 0 && matches!(char, '+' | '-');
            !(is_sign || char.is_ascii_alphanumeric() || matches!(char, '.' | '_'))
        });
        let number = end.and_then(|(end, _)| self.rest.get(..end)).unwrap_or(self.rest).to_owned();
        self.skip(number.len().max(1));
        number
    }

    fn raw(&mut self, at: At) -> Result<String, Refusal> {
        self.skip(1);
        let text = self.until("`").to_owned();
        if text.len() == self.rest.len() {
            return Err(Refusal::new(at, "this text is not closed: end it with a backtick"));
        }
        self.skip(text.len().saturating_add(1));
        Ok(text)
    }

    fn quoted(&mut self, at: At) -> Result<String, Refusal> {
        let unclosed = || Refusal::new(at, "this text is not closed: end it with a quotation mark");
        self.skip(1);
        let mut text = String::new();
        loop {
            let char = self.rest.chars().next().filter(|char| *char != '\n').ok_or_else(unclosed)?;
            self.skip(char.len_utf8());
            match char {
                '"' => return Ok(text),
                '\\' => {
                    let escaped = self.rest.chars().next().ok_or_else(unclosed)?;
                    self.skip(escaped.len_utf8());
                    text.push(self.escape(escaped, at)?);
                }
                other => text.push(other),
            }
        }
    }

    /// The character that a backslash and `letter` stand for.
    fn escape(&mut self, letter: char, at: At) -> Result<char, Refusal> {
        let digits = match letter {
            'n' => return Ok('\n'),
            't' => return Ok('\t'),
            'r' => return Ok('\r'),
            '"' | '\\' => return Ok(letter),
            'x' => 2,
            'u' => 4,
            'U' => 8,
            _ => 0,
        };
        let code = self.rest.get(..digits).filter(|_| digits > 0);
        let char = code.and_then(|code| u32::from_str_radix(code, 16).ok()).and_then(char::from_u32);
        self.skip(digits);
        char.ok_or_else(|| Refusal::new(at, format!("`\\{letter}` is not understood: write the character")))
    }
}
