//! What works and should be known all the same, as far as it takes more than the configuration to see it.

use super::Runtime;
use crate::schema::Via;

/// Remarks on a snapshot, each a whole line for the operator. Development shows messages in its inbox, so
/// there is nothing to remark on ways that are missing there.
pub fn remarks(runtime: &Runtime) -> Vec<String> {
    let config = &runtime.config;
    if config.dev || config.courier.sms.is_some() {
        return Vec::new();
    }
    let by_sms = runtime.schemas.all().filter(|served| served.schema.sends(Via::Sms));
    by_sms
        .map(|served| {
            format!(
                "identity.schemas ({}): has addresses with via: sms, and there is no channel for text messages, so \
                 nobody will ever get one; add it to courier.channels with the id sms",
                served.id
            )
        })
        .collect()
}
