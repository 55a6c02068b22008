//! `/admin/identities` (02 §7).

use actix_web::{
    HttpResponse,
    http::{
        StatusCode,
        header::{self, HeaderValue},
    },
    web::Path,
};
use serde_json::json;

use super::{
    body::JsonBody,
    credential_query::revealed,
    identity_body::{CreateBody, UpdateBody},
};
use crate::{
    engine::{Account, PatchOperation, Updated},
    identity::VaultKeys,
    kernel::Fault,
    text::ErrorCode,
    web::{Call, envelope::ErrorBody, reply::fault},
    wire::{CredentialVersions, CredentialView},
};

/// Creates an identity. Errors: 400, 409.
pub async fn create(call: Call, body: JsonBody) -> HttpResponse {
    let wanted = match body.into_shape().and_then(CreateBody::wanted) {
        Ok(wanted) => wanted,
        Err(error) => return call.error(&error),
    };
    match call.engine.create_identity(&call.visit, wanted).await {
        Ok(Ok(account)) => {
            let view = CredentialView {
                credentials: &account.credentials,
                reveal: &[],
                keys: None,
                versions: CredentialVersions::JustCreated,
            };
            let shown = call.runtime().projection.identity_just_written(&account.identity, view);
            let mut answer = call.json(StatusCode::CREATED, &shown);
            if let Ok(location) = HeaderValue::from_str(&location(&call, &account)) {
                answer.headers_mut().insert(header::LOCATION, location);
            }
            answer
        }
        Ok(Err(failure)) => call.failure(&failure),
        Err(broken) => fault(&call, &broken),
    }
}

/// COMPAT: without the `/admin` of the path (02 §7.2).
fn location(call: &Call, account: &Account) -> String {
    let base = call.runtime().config.serve.admin.base_url.as_str().trim_end_matches('/');
    format!("{base}/identities/{}", account.identity.id)
}

/// One identity by its id. Errors: 400, 404.
pub async fn read(call: Call, id: Path<String>) -> HttpResponse {
    match id.parse() {
        Ok(id) => shown(&call, call.engine.account(id).await),
        Err(_) => missing(&call),
    }
}

/// One identity by the name that another system gave it. Errors: 400, 404.
pub async fn read_by_external_id(call: Call, name: Path<String>) -> HttpResponse {
    shown(&call, call.engine.account_by_external_id(name.into_inner()).await)
}

/// Replaces what is known about an identity. Errors: 400, 404, 409.
pub async fn replace(call: Call, id: Path<String>, body: JsonBody) -> HttpResponse {
    let Ok(id) = id.parse() else { return missing(&call) };
    let wanted = match body.into_shape().and_then(UpdateBody::wanted) {
        Ok(wanted) => wanted,
        Err(error) => return call.error(&error),
    };
    match call.engine.update_identity(&call.visit, id, wanted).await {
        Ok(Ok(Updated { account, schema_before })) => {
            let projection = &call.runtime().projection;
            let mut shown = projection.identity_just_written(&account.identity, plain(&account));
            // COMPAT: that of the schema it had before (golden `admin.identity.put.schema_change`).
            shown.insert("schema_url".to_owned(), json!(projection.schema_url(&schema_before)));
            call.json(StatusCode::OK, &shown)
        }
        Ok(Err(failure)) => call.failure(&failure),
        Err(broken) => fault(&call, &broken),
    }
}

/// Changes an identity by a JSON patch. Errors: 400, 404, 409.
pub async fn patch(call: Call, id: Path<String>, body: JsonBody) -> HttpResponse {
    let Ok(id) = id.parse() else { return missing(&call) };
    let patch: Vec<PatchOperation> = match body.into_shape() {
        Ok(patch) => patch,
        Err(error) => return call.error(&error.because("The body is no JSON patch.")),
    };
    match call.engine.patch_identity(&call.visit, id, &patch).await {
        Ok(Ok(account)) => {
            let projection = &call.runtime().projection;
            call.json(
                StatusCode::OK,
                &projection.identity_with_credentials(&account.identity, plain(&account)),
            )
        }
        Ok(Err(failure)) => call.failure(&failure),
        Err(broken) => fault(&call, &broken),
    }
}

/// The credentials of an account without their secret parts.
fn plain(account: &Account) -> CredentialView<'_> {
    let (credentials, versions) = (&account.credentials, CredentialVersions::Stored);
    CredentialView { credentials, reveal: &[], keys: None, versions }
}

/// Deletes an identity. Errors: 404.
pub async fn delete(call: Call, id: Path<String>) -> HttpResponse {
    let Ok(id) = id.parse() else { return missing(&call) };
    match call.engine.delete_identity(&call.visit, id).await {
        Ok(Ok(())) => HttpResponse::NoContent().finish(),
        Ok(Err(failure)) => call.failure(&failure),
        Err(broken) => fault(&call, &broken),
    }
}

/// Takes a credential of an identity away. Errors: 400, 404.
pub async fn delete_credential(call: Call, path: Path<(String, String)>) -> HttpResponse {
    let (id, method) = path.into_inner();
    let Ok(id) = id.parse() else { return missing(&call) };
    let identifier = call.query.get("identifier");
    match call.engine.delete_credential(&call.visit, id, &method, identifier).await {
        Ok(Ok(())) => HttpResponse::NoContent().finish(),
        Ok(Err(failure)) => call.failure(&failure),
        Err(broken) => fault(&call, &broken),
    }
}

fn shown(call: &Call, read: Result<Option<Account>, Fault>) -> HttpResponse {
    let reveal = match revealed(&call.query) {
        Ok(reveal) => reveal,
        Err(error) => return call.error(&error),
    };
    match read {
        Ok(Some(Account { identity, credentials })) => {
            let view = CredentialView {
                credentials: &credentials,
                reveal: &reveal,
                keys: Some(VaultKeys::new(&call.runtime().keys)),
                versions: CredentialVersions::Stored,
            };
            call.json(StatusCode::OK, &call.runtime().projection.identity_with_credentials(&identity, view))
        }
        Ok(None) => missing(call),
        Err(broken) => fault(call, &broken),
    }
}

/// COMPAT: an id that is none is not found, and no bad request (02 §7.4).
fn missing(call: &Call) -> HttpResponse {
    call.error(&ErrorBody::from(ErrorCode::NotLocated))
}
