//! Spans of time as programs of the Go world write them: `1h30m`, `1.5h`, `90s`.

use std::time::Duration;

/// The units, and how many nanoseconds each has.
const UNITS: [(&str, u128); 8] = [
    ("ns", 1),
    ("us", 1_000),
    ("µs", 1_000),
    ("μs", 1_000),
    ("ms", 1_000_000),
    ("s", 1_000_000_000),
    ("m", 60_000_000_000),
    ("h", 3_600_000_000_000),
];

/// Reads a span that leads into the future; `None` for anything else.
pub fn future(text: &str) -> Option<Duration> {
    let mut rest = text.strip_prefix('+').unwrap_or(text);
    let mut total: u128 = 0;
    while !rest.is_empty() {
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let (number, tail) = rest.split_at_checked(end)?;
        let end = tail.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(tail.len());
        let (unit, tail) = tail.split_at_checked(end)?;
        let (_, nanos) = UNITS.iter().find(|(name, _)| *name == unit)?;
        total = total.checked_add(nanoseconds(number, *nanos)?)?;
        rest = tail;
    }
    let total = i64::try_from(total).ok().and_then(|total| u64::try_from(total).ok())?;
    Some(Duration::from_nanos(total)).filter(|span| !span.is_zero())
}

/// A decimal number of units of `nanos` nanoseconds.
fn nanoseconds(number: &str, nanos: u128) -> Option<u128> {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if whole.is_empty() && fraction.is_empty() {
        return None;
    }
    // Digits beyond these are less than a nanosecond of an hour.
    let fraction = fraction.get(..fraction.len().min(15))?;
    let parse = |digits: &str| if digits.is_empty() { Some(0) } else { digits.parse::<u128>().ok() };
    let scale = 10_u128.checked_pow(u32::try_from(fraction.len()).ok()?)?;
    let part = parse(fraction)?.checked_mul(nanos)?.checked_div(scale)?;
    parse(whole)?.checked_mul(nanos)?.checked_add(part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_follow_go_and_lead_into_the_future() {
        for (text, seconds) in [("1h30m", 5400), ("1.5h", 5400), ("90s", 90), ("+2m", 120), (".5h", 1800)] {
            assert_eq!(future(text), Some(Duration::from_secs(seconds)), "{text}");
        }
        assert_eq!(future("1µs"), Some(Duration::from_micros(1)));
        for bad in ["", "0", "0s", "-1h", "1", "h", ".h", "1.2.3h", "1d", "1h ", "9999999999h", "1h-1m"] {
            assert_eq!(future(bad), None, "{bad}");
        }
    }
}
