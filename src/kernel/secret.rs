//! Values that must not be printed, logged or serialised by accident.

use std::fmt;

use secrecy::{ExposeSecret as _, SecretBox};
use zeroize::Zeroize;

/// A secret value: no `Display`, no `Serialize`, a `Debug` that hides it, wiped from memory when dropped.
///
/// [`Secret::expose`] is the only way in, so a search for that word lists every place that touches secrets.
pub struct Secret<T: Zeroize>(SecretBox<T>);

impl<T: Zeroize> Secret<T> {
    /// Takes a value into custody.
    pub fn new(value: T) -> Self {
        Self(SecretBox::new(Box::new(value)))
    }

    /// Lends the value out. The caller must not store, print or log it.
    pub fn expose(&self) -> &T {
        self.0.expose_secret()
    }
}

impl Secret<String> {
    /// Takes a text into custody.
    pub fn text(value: impl Into<String>) -> Self {
        Self::new(value.into())
    }
}

impl<T: Zeroize + Clone> Clone for Secret<T> {
    fn clone(&self) -> Self {
        Self::new(self.expose().clone())
    }
}

impl<T: Zeroize> fmt::Debug for Secret<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[secret]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_hides_the_value() {
        let secret = Secret::text("hunter2");
        assert_eq!(format!("{secret:?}"), "[secret]");
        assert_eq!(secret.expose(), "hunter2");
    }
}
