//! What an installation has to remember about itself, such as secrets that were made on its first start.

use diesel::prelude::*;
use serde_json::Value;

use super::{
    Hit, StoreError, StoreResult, Tx, dialect,
    handle::Statements,
    schema::settings,
    types::{Json, RowTime},
};
use crate::kernel::Timestamp;

/// Reading settings.
pub trait Settings {
    /// The value of a setting.
    fn setting(&mut self, key: &str) -> StoreResult<Option<Value>>;
}

/// Writing settings.
pub trait SettingsMut: Settings {
    /// Gives a setting its value, unless it has one: of several starting at once, one hits, and all read the
    /// same value afterwards.
    fn put_setting_if_absent(&mut self, key: &str, value: &Value, now: Timestamp) -> StoreResult<Hit>;
}

/// A setting in its table.
#[derive(Insertable)]
#[diesel(table_name = settings)]
pub(super) struct SettingRow {
    key: String,
    value: Json,
    created_at: RowTime,
}

impl<H: Statements> Settings for H {
    fn setting(&mut self, key: &str) -> StoreResult<Option<Value>> {
        let query = settings::table.find(key).select(settings::value);
        let value = self.statement(|conn| query.get_result::<Json>(conn).optional())?;
        let value = value.map(|json| json.parse()).transpose();
        value.map_err(|source| StoreError::corrupt("settings", key, source))
    }
}

impl SettingsMut for Tx<'_> {
    fn put_setting_if_absent(&mut self, key: &str, value: &Value, now: Timestamp) -> StoreResult<Hit> {
        let row = SettingRow {
            key: key.to_owned(),
            value: Json::of(value).map_err(StoreError::Database)?,
            created_at: now.into(),
        };
        self.statement(|conn| dialect::insert_setting_if_absent(conn, &row)).map(Hit::of)
    }
}
