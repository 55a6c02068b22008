//! Who we are to a mail server: PLAIN and LOGIN by the library, CRAM-MD5 by ourselves (03 §7.6).

use base64::{Engine as _, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit as _, Mac as _};
use lettre::transport::smtp::{
    Error,
    authentication::{Credentials, Mechanism},
    client::AsyncSmtpConnection,
};
use md5::Md5;

use crate::kernel::Secret;

/// Logs in by the best way that the server offers; tells whether it offered one.
///
/// # Errors
/// The server refused, or is gone.
pub(super) async fn log_in(
    connection: &mut AsyncSmtpConnection,
    local_name: &str,
    user: &str,
    password: &Secret<String>,
    may_send: impl FnOnce() -> bool,
) -> Result<LoggedIn, Error> {
    let offered = [Mechanism::Plain, Mechanism::Login]
        .into_iter()
        .find(|mechanism| connection.server_info().supports_auth_mechanism(*mechanism));
    if let Some(mechanism) = offered {
        if !may_send() {
            return Ok(LoggedIn::NotInTheClear);
        }
        let credentials = Credentials::new(user.to_owned(), password.expose().clone());
        connection.auth(&[mechanism], &credentials).await?;
        return Ok(LoggedIn::Yes);
    }
    // The library keeps only the ways that it knows itself, so the server is asked again.
    let hello = connection.command(format!("EHLO {local_name}\r\n")).await?;
    let offers = hello.message().any(|line| {
        let mut words = line.split([' ', '=']);
        words.next().is_some_and(|word| word.eq_ignore_ascii_case("AUTH"))
            && words.any(|word| word.eq_ignore_ascii_case("CRAM-MD5"))
    });
    if !offers {
        return Ok(LoggedIn::NotAsked);
    }
    // The password itself is not sent, so this is allowed without encryption, too.
    let challenge = connection.command("AUTH CRAM-MD5\r\n").await?;
    let challenge = challenge.first_word().and_then(|word| STANDARD.decode(word).ok()).unwrap_or_default();
    let answer = STANDARD.encode(format!("{user} {}", digest(password, &challenge)));
    connection.command(format!("{answer}\r\n")).await?;
    Ok(LoggedIn::Yes)
}

/// What became of a login.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LoggedIn {
    /// The server knows us.
    Yes,
    /// The server offers no login.
    NotAsked,
    /// The password would have gone out unencrypted.
    NotInTheClear,
}

/// RFC 2195: the keyed digest of the challenge, in hexadecimal.
fn digest(password: &Secret<String>, challenge: &[u8]) -> String {
    // A key of any length will do.
    let Ok(mut mac) = Hmac::<Md5>::new_from_slice(password.expose().as_bytes()) else { return String::new() };
    mac.update(challenge);
    mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_the_standard() {
        let challenge = b"<1896.697170952@postoffice.reston.mci.net>";
        assert_eq!(digest(&Secret::text("tanstaaftanstaaf"), challenge), "b913a602c7eda7a495b4e6e7334d3890");
    }
}
