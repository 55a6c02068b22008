//! Patterns over URLs: `*` stays within one label or path segment, `**` does not (03 §5.6).

/// A pattern with `?`, `*` and `**`, where `.` and `/` separate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Glob(Vec<Token>);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Token {
    Exactly(char),
    /// `?`: one character that does not separate.
    One,
    /// `*`: any number of characters that do not separate.
    Within,
    /// `**`: any number of characters.
    Across,
}

impl Glob {
    /// Reads a pattern; every text is one. A backslash takes the next character literally.
    pub fn parse(pattern: &str) -> Self {
        let (mut tokens, mut chars) = (Vec::new(), pattern.chars().peekable());
        while let Some(char) = chars.next() {
            tokens.push(match char {
                '*' if chars.next_if_eq(&'*').is_some() => Token::Across,
                '*' => Token::Within,
                '?' => Token::One,
                '\\' => Token::Exactly(chars.next().unwrap_or('\\')),
                other => Token::Exactly(other),
            });
        }
        Self(tokens)
    }

    /// Whether the pattern covers the whole text. Time grows with pattern × text, whatever either holds.
    pub fn matches(&self, text: &str) -> bool {
        // `reached[n]`: the first n tokens cover the text read so far.
        let mut reached = vec![false; self.0.len().saturating_add(1)];
        if let Some(start) = reached.first_mut() {
            *start = true;
        }
        self.skip_empty(&mut reached);
        for char in text.chars() {
            reached = self.step(&reached, char);
            self.skip_empty(&mut reached);
        }
        reached.last().copied().unwrap_or_default()
    }

    /// Stars may cover nothing at all.
    fn skip_empty(&self, reached: &mut [bool]) {
        let mut before = false;
        for (n, here) in reached.iter_mut().enumerate() {
            let star = n.checked_sub(1).and_then(|n| self.0.get(n));
            *here |= before && matches!(star, Some(Token::Within | Token::Across));
            before = *here;
        }
    }

    fn step(&self, reached: &[bool], char: char) -> Vec<bool> {
        let separates = matches!(char, '.' | '/');
        let mut next = vec![false];
        for (token, pair) in self.0.iter().zip(reached.windows(2)) {
            let [before, after] = pair else { continue };
            next.push(match token {
                Token::Exactly(expected) => *before && *expected == char,
                Token::One => *before && !separates,
                Token::Within => *after && !separates,
                Token::Across => *after,
            });
        }
        next
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_respect_separators() {
        for (pattern, text, expected) in [
            ("http://hooks.internal/**", "http://hooks.internal/a/b.c", true),
            ("http://hooks.internal/*", "http://hooks.internal/a", true),
            ("http://hooks.internal/*", "http://hooks.internal/", true),
            ("http://hooks.internal/*", "http://hooks.internal/a/b", false),
            ("http://*.internal/", "http://a.internal/", true),
            ("http://*.internal/", "http://a.b.internal/", false),
            ("http://**.internal/", "http://a.b.internal/", true),
            ("http://10.0.0.?/", "http://10.0.0.7/", true),
            ("http://10.0.0.?/", "http://10.0.0.71/", false),
            (r"a\*", "a*", true),
            (r"a\*", "ab", false),
            ("", "", true),
            ("", "x", false),
            ("**", "anything/at.all", true),
        ] {
            assert_eq!(Glob::parse(pattern).matches(text), expected, "{pattern} on {text}");
        }
    }

    #[test]
    fn many_stars_take_no_exponential_time() {
        assert!(!Glob::parse(&"*a".repeat(200)).matches(&"a".repeat(199)));
    }
}
