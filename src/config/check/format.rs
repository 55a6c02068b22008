//! The small languages inside texts: durations, sizes, versions, addresses.

use std::time::Duration;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use url::Url;

/// Reads a duration such as `1h30m`: numbers with units, without sign, fraction or days. `None` when it is not
/// one, or longer than the 292 years that Kratos can express.
pub fn duration(text: &str) -> Option<Duration> {
    let mut rest = text;
    let mut total = Duration::ZERO;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit())?;
        let (number, tail) = rest.split_at_checked(digits)?;
        let letters = tail.find(|c: char| c.is_ascii_digit()).unwrap_or(tail.len());
        let (unit, tail) = tail.split_at_checked(letters)?;
        let nanos = match unit {
            "ns" => 1,
            "us" => 1_000,
            "ms" => 1_000_000,
            "s" => 1_000_000_000,
            "m" => 60_000_000_000,
            "h" => 3_600_000_000_000,
            _ => return None,
        };
        let part = number.parse::<u64>().ok()?.checked_mul(nanos)?;
        total = total.checked_add(Duration::from_nanos(part))?;
        rest = tail;
    }
    let longest = Duration::from_nanos(u64::try_from(i64::MAX).ok()?);
    (!text.is_empty() && total <= longest).then_some(total)
}

/// Whether `text` is one number with one unit, such as `90s`.
pub(crate) fn is_simple_duration(text: &str) -> bool {
    let unit = text.trim_start_matches(|c: char| c.is_ascii_digit());
    duration(text).is_some() && unit.chars().all(|c| c.is_ascii_alphabetic())
}

/// Reads a size such as `128MB` in bytes; a `KB` is 1024 bytes.
pub fn size(text: &str) -> Option<u64> {
    let digits = text.find(|c: char| !c.is_ascii_digit())?;
    let (number, unit) = text.split_at_checked(digits)?;
    let power = match unit {
        "B" => 0,
        "KB" => 1,
        "MB" => 2,
        "GB" => 3,
        "TB" => 4,
        "PB" => 5,
        "EB" => 6,
        _ => return None,
    };
    number.parse::<u64>().ok()?.checked_mul(1024_u64.checked_pow(power)?)
}

/// Whether `text` is empty or `vMAJOR.MINOR.PATCH`, with an optional pre-release and build part.
pub(crate) fn is_version(text: &str) -> bool {
    let Some(rest) = text.strip_prefix('v') else { return text.is_empty() };
    let (rest, build) = rest.split_once('+').map_or((rest, None), |(rest, build)| (rest, Some(build)));
    let (numbers, pre) = rest.split_once('-').map_or((rest, None), |(rest, pre)| (rest, Some(pre)));
    let is_number = |part: &str| !part.is_empty() && part.chars().all(|c| c.is_ascii_digit());
    let is_label = |label: Option<&str>| {
        label.is_none_or(|label| {
            !label.is_empty() && label.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-'))
        })
    };
    numbers.split('.').count() == 3 && numbers.split('.').all(is_number) && is_label(pre) && is_label(build)
}

/// Whether `text` is an absolute URI.
pub(crate) fn is_uri(text: &str) -> bool {
    Url::parse(text).is_ok()
}

/// Whether `text` is an absolute URI or an absolute path on the same host.
pub(crate) fn is_page(text: &str) -> bool {
    // SECURITY: `//host` and `/\host` leave the site although they look like paths; `pages_stay_on_the_host`.
    let is_path = text.starts_with('/') && !text.starts_with("//") && !text.starts_with("/\\");
    is_path || is_uri(text)
}

/// Whether `text` is an absolute http or https URL.
pub(crate) fn is_http(text: &str) -> bool {
    Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
}

/// Whether `text` names something that can be loaded.
pub(crate) fn is_source(text: &str) -> bool {
    if let Some(path) = text.strip_prefix("file://") {
        return !path.is_empty();
    }
    match text.strip_prefix("base64://") {
        Some(encoded) => !encoded.is_empty() && STANDARD.decode(encoded).is_ok(),
        None => is_http(text),
    }
}

/// Whether `text` names one of our own identity schemas.
pub(crate) fn is_preset(text: &str) -> bool {
    text.strip_prefix("preset://").is_some_and(|name| {
        !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_follow_go_without_sign_fraction_and_days() {
        assert_eq!(duration("1h30m"), Some(Duration::from_secs(5400)));
        assert_eq!(duration("1ms"), Some(Duration::from_millis(1)));
        assert_eq!(duration("0s"), Some(Duration::ZERO));
        for bad in
            ["", "1", "h", "1d", "-1s", "1.5h", "1h ", "99999999h", "1h30", "1µs", "18446744073709551616ns"]
        {
            assert_eq!(duration(bad), None, "{bad}");
        }
        assert!(is_simple_duration("90s") && !is_simple_duration("1m30s"));
    }

    #[test]
    fn sizes_count_in_1024s() {
        assert_eq!(size("128MB"), Some(128 * 1024 * 1024));
        assert_eq!(size("1B"), Some(1));
        for bad in ["", "MB", "128", "128mb", "128 MB", "1.5GB", "99EB"] {
            assert_eq!(size(bad), None, "{bad}");
        }
    }

    #[test]
    fn versions_have_a_v_and_three_numbers() {
        for good in ["", "v0.13.0", "v26.2.0-rc.1+build.5"] {
            assert!(is_version(good), "{good}");
        }
        for bad in ["1.2", "v1.2", "1.2.3", "v1.2.3-", "v1..3", "v1.2.x"] {
            assert!(!is_version(bad), "{bad}");
        }
    }

    #[test]
    fn pages_stay_on_the_host_or_are_absolute() {
        for good in
            ["/login", "https://app.example.com", "exp://localhost:8081/--/Callback", "com.example.app://x"]
        {
            assert!(is_page(good), "{good}");
        }
        for bad in ["", "login", "//evil.example", "/\\evil.example", "http://"] {
            assert!(!is_page(bad), "{bad}");
        }
    }

    #[test]
    fn sources_have_a_known_scheme() {
        for good in ["file:///etc/x", "file://./x", "file://x y", "https://a.example/s.json", "base64://e30="]
        {
            assert!(is_source(good), "{good}");
        }
        for bad in ["", "file://", "ftp://a/b", "/etc/x", "base64://***", "base64://e30", "preset://email"] {
            assert!(!is_source(bad), "{bad}");
        }
        assert!(is_preset("preset://email") && !is_preset("preset://../x"));
    }
}
