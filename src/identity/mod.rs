//! Identities, their credentials and addresses, and the pure rules on changing them.
//!
//! No storage and no HTTP. An [`Identity`] carries its addresses; credentials are separate because most
//! requests do not need them.

mod address;
mod administration;
mod available;
mod change;
mod credential;
mod holdings;
mod linked;
mod method_id;
mod model;
mod resync;
mod security_key;
mod vault;

pub use address::{AddressStatus, Channel, RecoveryAddress, VerifiableAddress};
pub use administration::AddressClaim;
pub use available::{Available, SecondFactors};
pub use change::CheckedTraits;
pub use credential::{BackupCode, CodeAddress, Credential, Payload};
pub use holdings::{HeldAccount, HeldKey, Holdings};
pub use linked::{LinkedAccount, ProviderTokens, account_names};
pub use method_id::MethodId;
pub use model::{Aal, Identity, IdentityState, Version};
pub use resync::{Resynced, resync};
pub use security_key::{Authenticator, Bytes, KeyFlags, SecurityKey};
pub use vault::{SecretKind, Vault, VaultKeys};
