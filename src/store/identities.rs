//! Identities and the look-up table of their addresses.

use diesel::prelude::*;
use uuid::Uuid;

use super::{
    Conflict, Hit, Key, StoreError, StoreResult, Tx,
    connection::MultiBackend,
    dialect,
    handle::Statements,
    schema::{addresses, identifiers, identities},
    types::{Json, RowId, RowTime, can_exist, read_word, spell},
};
use crate::{
    identity::{Channel, Identity, MethodId, Version},
    kernel::{AddressId, BoxError, IdentityId},
};

const TABLE: &str = "identities";

/// What an address is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AddressPurpose {
    /// Its owner can prove that it is theirs.
    Verifiable,
    /// The account can be recovered by it.
    Recovery,
}

impl AddressPurpose {
    const fn name(self) -> &'static str {
        match self {
            Self::Verifiable => "verifiable",
            Self::Recovery => "recovery",
        }
    }
}

/// Which identities to list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IdentityFilter {
    /// All.
    All,
    /// Those with these ids.
    Ids(Vec<IdentityId>),
    /// Those of this organisation.
    Organization(Uuid),
    /// Those that have a credential, of any method, with this identifier.
    Identifier(String),
    /// Those that have a credential, of any method, with an identifier that begins like this.
    IdentifierPrefix(String),
}

/// Which part of a list, in the order of ids, to read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Window {
    /// What follows an id, or the beginning.
    After {
        /// The last id of the part before.
        id: Option<IdentityId>,
        /// How many at most.
        limit: u32,
    },
    /// What follows a number of others.
    Offset {
        /// How many to pass over.
        skip: u32,
        /// How many at most.
        limit: u32,
    },
}

/// Reading identities.
pub trait Identities {
    /// The identity with this id.
    fn identity(&mut self, id: IdentityId) -> StoreResult<Option<Identity>>;

    /// The identity that another system calls so.
    fn identity_by_external_id(&mut self, external_id: &str) -> StoreResult<Option<Identity>>;

    /// The identity that has one of these addresses; where several are taken, the first in the list wins, so
    /// put the address as typed before its normal form.
    fn identity_by_address(
        &mut self,
        purpose: AddressPurpose,
        via: Channel,
        values: &[String],
    ) -> StoreResult<Option<(AddressId, Identity)>>;

    /// A part of the list of identities, in the order of ids.
    fn identities(&mut self, filter: &IdentityFilter, window: Window) -> StoreResult<Vec<Identity>>;

    /// How many identities there are.
    fn count_identities(&mut self, filter: &IdentityFilter) -> StoreResult<u64>;
}

/// Writing identities.
pub trait IdentitiesMut: Identities {
    /// Inserts an identity with its addresses.
    fn insert_identity(&mut self, identity: &Identity) -> StoreResult<()>;

    /// Writes an identity, which carries its next version, over the one at version `expected`. Codes that were
    /// sent to addresses it no longer has are gone.
    fn replace_identity(&mut self, identity: &Identity, expected: Version) -> StoreResult<Hit>;

    /// Makes sure that the identity is active and at version `expected`, until the end of the transaction.
    fn touch_identity(&mut self, id: IdentityId, expected: Version) -> StoreResult<Hit>;

    /// Deletes an identity with its credentials, addresses, sessions and codes.
    fn delete_identity(&mut self, id: IdentityId) -> StoreResult<Hit>;
}

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = identities, treat_none_as_null = true)]
pub(super) struct IdentityRow {
    id: RowId,
    schema_id: String,
    traits: Json,
    state: String,
    state_changed_at: Option<RowTime>,
    metadata_public: Option<Json>,
    metadata_admin: Option<Json>,
    external_id: Option<String>,
    organization_id: Option<RowId>,
    available_aal: String,
    verifiable_addresses: Json,
    recovery_addresses: Json,
    version: i64,
    created_at: RowTime,
    updated_at: RowTime,
}

impl IdentityRow {
    fn write(identity: &Identity) -> Result<Self, BoxError> {
        Ok(Self {
            id: identity.id.into(),
            schema_id: identity.schema_id.clone(),
            traits: Json::of(&identity.traits)?,
            state: spell(&identity.state)?,
            state_changed_at: identity.state_changed_at.map(RowTime),
            metadata_public: identity.metadata_public.as_ref().map(Json::of).transpose()?,
            metadata_admin: identity.metadata_admin.as_ref().map(Json::of).transpose()?,
            external_id: identity.external_id.clone(),
            organization_id: identity.organization_id.map(RowId),
            available_aal: spell(&identity.available)?,
            verifiable_addresses: Json::of(&identity.verifiable_addresses)?,
            recovery_addresses: Json::of(&identity.recovery_addresses)?,
            version: identity.version.0,
            created_at: identity.created_at.into(),
            updated_at: identity.updated_at.into(),
        })
    }

    pub(super) fn read(self) -> StoreResult<Identity> {
        let id = self.id;
        self.parse().map_err(|source| StoreError::corrupt(TABLE, id.0, source))
    }

    fn parse(self) -> Result<Identity, BoxError> {
        Ok(Identity {
            id: self.id.into(),
            schema_id: self.schema_id,
            traits: self.traits.parse()?,
            state: read_word(&self.state)?,
            state_changed_at: self.state_changed_at.map(Into::into),
            metadata_public: self.metadata_public.map(|json| json.parse()).transpose()?,
            metadata_admin: self.metadata_admin.map(|json| json.parse()).transpose()?,
            external_id: self.external_id,
            organization_id: self.organization_id.map(|id| id.0),
            available: read_word(&self.available_aal)?,
            verifiable_addresses: self.verifiable_addresses.parse()?,
            recovery_addresses: self.recovery_addresses.parse()?,
            version: Version(self.version),
            created_at: self.created_at.into(),
            updated_at: self.updated_at.into(),
        })
    }
}

/// An address in the look-up table.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = addresses)]
pub(super) struct AddressRow {
    id: RowId,
    identity_id: RowId,
    purpose: String,
    via: String,
    value: String,
}

fn address_rows(identity: &Identity, purpose: AddressPurpose) -> Vec<AddressRow> {
    let row = |id: AddressId, via: Channel, value: &String| AddressRow {
        id: id.into(),
        identity_id: identity.id.into(),
        purpose: purpose.name().to_owned(),
        via: via.wire_name().to_owned(),
        value: value.clone(),
    };
    match purpose {
        AddressPurpose::Verifiable => {
            identity.verifiable_addresses.iter().map(|a| row(a.id, a.via, &a.value)).collect()
        }
        AddressPurpose::Recovery => {
            identity.recovery_addresses.iter().map(|a| row(a.id, a.via, &a.value)).collect()
        }
    }
}

type Query<'a> = identities::BoxedQuery<'a, MultiBackend>;

fn narrowed(filter: &IdentityFilter) -> Option<Query<'_>> {
    let all = identities::table.into_boxed::<MultiBackend>();
    let named = identifiers::table.select(identifiers::identity_id);
    Some(match filter {
        IdentityFilter::All => all,
        IdentityFilter::Ids(ids) => {
            let ids = ids.iter().copied().map(RowId::from).collect::<Vec<_>>();
            all.filter(identities::id.eq_any(ids))
        }
        IdentityFilter::Organization(id) => all.filter(identities::organization_id.eq(RowId(*id))),
        IdentityFilter::Identifier(text) if can_exist(text) => {
            all.filter(identities::id.eq_any(named.filter(identifiers::identifier.eq(text))))
        }
        IdentityFilter::IdentifierPrefix(text) if can_exist(text) => {
            // A range instead of LIKE, which the two databases understand differently.
            let end = format!("{text}{}", char::MAX);
            let matching = named
                .filter(identifiers::identifier.ge(text))
                .filter(identifiers::identifier.lt(end))
                .filter(identifiers::method.ne(MethodId::Passkey.wire_name()));
            all.filter(identities::id.eq_any(matching))
        }
        IdentityFilter::Identifier(_) | IdentityFilter::IdentifierPrefix(_) => return None,
    })
}

impl<H: Statements> Identities for H {
    fn identity(&mut self, id: IdentityId) -> StoreResult<Option<Identity>> {
        let query = identities::table.find(RowId::from(id)).select(IdentityRow::as_select());
        self.statement(|conn| query.get_result(conn).optional())?.map(IdentityRow::read).transpose()
    }

    fn identity_by_external_id(&mut self, external_id: &str) -> StoreResult<Option<Identity>> {
        if !can_exist(external_id) {
            return Ok(None);
        }
        let query = identities::table
            .filter(identities::external_id.eq(external_id))
            .select(IdentityRow::as_select());
        self.statement(|conn| query.get_result(conn).optional())?.map(IdentityRow::read).transpose()
    }

    fn identity_by_address(
        &mut self,
        purpose: AddressPurpose,
        via: Channel,
        values: &[String],
    ) -> StoreResult<Option<(AddressId, Identity)>> {
        let values = values.iter().filter(|value| can_exist(value)).collect::<Vec<_>>();
        let query = addresses::table
            .inner_join(identities::table)
            .filter(addresses::purpose.eq(purpose.name()))
            .filter(addresses::via.eq(via.wire_name()))
            .filter(addresses::value.eq_any(values.clone()))
            .select((AddressRow::as_select(), IdentityRow::as_select()));
        let found = self.statement(|conn| query.load::<(AddressRow, IdentityRow)>(conn))?;
        let place = |row: &AddressRow| values.iter().position(|value| **value == row.value);
        let best = found.into_iter().min_by_key(|(address, _)| place(address));
        best.map(|(address, identity)| Ok((address.id.into(), identity.read()?))).transpose()
    }

    fn identities(&mut self, filter: &IdentityFilter, window: Window) -> StoreResult<Vec<Identity>> {
        let Some(query) = narrowed(filter) else { return Ok(Vec::new()) };
        let query = query.order(identities::id.asc()).select(IdentityRow::as_select());
        let query = match window {
            Window::After { id: None, limit } => query.limit(limit.into()),
            Window::After { id: Some(id), limit } => {
                query.filter(identities::id.gt(RowId::from(id))).limit(limit.into())
            }
            Window::Offset { skip, limit } => query.offset(skip.into()).limit(limit.into()),
        };
        self.statement(|conn| query.load(conn))?.into_iter().map(IdentityRow::read).collect()
    }

    fn count_identities(&mut self, filter: &IdentityFilter) -> StoreResult<u64> {
        let Some(query) = narrowed(filter) else { return Ok(0) };
        let count = self.statement(|conn| query.count().get_result::<i64>(conn))?;
        Ok(u64::try_from(count).unwrap_or_default())
    }
}

impl IdentitiesMut for Tx<'_> {
    fn insert_identity(&mut self, identity: &Identity) -> StoreResult<()> {
        let row = IdentityRow::write(identity).map_err(StoreError::Database)?;
        self.statement(|conn| diesel::insert_into(identities::table).values(row).execute(conn))?;
        for purpose in [AddressPurpose::Verifiable, AddressPurpose::Recovery] {
            insert_addresses(self, purpose, &address_rows(identity, purpose))?;
        }
        Ok(())
    }

    fn replace_identity(&mut self, identity: &Identity, expected: Version) -> StoreResult<Hit> {
        let row = IdentityRow::write(identity).map_err(StoreError::Database)?;
        let guarded = identities::table.find(row.id).filter(identities::version.eq(expected.0));
        let rows = self.statement(|conn| diesel::update(guarded).set(&row).execute(conn))?;
        if Hit::of(rows) == Hit::One {
            rewrite_addresses(self, identity)?;
        }
        Ok(Hit::of(rows))
    }

    fn touch_identity(&mut self, id: IdentityId, expected: Version) -> StoreResult<Hit> {
        self.statement(|conn| dialect::hold_active_identity(conn, id.into(), expected.0)).map(Hit::of)
    }

    fn delete_identity(&mut self, id: IdentityId) -> StoreResult<Hit> {
        let row = identities::table.find(RowId::from(id));
        self.statement(|conn| diesel::delete(row).execute(conn)).map(Hit::of)
    }
}

/// Brings the look-up table in line. Rows that stay are left alone: codes hang on them.
fn rewrite_addresses(tx: &mut Tx<'_>, identity: &Identity) -> StoreResult<()> {
    let query = addresses::table
        .filter(addresses::identity_id.eq(RowId::from(identity.id)))
        .select(AddressRow::as_select());
    let old = tx.statement(|conn| query.load(conn))?;
    let new = [AddressPurpose::Verifiable, AddressPurpose::Recovery]
        .map(|purpose| (purpose, address_rows(identity, purpose)));
    let stays = |row: &AddressRow| new.iter().any(|(_, rows)| rows.contains(row));
    let gone = old.iter().filter(|row| !stays(row)).map(|row| row.id).collect::<Vec<_>>();
    if !gone.is_empty() {
        let rows = addresses::table.filter(addresses::id.eq_any(gone));
        tx.statement(|conn| diesel::delete(rows).execute(conn))?;
    }
    for (purpose, mut rows) in new {
        rows.retain(|row| !old.contains(row));
        insert_addresses(tx, purpose, &rows)?;
    }
    Ok(())
}

fn insert_addresses(tx: &mut Tx<'_>, purpose: AddressPurpose, rows: &[AddressRow]) -> StoreResult<()> {
    if rows.is_empty() {
        return Ok(());
    }
    match tx.statement(|conn| dialect::insert_addresses(conn, rows)) {
        Err(StoreError::Conflict(Conflict::Unique(Key::VerifiableAddress)))
            if purpose == AddressPurpose::Recovery =>
        {
            Err(Conflict::Unique(Key::RecoveryAddress).into())
        }
        result => result.map(drop),
    }
}
