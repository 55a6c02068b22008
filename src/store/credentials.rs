//! Credentials and the look-up table of their identifiers.

use diesel::prelude::*;

use super::{
    Hit, StoreError, StoreResult, Tx, dialect,
    handle::Statements,
    identities::IdentityRow,
    schema::{credentials, identifiers, identities},
    types::{Json, RowId, RowTime, can_exist},
};
use crate::{
    identity::{Credential, Identity, MethodId, Payload},
    kernel::{BoxError, IdentityId},
};

const TABLE: &str = "credentials";

/// The methods whose identifiers are what people type.
///
/// SECURITY: subjects of providers and handles of passkeys are not: who types one must not be told that
/// there is such an account; guarded by `what_nobody_types_finds_no_account`.
const TYPED: [&str; 3] =
    [MethodId::Password.wire_name(), MethodId::Code.wire_name(), MethodId::Webauthn.wire_name()];

/// Reading credentials.
pub trait Credentials {
    /// The credential of a method that one of these normalised identifiers finds, with the identity that it
    /// belongs to; where several are taken, the first in the list wins. One statement.
    fn credential_by_identifier(
        &mut self,
        method: MethodId,
        identifiers: &[String],
    ) -> StoreResult<Option<(Credential, Identity)>>;

    /// The account that has one of these normalised identifiers by whatever method; where several are taken,
    /// that of the preferred method wins, then the first in the list. One statement, found or not.
    fn account_by_identifier(
        &mut self,
        prefer: MethodId,
        identifiers: &[String],
    ) -> StoreResult<Option<FoundAccount>>;

    /// All credentials of an identity, in the order of method names.
    fn credentials_of(&mut self, identity: IdentityId) -> StoreResult<Vec<Credential>>;

    /// All credentials of several identities, in the order of identities and method names. One statement.
    fn credentials_of_all(&mut self, identities: &[IdentityId]) -> StoreResult<Vec<Credential>>;
}

/// An account that was found by one of its identifiers.
#[derive(Debug, Clone, PartialEq)]
pub struct FoundAccount {
    /// Whether it has the identifier by the method that was preferred.
    pub is_preferred: bool,
    /// Whose it is.
    pub identity: Identity,
    /// All its credentials, in the order of method names.
    pub credentials: Vec<Credential>,
}

/// Writing credentials.
pub trait CredentialsMut: Credentials {
    /// Inserts a credential, or writes it over the one that its identity has of the same method.
    fn put_credential(&mut self, credential: &Credential) -> StoreResult<()>;

    /// Takes the credential of a method away.
    fn remove_credential(&mut self, identity: IdentityId, method: MethodId) -> StoreResult<Hit>;
}

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = credentials, primary_key(identity_id, method))]
struct CredentialRow {
    identity_id: RowId,
    method: String,
    id: RowId,
    identifiers: Json,
    payload: Json,
    created_at: RowTime,
    updated_at: RowTime,
}

impl CredentialRow {
    fn write(credential: &Credential) -> Result<Self, BoxError> {
        Ok(Self {
            identity_id: credential.identity.into(),
            method: credential.method().wire_name().to_owned(),
            id: credential.id.into(),
            identifiers: Json::of(&credential.identifiers)?,
            payload: Json::of(&credential.payload)?,
            created_at: credential.created_at.into(),
            updated_at: credential.updated_at.into(),
        })
    }

    fn read(self) -> StoreResult<Credential> {
        let key = format!("{} {}", self.identity_id.0, self.method);
        self.parse().map_err(|source| StoreError::corrupt(TABLE, key, source))
    }

    fn parse(self) -> Result<Credential, BoxError> {
        let payload = self.payload.parse::<Payload>()?;
        if payload.method().wire_name() != self.method {
            return Err("the payload is that of another method".into());
        }
        Ok(Credential {
            id: self.id.into(),
            identity: self.identity_id.into(),
            identifiers: self.identifiers.parse()?,
            payload,
            created_at: self.created_at.into(),
            updated_at: self.updated_at.into(),
        })
    }
}

/// An identifier, its method, a credential of its owner, and the owner.
type AccountRow = (String, String, CredentialRow, IdentityRow);

/// An identifier in the look-up table.
#[derive(Insertable)]
#[diesel(table_name = identifiers)]
pub(super) struct IdentifierRow {
    method: String,
    identifier: String,
    identity_id: RowId,
}

impl<H: Statements> Credentials for H {
    fn credential_by_identifier(
        &mut self,
        method: MethodId,
        identifiers: &[String],
    ) -> StoreResult<Option<(Credential, Identity)>> {
        let names = identifiers.iter().filter(|name| can_exist(name)).collect::<Vec<_>>();
        let its_credential = credentials::identity_id
            .eq(identifiers::identity_id)
            .and(credentials::method.eq(identifiers::method));
        let query = identifiers::table
            .inner_join(credentials::table.on(its_credential))
            .inner_join(identities::table.on(identities::id.eq(identifiers::identity_id)))
            .filter(identifiers::method.eq(method.wire_name()))
            .filter(identifiers::identifier.eq_any(names.clone()))
            .select((identifiers::identifier, CredentialRow::as_select(), IdentityRow::as_select()));
        let found = self.statement(|conn| query.load::<(String, CredentialRow, IdentityRow)>(conn))?;
        let place = |name: &String| names.iter().position(|wanted| *wanted == name);
        let best = found.into_iter().min_by_key(|(name, ..)| place(name));
        best.map(|(_, credential, identity)| Ok((credential.read()?, identity.read()?))).transpose()
    }

    fn account_by_identifier(
        &mut self,
        prefer: MethodId,
        identifiers: &[String],
    ) -> StoreResult<Option<FoundAccount>> {
        let names = identifiers.iter().filter(|name| can_exist(name)).collect::<Vec<_>>();
        let query = identifiers::table
            .inner_join(credentials::table.on(credentials::identity_id.eq(identifiers::identity_id)))
            .inner_join(identities::table.on(identities::id.eq(identifiers::identity_id)))
            .filter(identifiers::identifier.eq_any(names.clone()))
            .filter(identifiers::method.eq_any(TYPED))
            .order((identifiers::method, credentials::method))
            .select((
                identifiers::identifier,
                identifiers::method,
                CredentialRow::as_select(),
                IdentityRow::as_select(),
            ));
        let found = self.statement(|conn| query.load::<AccountRow>(conn))?;
        let rank = |(name, method, ..): &AccountRow| {
            let place = names.iter().position(|wanted| *wanted == name);
            (method != prefer.wire_name(), place, method.clone())
        };
        let Some(best) = found.iter().map(rank).min() else { return Ok(None) };
        // A name has one owner per method, so these rows are the credentials of one identity.
        let (mut owner, mut credentials) = (None, Vec::new());
        for (_, _, credential, identity) in found.into_iter().filter(|row| rank(row) == best) {
            credentials.push(credential.read()?);
            owner = Some(identity);
        }
        let found = owner.map(|identity| {
            Ok(FoundAccount { is_preferred: !best.0, identity: identity.read()?, credentials })
        });
        found.transpose()
    }

    fn credentials_of(&mut self, identity: IdentityId) -> StoreResult<Vec<Credential>> {
        let query = credentials::table
            .filter(credentials::identity_id.eq(RowId::from(identity)))
            .order(credentials::method)
            .select(CredentialRow::as_select());
        self.statement(|conn| query.load(conn))?.into_iter().map(CredentialRow::read).collect()
    }

    fn credentials_of_all(&mut self, identities: &[IdentityId]) -> StoreResult<Vec<Credential>> {
        let ids = identities.iter().copied().map(RowId::from).collect::<Vec<_>>();
        let query = credentials::table
            .filter(credentials::identity_id.eq_any(ids))
            .order((credentials::identity_id, credentials::method))
            .select(CredentialRow::as_select());
        self.statement(|conn| query.load(conn))?.into_iter().map(CredentialRow::read).collect()
    }
}

impl CredentialsMut for Tx<'_> {
    fn put_credential(&mut self, credential: &Credential) -> StoreResult<()> {
        let row = CredentialRow::write(credential).map_err(StoreError::Database)?;
        let old = credentials::table.find((row.identity_id, row.method.clone()));
        let hit = self.statement(|conn| diesel::update(old).set(&row).execute(conn)).map(Hit::of)?;
        let taken = match hit {
            Hit::One => forget_identifiers(self, credential)?,
            Hit::Nothing => {
                self.statement(|conn| diesel::insert_into(credentials::table).values(row).execute(conn))?;
                Vec::new()
            }
        };
        let new = credential.names().iter().filter(|name| !taken.contains(name));
        let rows = new.map(|name| identifier_row(credential, name)).collect::<Vec<_>>();
        if !rows.is_empty() {
            self.statement(|conn| dialect::insert_identifiers(conn, &rows))?;
        }
        Ok(())
    }

    fn remove_credential(&mut self, identity: IdentityId, method: MethodId) -> StoreResult<Hit> {
        let row = credentials::table.find((RowId::from(identity), method.wire_name()));
        self.statement(|conn| diesel::delete(row).execute(conn)).map(Hit::of)
    }
}

fn identifier_row(credential: &Credential, name: &str) -> IdentifierRow {
    IdentifierRow {
        method: credential.method().wire_name().to_owned(),
        identifier: name.to_owned(),
        identity_id: credential.identity.into(),
    }
}

/// Deletes the identifiers that a credential no longer has, and gives those that it keeps.
fn forget_identifiers(tx: &mut Tx<'_>, credential: &Credential) -> StoreResult<Vec<String>> {
    let own = || {
        identifiers::table
            .filter(identifiers::identity_id.eq(RowId::from(credential.identity)))
            .filter(identifiers::method.eq(credential.method().wire_name()))
    };
    let old = tx.statement(|conn| own().select(identifiers::identifier).load::<String>(conn))?;
    let (kept, gone): (Vec<_>, Vec<_>) = old.into_iter().partition(|name| credential.names().contains(name));
    if !gone.is_empty() {
        let rows = own().filter(identifiers::identifier.eq_any(gone));
        tx.statement(|conn| diesel::delete(rows).execute(conn))?;
    }
    Ok(kept)
}
