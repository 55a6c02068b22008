//! Whether a password is too close to the name it protects (01 §11.2).

/// Longer texts are not compared: the work grows with the product of the lengths.
const MAX_BYTES: usize = 256;

/// Fewer edits than this make two texts too close.
const MIN_DISTANCE: usize = 5;

/// Whether `password` could be guessed from `identifier`: few edits apart, or half of it or more in common.
/// Case does not count.
pub fn is_similar(identifier: &str, password: &str) -> bool {
    if identifier.len() > MAX_BYTES || password.len() > MAX_BYTES {
        return false;
    }
    let (identifier, password): (Vec<char>, Vec<char>) =
        (identifier.to_lowercase().chars().collect(), password.to_lowercase().chars().collect());
    distance(&identifier, &password) < MIN_DISTANCE
        || 2 * longest_common_run(&identifier, &password) > password.len()
}

/// The number of insertions, deletions and replacements between two texts (Levenshtein).
fn distance(a: &[char], b: &[char]) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.iter().enumerate() {
        let mut diagonal = i;
        let mut left = i + 1;
        let mut next = vec![left];
        for (to, above) in b.iter().zip(row.iter().skip(1)) {
            let replaced = diagonal + usize::from(from != to);
            left = replaced.min(above + 1).min(left + 1);
            diagonal = *above;
            next.push(left);
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}

/// The length of the longest run of characters that stands in both texts.
fn longest_common_run(a: &[char], b: &[char]) -> usize {
    let mut row = vec![0; b.len()];
    let mut longest = 0;
    for from in a {
        let mut diagonal = 0;
        for (to, run) in b.iter().zip(row.iter_mut()) {
            let here = if from == to { diagonal + 1 } else { 0 };
            diagonal = std::mem::replace(run, here);
            longest = longest.max(here);
        }
    }
    longest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances() {
        let chars = |text: &str| text.chars().collect::<Vec<_>>();
        for (a, b, expected) in
            [("", "", 0), ("", "abc", 3), ("kitten", "sitting", 3), ("abc", "abc", 0), ("abcd", "", 4)]
        {
            assert_eq!(distance(&chars(a), &chars(b)), expected, "{a} {b}");
            assert_eq!(distance(&chars(b), &chars(a)), expected, "{b} {a}");
        }
    }

    #[test]
    fn runs() {
        let chars = |text: &str| text.chars().collect::<Vec<_>>();
        assert_eq!(longest_common_run(&chars("ada@example.test"), &chars("my-example-1")), 7);
        assert_eq!(longest_common_run(&chars("abc"), &chars("xyz")), 0);
    }

    #[test]
    fn close_and_far() {
        assert!(is_similar("ada@example.test", "ada@example.test"));
        assert!(is_similar("ada@example.test", "ADA@example.tes"));
        assert!(is_similar("ada", "ada12"));
        assert!(is_similar("ada@example.test", "example.test1"));
        assert!(!is_similar("ada@example.test", "correct-horse-7-battery"));
        let long = "x".repeat(257);
        assert!(!is_similar(&long, &long));
    }
}
