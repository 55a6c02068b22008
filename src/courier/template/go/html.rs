//! Where in a page of HTML a value stands. Go escapes by that; Handlebars always escapes as for text.

use super::tree::{At, Refusal};

/// The place that has been reached in a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Page {
    state: State,
    /// The name of the element or attribute that is being read.
    name: String,
    /// The element that is open in its tag.
    element: String,
    /// What the attribute's value has had so far: nothing, the beginning of an address, a query.
    value: Value,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Text,
    /// After `<`, reading a name.
    TagName,
    InTag,
    AttributeName,
    /// After `=`.
    BeforeValue,
    Quoted(char),
    Unquoted,
    Comment,
    /// In `script` or `style`, up to its closing tag.
    Raw,
    /// In a text within a script.
    ScriptText(char),
    /// In a value that had no quotation marks until we gave it some.
    OwnQuotes,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Value {
    Empty,
    Begun,
    Query,
}

/// What has to be done to a value at its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Escape {
    /// What Handlebars does.
    Html,
    /// It begins an address: other schemes than those of the web and of mail are kept out.
    Link,
    /// It stands in a query.
    Query,
    /// It stands in a text within a script.
    Script,
}

/// Attributes with addresses.
const LINKS: [&str; 9] =
    ["href", "src", "action", "background", "cite", "formaction", "longdesc", "poster", "srcset"];

impl Page {
    pub(super) fn new() -> Self {
        Self { state: State::Text, name: String::new(), element: String::new(), value: Value::Empty }
    }

    /// Goes on over some text.
    pub(super) fn read(&mut self, text: &str) {
        for (n, char) in text.char_indices() {
            self.step(char, text.get(n..).unwrap_or_default());
        }
    }

    fn step(&mut self, char: char, rest: &str) {
        self.state = match self.state {
            State::Text | State::Comment | State::Raw | State::ScriptText(_) => self.in_content(char, rest),
            State::TagName | State::InTag | State::AttributeName => self.in_tag(char, rest),
            State::BeforeValue | State::Quoted(_) | State::Unquoted | State::OwnQuotes => self.in_value(char),
        };
    }

    fn in_content(&mut self, char: char, rest: &str) -> State {
        match (self.state, char) {
            (State::Text, '<') if rest.starts_with("<!--") => State::Comment,
            (State::Comment, '-') if rest.starts_with("-->") => State::InTag,
            (State::Text, '<') => self.tag(),
            (State::Raw | State::ScriptText(_), '<') if self.closes(rest) => self.tag(),
            (State::Raw, '"' | '\'') if self.element == "script" => State::ScriptText(char),
            (State::ScriptText(quote), _) if char == quote => State::Raw,
            (same, _) => same,
        }
    }

    fn tag(&mut self) -> State {
        self.name.clear();
        State::TagName
    }

    fn in_tag(&mut self, char: char, rest: &str) -> State {
        match (self.state, char) {
            (State::TagName, '/' | '!') if self.name.is_empty() => {
                self.name.push(char);
                State::TagName
            }
            (State::TagName, _) if char.is_ascii_alphanumeric() => {
                self.name.push(char.to_ascii_lowercase());
                State::TagName
            }
            // A `<` that begins no tag.
            (State::TagName, _) if self.name.is_empty() => State::Text,
            (State::TagName, _) => {
                self.element = std::mem::take(&mut self.name);
                if char == '>' { self.content() } else { State::InTag }
            }
            (_, '>') => self.content(),
            (State::AttributeName, '=') => State::BeforeValue,
            (State::AttributeName, _) if char.is_whitespace() => self.after_name(rest),
            (State::AttributeName, _) => {
                self.name.push(char.to_ascii_lowercase());
                State::AttributeName
            }
            (same, _) if char.is_whitespace() || char == '/' || char == '-' => same,
            (_, _) => {
                self.name = char.to_ascii_lowercase().to_string();
                State::AttributeName
            }
        }
    }

    fn in_value(&mut self, char: char) -> State {
        match (self.state, char) {
            (State::BeforeValue, '"' | '\'') => {
                self.value = Value::Empty;
                State::Quoted(char)
            }
            (State::BeforeValue, _) if char.is_whitespace() => State::BeforeValue,
            (State::BeforeValue | State::Unquoted, '>') => self.content(),
            (State::BeforeValue, _) => State::Unquoted,
            (State::Unquoted, _) if char.is_whitespace() => State::InTag,
            (State::Quoted(quote), _) if char == quote => State::InTag,
            (State::OwnQuotes, '"') => State::InTag,
            (State::Quoted(_) | State::OwnQuotes, _) => {
                self.filled(char);
                self.state
            }
            (same, _) => same,
        }
    }

    /// After an attribute's name: its value may still come.
    fn after_name(&self, rest: &str) -> State {
        if rest.trim_start().starts_with('=') { State::AttributeName } else { State::InTag }
    }

    fn content(&self) -> State {
        if matches!(self.element.as_str(), "script" | "style") { State::Raw } else { State::Text }
    }

    fn closes(&self, rest: &str) -> bool {
        let tag = rest.strip_prefix("</").and_then(|rest| rest.get(..self.element.len()));
        tag.is_some_and(|tag| tag.eq_ignore_ascii_case(&self.element))
    }

    fn filled(&mut self, char: char) {
        self.value = match (self.value, char) {
            (Value::Query, _) | (_, '?' | '#') => Value::Query,
            (Value::Empty, _) if char.is_whitespace() => Value::Empty,
            _ => Value::Begun,
        };
    }

    /// A value stands here.
    ///
    /// # Errors
    /// Go would escape it in a way that Handlebars does not know.
    pub(super) fn value(&mut self, at: At) -> Result<Escape, Refusal> {
        let unsafe_here = |place: &str| {
            Refusal::new(
                at,
                format!(
                    "Go escapes a value {place} differently, and Handlebars would not: put it into the text or into an attribute in quotation marks, or choose with `{{{{#if …}}}}` between fixed texts"
                ),
            )
        };
        match self.state {
            State::Text | State::Comment => Ok(Escape::Html),
            State::ScriptText(_) => Ok(Escape::Script),
            State::Raw if self.element == "style" => Err(unsafe_here("within a style")),
            State::Raw => Err(unsafe_here("within a script")),
            State::Quoted(_) | State::OwnQuotes if self.name == "style" => Err(unsafe_here("within a style")),
            State::Quoted(_) | State::OwnQuotes if self.name.starts_with("on") => {
                Err(unsafe_here("within a script"))
            }
            State::Quoted(_) | State::OwnQuotes if LINKS.contains(&self.name.as_str()) => {
                let escape = match self.value {
                    Value::Empty => Escape::Link,
                    Value::Begun => Escape::Html,
                    Value::Query => Escape::Query,
                };
                if self.value == Value::Empty {
                    self.value = Value::Begun;
                }
                Ok(escape)
            }
            State::Quoted(_) | State::OwnQuotes => Ok(Escape::Html),
            State::BeforeValue | State::Unquoted => {
                Err(unsafe_here("of an attribute without quotation marks"))
            }
            State::TagName | State::InTag | State::AttributeName => Err(unsafe_here("within a tag")),
        }
    }

    /// Begins to quote a value that begins here and has no quotation marks; tells whether it does.
    pub(super) fn quote(&mut self) -> bool {
        let begins = self.state == State::BeforeValue;
        if begins {
            self.state = State::OwnQuotes;
            self.value = Value::Empty;
        }
        begins
    }

    /// Whether a value is being read that we quoted, and that has no end of its own.
    pub(super) fn is_within_own_quotes(&self) -> bool {
        self.state == State::OwnQuotes
    }

    /// Whether text is being read, and no tag.
    pub(super) fn is_text(&self) -> bool {
        matches!(self.state, State::Text | State::Comment)
    }

    /// Whether a text that goes on here means the same as one that goes on there.
    pub(super) fn agrees(&self, other: &Self) -> bool {
        let quoted = matches!(self.state, State::Quoted(_) | State::OwnQuotes);
        self.state == other.state && (!quoted || (self.name == other.name && self.value == other.value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(page: &str) -> Result<Escape, Refusal> {
        let mut reached = Page::new();
        reached.read(page);
        reached.value(At::START)
    }

    #[test]
    fn places_are_told_apart() {
        for text in [
            "",
            "<p>",
            "a < b ",
            "<p title=\"",
            "<p class='x' title = '",
            "<!-- x ",
            "<!-- x --> ",
            "<style>p > a { color: red }</style><i>",
            "<br/>",
            "<!doctype html><p>",
            "<a href=\"https://x/",
        ] {
            assert_eq!(at(text).unwrap(), Escape::Html, "{text}");
        }
        assert_eq!(at("<a class=\"b\" href=\"").unwrap(), Escape::Link);
        assert_eq!(at("<a href='https://x.example/?a=").unwrap(), Escape::Query);
        assert_eq!(at("<script>x = { \"a").unwrap(), Escape::Script);
        assert!(at("<script>x = \"a\"; y = ").is_err());
        for (text, word) in [
            ("<script>", "script"),
            ("<STYLE>\n", "style"),
            ("<p style=\"color: ", "style"),
            ("<p onclick='", "script"),
            ("<a href=", "quotation marks"),
            ("<a href=x", "quotation marks"),
            ("<script>x = ", "script"),
            ("<", "tag"),
            ("<a ", "tag"),
            ("<a hre", "tag"),
        ] {
            assert!(at(text).unwrap_err().text.contains(word), "{text}");
        }
    }
}
