//! Reasons: the words inside the generic messages, which clients may show but do not key on.

/// Somebody submitted a login form although they are logged in.
pub const ALREADY_LOGGED_IN: &str =
    "You are signed in already. Sign out first, or ask for a fresh sign-in with refresh=true.";

/// Too many codes were submitted in one flow.
pub const TOO_MANY_CODES: &str = "Too many codes were tried. Please start again.";

/// A code was submitted a second time.
pub const CODE_USED: &str = "This code was used before. Please start again.";

/// None of the addresses on offer was chosen.
pub const NO_SUCH_CHOICE: &str = "This is none of the addresses to choose from. Please choose one of them.";

/// A submission lost several races in a row.
pub const TRY_AGAIN: &str = "Something else changed at the same moment. Please try again.";

/// A native client's flow was submitted with an `Origin` header.
pub const NATIVE_WITH_ORIGIN: &str = "The request has an Origin header, so a browser sent it, but the flow was \
     opened by an app. It was refused as protection against cross-site request forgery.";

/// A native client's flow was submitted with cookies.
pub const NATIVE_WITH_COOKIES: &str = "The request has cookies, so a browser sent it, but the flow was opened by \
     an app. It was refused as protection against cross-site request forgery.";

/// A form was not sent but fetched.
pub const NOT_POSTED: &str = "This form has to be sent by POST. Please fill it in and send it.";

/// Settings were sent without any trait.
pub const NO_TRAITS: &str = "Nothing was sent that could be saved.";

/// Nobody may sign up, and a provider vouches for somebody without an account.
pub const SIGN_UP_CLOSED: &str = "There is no account for this sign-in, and signing up is switched off. Please sign in to your account first.";

/// A provider vouches for somebody else than who is signed in.
pub const NOT_LINKED: &str = "No account is linked to this sign-in.";

/// Settings ask for linking and unlinking at once, or for neither.
pub const LINK_OR_UNLINK: &str = "Please either link or unlink one provider.";

/// Settings ask for a provider that is linked already.
pub const LINKED_ALREADY: &str = "This provider is linked already. Unlink it first to link another account.";

/// Settings ask for a provider that is not there, or not linked.
pub const NO_PROVIDER: &str = "There is no such provider to link or unlink.";

/// Settings ask for unlinking the last way into the account.
pub const LAST_WAY_IN: &str =
    "This is the only way to sign in to this account. Please add another way to sign in first.";

/// Addresses are proven by one of two methods.
pub const NO_PROOF: &str = "This has to be \"code\" or \"link\".";

/// There is one way to have a code sent again.
pub const RESEND_IS_CODE: &str = "This can only be \"code\".";

/// Backup codes are kept only after they were made.
pub const NO_NEW_BACKUP_CODES: &str = "There are no new backup codes to keep. Please make some first.";

/// There are no backup codes to look at.
pub const NO_BACKUP_CODES: &str = "This account has no backup codes. Please make some first.";

/// What was sent for a security key or passkey is no answer of an authenticator.
pub const NO_KEY_ANSWER: &str = "This is no answer of a security key or passkey. Please try again.";

/// A key was to be taken away that the account does not have.
pub const NO_SUCH_KEY: &str = "This account has no such key.";

/// A key was to be added a second time.
pub const KEY_IS_THERE: &str = "This key was added before.";
