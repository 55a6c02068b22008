//! The addresses that somebody chooses among to be recovered by, and what of them may be shown (02 §3.4).

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::identity::{Channel, Identity};

/// As many addresses are offered.
const MOST: usize = 10;

/// An address to choose, as far as its flow has to know it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    /// What stands for it in the form.
    pub id: String,
    /// What is shown of it.
    pub masked: String,
    /// How it is reached.
    pub channel: Channel,
}

impl Choice {
    /// The addresses that an identity can be recovered by, sorted.
    pub fn all_of(identity: &Identity) -> Vec<Self> {
        let mut addresses: Vec<_> = identity.recovery_addresses.iter().collect();
        addresses.sort_by(|a, b| a.value.cmp(&b.value));
        let choice = |value: &str, channel| Self { id: id_of(value), masked: masked(value), channel };
        addresses.into_iter().take(MOST).map(|address| choice(&address.value, address.via)).collect()
    }

    /// Whether this is the address, spelled as it is kept.
    pub fn is(&self, address: &str) -> bool {
        self.id == id_of(address)
    }
}

/// COMPAT: clients compare this with what they make of an address themselves (golden
/// `recovery.v2.choose_address`). Whoever knows all but a few characters of an address can find those by
/// trying; the mask tells them where to begin (02 §3.4).
fn id_of(address: &str) -> String {
    STANDARD.encode(Sha256::digest(address))
}

/// What may be shown of an address: enough for its owner to know it again.
pub fn masked(address: &str) -> String {
    let start = |text: &str, n| text.chars().take(n).collect::<String>();
    match address.split_once('@') {
        Some((local, domain)) if local.chars().count() > 1 => format!("{}****@{domain}", start(local, 2)),
        Some(_) => address.to_owned(),
        None if address.chars().count() < 6 => address.to_owned(),
        None => {
            let end = address.char_indices().rev().nth(1).map_or(0, |(at, _)| at);
            format!("{}****{}", start(address, 3), address.get(end..).unwrap_or_default())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flow::sample;

    #[test]
    fn a_mask_shows_no_more_than_its_owner_needs() {
        for (address, shown) in [
            ("lovelace@work.test", "lo****@work.test"),
            ("ad@work.test", "ad****@work.test"),
            ("a@work.test", "a@work.test"),
            ("@work.test", "@work.test"),
            ("äöü@work.test", "äö****@work.test"),
            ("+4915112345678", "+49****78"),
            ("nobody", "nob****dy"),
            ("12345", "12345"),
            ("äöüßéè", "äöü****éè"),
            ("", ""),
        ] {
            assert_eq!(masked(address), shown, "{address}");
        }
    }

    #[test]
    fn what_stands_for_an_address_is_what_clients_expect() {
        let identity = sample::identity(&["lovelace@work.test", "ada@example.test"]);
        let [ada, work] = <[Choice; 2]>::try_from(Choice::all_of(&identity)).unwrap();
        assert_eq!(ada.id, "uXIi6mna33krqpf6do7LhAoAI3FMgxqxMog4y6n39Dc=");
        assert_eq!(work.id, "VMLVP0m97yXn+58rVqL7dDoTa2aavtQdNX2A0LSmHok=");
        assert!(ada.is("ada@example.test") && !ada.is("Ada@example.test") && !ada.is("lovelace@work.test"));
    }

    #[test]
    fn ten_addresses_are_offered_at_most() {
        let many: Vec<String> = (10..30).rev().map(|n| format!("{n}@example.test")).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        let choices = Choice::all_of(&sample::identity(&many));
        let shown: Vec<&str> = choices.iter().map(|choice| choice.masked.as_str()).collect();
        assert_eq!((shown.len(), shown[0], shown[9]), (10, "10****@example.test", "19****@example.test"));
    }
}
