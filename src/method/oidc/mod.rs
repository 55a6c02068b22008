//! Social sign-in (01 §14): providers of OpenID Connect and OAuth 2.0 say who somebody is.
//!
//! Nothing is decided here and nothing is written: [`address`] says where a browser goes, [`redeem`] and
//! [`check_token`] find out who came back, [`map`] what that makes of an account. Each request to a provider has its
//! limits in `upstream`; tokens are judged in `id_token`; `dialect` has the words of those that speak in their own.

mod account;
mod authorize;
mod claims;
mod dialect;
mod id_token;
mod kind;
mod mapper;
mod nodes;
mod provider;
#[cfg(test)]
mod sample;
mod token;
mod upstream;

pub use account::{Vouched, check_token, is_for, redeem};
pub use authorize::{Proofs, address, chosen, passed};
pub use claims::Claims;
pub use kind::ProviderKind;
pub use mapper::{MapError, Mapped, map};
pub use nodes::{login_nodes, settings_nodes, signup_nodes, vouched_nodes};
pub use provider::{ClaimsSource, ClientSecret, Pkce, Provider, Providers, SubjectSource, TwoFactors};
pub use upstream::{Issuer, Upstream, UpstreamError};
