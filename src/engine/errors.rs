//! Errors that are kept for the error page.

use serde_json::Value;

use super::{Engine, Visit};
use crate::{
    flow::KeptError,
    kernel::{ErrorId, Fault},
    store::{KeptErrors as _, KeptErrorsMut as _},
};

impl Engine {
    /// Keeps an error, the inner object of the envelope, for the error page (02 §1.7).
    ///
    /// # Errors
    /// A fault of the system.
    pub async fn keep_error(&self, visit: &Visit, error: Value) -> Result<ErrorId, Fault> {
        let id = ErrorId::random(&mut visit.seed.stream("error id"));
        let kept = KeptError { id, error, created_at: visit.now, updated_at: visit.now };
        self.store().write(move |tx| tx.insert_error(&kept)).await?;
        Ok(id)
    }

    /// An error that was kept. Reading it changes nothing, so that a page can be loaded again (05 no. 46).
    ///
    /// # Errors
    /// A fault of the system.
    pub async fn kept_error(&self, id: ErrorId) -> Result<Option<KeptError>, Fault> {
        Ok(self.store().read(move |reader| reader.error(id)).await?)
    }
}
