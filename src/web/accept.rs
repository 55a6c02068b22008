//! The `Accept` header, read the way existing clients expect it to be read (01 §1.3).

/// One range of an `Accept` header.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MediaRange<'a> {
    /// `type/subtype`, `type/*` or `*/*`, as written.
    pub range: &'a str,
    /// Its weight.
    pub quality: f64,
}

impl MediaRange<'_> {
    /// How specifically this range names `offer`; `None` when it does not.
    fn match_with(&self, offer: &str) -> Option<u8> {
        if self.range == "*/*" {
            return Some(0);
        }
        match self.range.strip_suffix('*') {
            Some(main) if main.ends_with('/') => offer.starts_with(main).then_some(1),
            _ => (self.range == offer).then_some(2),
        }
    }
}

/// The ranges of one header value.
///
/// COMPAT: a parameter other than `q` drops its range and all that follow in the same header value, so
/// `application/json; charset=utf-8` asks for nothing (golden `sessions.whoami.ways_in` and friends rely on
/// the resulting default).
pub fn parse(mut rest: &str) -> Vec<MediaRange<'_>> {
    let mut ranges = Vec::new();
    loop {
        let range;
        (range, rest) = split_while(rest, |c| c == '/' || is_token_char(c));
        if range.is_empty() {
            return ranges;
        }
        let mut quality = 1.0;
        rest = skip_space(rest);
        if let Some(parameter) = rest.strip_prefix(';') {
            let Some(weight) = skip_space(parameter).strip_prefix("q=") else { return ranges };
            match parse_quality(weight) {
                Some((value, after)) => (quality, rest) = (value, after),
                None => return ranges,
            }
        }
        ranges.push(MediaRange { range, quality });
        match skip_space(rest).strip_prefix(',') {
            Some(after) => rest = skip_space(after),
            None => return ranges,
        }
    }
}

/// The offer that fits best: greatest weight, then most specific range, then order of offers. `default` when
/// nothing fits.
pub fn best<'o>(ranges: &[MediaRange<'_>], offers: &[&'o str], default: &'o str) -> &'o str {
    let mut found: Option<(f64, u8, &'o str)> = None;
    for offer in offers {
        for range in ranges.iter().filter(|range| range.quality > 0.0) {
            let Some(specificity) = range.match_with(offer) else { continue };
            let better = found.is_none_or(|(quality, specific, _)| {
                range.quality > quality || (range.quality >= quality && specificity > specific)
            });
            if better {
                found = Some((range.quality, specificity, offer));
            }
        }
    }
    found.map_or(default, |(_, _, offer)| offer)
}

/// A weight at the start of `text`, and what follows it.
fn parse_quality(text: &str) -> Option<(f64, &str)> {
    let whole = text.strip_prefix(['0', '1'])?;
    let after = match whole.strip_prefix('.') {
        Some(fraction) => split_while(fraction, |c| c.is_ascii_digit()).1,
        None => whole,
    };
    let number = text.strip_suffix(after)?.trim_end_matches('.');
    number.parse().ok().map(|quality| (quality, after))
}

fn split_while(text: &str, keep: impl Fn(char) -> bool) -> (&str, &str) {
    let end = text.find(|c| !keep(c)).unwrap_or(text.len());
    text.split_at_checked(end).unwrap_or((text, ""))
}

fn skip_space(text: &str) -> &str {
    text.trim_start_matches([' ', '\t'])
}

fn is_token_char(c: char) -> bool {
    c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    const OFFERS: [&str; 4] = ["text/html", "text/*", "*/*", "application/json"];

    #[test]
    fn picks_by_weight_then_specificity_then_order() {
        for (header, expected) in [
            ("", "text/html"),
            ("*/*", "text/html"),
            ("text/*", "text/html"),
            ("application/json", "application/json"),
            ("application/*", "application/json"),
            ("application/json, text/plain, */*", "application/json"),
            ("text/html,application/xhtml+xml;q=0.9", "text/html"),
            ("text/html, application/json", "text/html"),
            ("application/json, text/html", "text/html"),
            ("text/html;q=0.8, application/json", "application/json"),
            ("text/html ; q=0.8 , application/json;q=0.9", "application/json"),
            ("application/json;q=0, */*", "text/html"),
            ("application/json;q=0", "text/html"),
            ("image/png", "text/html"),
            ("APPLICATION/JSON", "text/html"),
        ] {
            assert_eq!(best(&parse(header), &OFFERS, "text/html"), expected, "{header}");
        }
    }

    #[test]
    fn a_parameter_ends_the_header_value() {
        assert_eq!(parse("application/json; charset=utf-8, application/json"), []);
        assert_eq!(parse("text/html, application/json;v=1, a/b").len(), 1);
        assert_eq!(parse("text/html;q=x, application/json").len(), 0);
        assert_eq!(parse("text/html;q=2").len(), 0);
        assert_eq!(parse("a/b;q=0.5;level=1, c/d").len(), 1);
    }

    #[test]
    fn odd_input_does_no_harm() {
        for header in
            [",", ";", "q=1", "a/b;", "a/b;q=", "a/b;q=1.", "\u{e9}/b", "a/b;q=0.\u{e9}", "a/b,,c/d"]
        {
            let _ = best(&parse(header), &OFFERS, "text/html");
        }
        assert_eq!(parse("a/b;q=1."), [MediaRange { range: "a/b", quality: 1.0 }]);
    }
}
