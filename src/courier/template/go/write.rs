//! Puts texts and tags together, so that every line break stays where Go would print it.

use super::tree::{SPACE, Text};

/// What a converted template is made of, in order.
#[derive(Debug)]
pub(super) enum Piece {
    Text(Text),
    /// The inside of a tag, the line it comes from, and whether Handlebars takes its line away when nothing
    /// else stands there.
    Tag {
        inside: String,
        line: usize,
        is_line: bool,
    },
    Comment(String, usize),
}

/// Whether lines on which only a block or a comment stands have to stay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lines {
    /// They stay: the text is read as it is.
    Kept,
    /// They may go: HTML does not care.
    Free,
}

/// The text of a template, and for each of its lines the line of the source that it comes from.
#[derive(Debug, Default)]
pub(super) struct Written {
    pub(super) text: String,
    pub(super) lines: Vec<usize>,
}

/// A tag that prevents that a line is taken away. It shows nothing.
const GUARD: &str = "{{!}}";

/// Writes a template.
pub(super) fn write(pieces: Vec<Piece>, lines: Lines) -> Written {
    let pieces = settle(pieces);
    let mut written = Written::default();
    for (n, piece) in pieces.iter().enumerate() {
        let before = n.checked_sub(1).and_then(|n| pieces.get(n));
        let after = n.checked_add(1).and_then(|n| pieces.get(n));
        match piece {
            Piece::Text(text) => written.push(&escaped(text, after), text.line),
            Piece::Comment(comment, line) => {
                let guard = if lines == Lines::Kept && written.stands_alone(after) { GUARD } else { "" };
                written.push(&format!("{guard}{{{{!-- {} --}}}}", comment.replace("--", "- -")), *line);
            }
            Piece::Tag { inside, line, is_line } => {
                let cuts_before = matches!(before, Some(Piece::Text(text)) if text.cut_end);
                let cuts_after = matches!(after, Some(Piece::Text(text)) if text.cut_start);
                let both = cuts_before && cuts_after;
                let guards = lines == Lines::Kept && *is_line && !both && written.stands_alone(after);
                let (open, close) =
                    (if cuts_before { "{{~" } else { "{{" }, if cuts_after { "~}}" } else { "}}" });
                let tag = format!("{open}{inside}{close}");
                let tag = match (guards, cuts_before) {
                    (false, _) => tag,
                    (true, true) => format!("{tag}{GUARD}"),
                    (true, false) => format!("{GUARD}{tag}"),
                };
                written.push(&tag, *line);
            }
        }
    }
    written
}

/// Joins texts that nothing stands between any more, and cuts where no tag is there to do it.
fn settle(pieces: Vec<Piece>) -> Vec<Piece> {
    let mut settled: Vec<Piece> = Vec::new();
    for piece in pieces {
        match (settled.last_mut(), piece) {
            (Some(Piece::Text(last)), Piece::Text(next)) => {
                let joined = format!("{}{}", last.shown(), next.shown());
                *last = Text { raw: joined, cut_start: false, cut_end: false, line: last.line };
            }
            (Some(Piece::Text(last)), Piece::Comment(comment, line)) => {
                cut(last);
                settled.push(Piece::Comment(comment, line));
            }
            (Some(Piece::Tag { .. }), Piece::Text(text)) => settled.push(Piece::Text(text)),
            (_, Piece::Text(mut text)) => {
                let cut_end = std::mem::take(&mut text.cut_end);
                cut(&mut text);
                text.cut_end = cut_end;
                settled.push(Piece::Text(text));
            }
            (_, other) => settled.push(other),
        }
    }
    if let Some(Piece::Text(last)) = settled.last_mut() {
        cut(last);
    }
    for piece in &mut settled {
        if let Piece::Text(text) = piece {
            // Handlebars knows more white space than Go does.
            let same = text.raw.trim() == text.raw.trim_matches(SPACE);
            if !same {
                cut(text);
            }
        }
    }
    settled.retain(|piece| !matches!(piece, Piece::Text(text) if text.raw.is_empty()));
    settled
}

/// Cuts for good what would be cut by the tags beside it.
fn cut(text: &mut Text) {
    *text = Text { raw: text.shown().to_owned(), cut_start: false, cut_end: false, line: text.line };
}

/// A text as it has to be written for Handlebars, before the piece that follows.
fn escaped(text: &Text, after: Option<&Piece>) -> String {
    let raw = &text.raw;
    if after.is_none() {
        return raw.clone();
    }
    if raw.ends_with('\\') {
        return format!("{raw}\\");
    }
    match raw.strip_suffix('{') {
        Some(start) => format!("{start}{{{{concat \"{{\"}}}}"),
        None => raw.clone(),
    }
}

impl Written {
    fn push(&mut self, text: &str, line: usize) {
        if self.lines.is_empty() {
            self.lines.push(line);
        }
        for (n, _) in text.matches('\n').enumerate() {
            self.lines.push(line.saturating_add(n).saturating_add(1));
        }
        self.text.push_str(text);
    }

    /// Whether a tag that is written now has its line to itself.
    fn stands_alone(&self, after: Option<&Piece>) -> bool {
        const BLANK: [char; 2] = [' ', '\t'];
        let before = self.text.trim_end_matches(BLANK);
        let begins = before.is_empty() || before.ends_with('\n');
        let ends = match after {
            None => true,
            Some(Piece::Text(text)) => {
                let rest = text.raw.trim_start_matches(BLANK);
                rest.starts_with(['\n', '\r'])
            }
            Some(Piece::Tag { .. } | Piece::Comment(..)) => false,
        };
        begins && ends
    }
}
