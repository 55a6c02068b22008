//! `/admin/recovery` (02 §3.10).

use actix_web::{HttpResponse, http::StatusCode};
use serde::Deserialize;
use serde_json::json;

use super::{body::JsonBody, expires_in::future};
use crate::{
    engine::{Answer, HandOut, HandedOut, HandedProof},
    flow::{Client, recovery_link, with_flow},
    kernel::IdentityId,
    web::{Call, envelope::ErrorBody, json::unescaped, reply::fault},
};

/// For whom a code or link is made. Unknown keys are passed over.
#[derive(Debug, Deserialize)]
pub struct HandOutBody {
    identity_id: Option<IdentityId>,
    expires_in: Option<String>,
    flow_type: Option<String>,
}

impl HandOutBody {
    fn asked(self, call: &Call, by: HandedProof) -> Result<HandOut, ErrorBody> {
        let bad = |text: String| ErrorBody::bad_request(format!("{text:?} is no time from now."));
        let lifespan = match self.expires_in.filter(|text| !text.is_empty()) {
            Some(text) => Some(future(&text).ok_or_else(|| bad(text))?),
            None => None,
        };
        let return_to = call.query.get("return_to").map(str::to_owned);
        Ok(HandOut { by, identity: self.identity_id, lifespan, return_to })
    }

    fn client(&self) -> Result<Client, ErrorBody> {
        match self.flow_type.as_deref() {
            None | Some("" | "browser") => Ok(Client::Browser),
            Some("api") => Ok(Client::Native),
            Some(other) => {
                Err(ErrorBody::bad_request(format!("A flow is of type browser or api, not {other:?}.")))
            }
        }
    }
}

/// Makes a code and a flow to type it into. Errors: 400, 404.
pub async fn code(call: Call, body: JsonBody) -> HttpResponse {
    let asked = body.into_shape::<HandOutBody>().and_then(|body| {
        let client = body.client()?;
        body.asked(&call, HandedProof::Code(client))
    });
    let made = match asked {
        Ok(ask) => call.engine.hand_out_recovery(&call.visit, ask).await,
        Err(error) => return call.error(&error),
    };
    answer(&call, made, |made| {
        let link = with_flow(&call.runtime().policy.recovery.ui, made.flow);
        let body = json!({
            "recovery_link": link,
            "recovery_code": made.secret.expose(),
            "expires_at": made.expires_at,
        });
        unescaped(StatusCode::CREATED, &body)
    })
}

/// Makes a link. Errors: `self_service_flow_return_to_forbidden`, 400, 404.
pub async fn link(call: Call, body: JsonBody) -> HttpResponse {
    let asked = body.into_shape::<HandOutBody>().and_then(|body| body.asked(&call, HandedProof::Link));
    let made = match asked {
        Ok(ask) => call.engine.hand_out_recovery(&call.visit, ask).await,
        Err(error) => return call.error(&error),
    };
    answer(&call, made, |made| {
        let link = recovery_link(&call.runtime().policy.public_url, made.flow, made.secret.expose());
        unescaped(StatusCode::OK, &json!({ "recovery_link": link, "expires_at": made.expires_at }))
    })
}

fn answer(
    call: &Call,
    made: Answer<HandedOut>,
    shown: impl FnOnce(HandedOut) -> HttpResponse,
) -> HttpResponse {
    match made {
        Ok(Ok(made)) => shown(made),
        Ok(Err(failure)) => call.failure(&failure),
        Err(broken) => fault(call, &broken),
    }
}
