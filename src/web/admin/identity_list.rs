//! The list of identities (02 §7.5).

use actix_web::{
    HttpResponse,
    http::{
        StatusCode,
        header::{self, HeaderName, HeaderValue},
    },
};
use serde_json::{Map, Value};

use super::{bad_paging::bad_paging, credential_query::revealed};
use crate::{
    engine::{Account, IdentityFilter, IdentityPage, IdentityQuery, Window},
    identity::{MethodId, VaultKeys},
    kernel::{IdentityId, normalise},
    web::{
        Call,
        envelope::ErrorBody,
        paging::{Cursor, Ids, Keyset, Numbered, PagingError, Sizes},
        query::Query,
        reply::fault,
    },
    wire::{CredentialVersions, CredentialView, Projection},
};

const PATH: &str = "/admin/identities";

/// As many ids as fit one page.
const MOST_IDS: usize = 500;

/// How the list is paged through: by the last row, or the older way by numbers.
#[derive(Clone, Copy)]
enum Page {
    Keyset(Keyset),
    Numbered(Numbered),
}

/// How a list is shown.
struct Manner {
    credentials: bool,
    reveal: Vec<MethodId>,
}

/// The identities in the order of their ids. Errors: 400.
pub async fn list(call: Call) -> HttpResponse {
    let (page, manner, query) = match parse(&call.query) {
        Ok(parsed) => parsed,
        Err(error) => return call.error(&error),
    };
    match call.engine.identities(query).await {
        Ok(found) => shown(&call, page, &manner, &found),
        Err(broken) => fault(&call, &broken),
    }
}

fn parse(query: &Query) -> Result<(Page, Manner, IdentityQuery), ErrorBody> {
    let filter = filter(query)?;
    let reveal = revealed(query)?;
    let page = page(query).map_err(bad_paging)?;
    let by_identifier = matches!(filter, IdentityFilter::Identifier(_) | IdentityFilter::IdentifierPrefix(_));
    let manner = Manner { credentials: by_identifier || !reveal.is_empty(), reveal };
    let window = match page {
        // One more than is shown tells whether there is another page.
        Page::Keyset(Keyset { size, after }) => {
            let id = match after {
                Cursor::Id(id) => Some(IdentityId::from_uuid(id)),
                Cursor::Start | Cursor::Time(..) => None,
            };
            Window::After { id, limit: size.saturating_add(1) }
        }
        Page::Numbered(page) => {
            Window::Offset { skip: u32::try_from(page.first_row()).unwrap_or(u32::MAX), limit: page.size }
        }
    };
    let count = matches!(page, Page::Numbered(_));
    let query = IdentityQuery { filter, window, credentials: manner.credentials, count };
    Ok((page, manner, query))
}

fn page(query: &Query) -> Result<Page, PagingError> {
    match Numbered::parse_legacy(query)? {
        Some(page) => Ok(Page::Numbered(page)),
        None => Keyset::parse(query, &Ids, Sizes::MOST).map(Page::Keyset),
    }
}

fn filter(query: &Query) -> Result<IdentityFilter, ErrorBody> {
    const FILTERS: [&str; 4] =
        ["ids", "organization_id", "credentials_identifier", "preview_credentials_identifier_similar"];
    let mut given = FILTERS.into_iter().filter(|name| query.get(name).is_some());
    let filter = given.next();
    if given.next().is_some() {
        return Err(ErrorBody::bad_request(format!("Only one of {} can be used.", FILTERS.join(", "))));
    }
    let value = filter.and_then(|name| query.get(name)).unwrap_or_default();
    Ok(match filter {
        Some("ids") => IdentityFilter::Ids(ids(query)?),
        Some("organization_id") => IdentityFilter::Organization(
            value.parse().map_err(|_| ErrorBody::bad_request("The parameter organization_id is no UUID."))?,
        ),
        Some("credentials_identifier") => IdentityFilter::Identifier(normalise::graceful(value)),
        Some(_) => IdentityFilter::IdentifierPrefix(normalise::graceful_without_phone(value)),
        None => IdentityFilter::All,
    })
}

fn ids(query: &Query) -> Result<Vec<IdentityId>, ErrorBody> {
    let ids: Result<Vec<IdentityId>, _> = query.all("ids").map(str::parse).collect();
    let ids = ids.map_err(|_| ErrorBody::bad_request("A value of the parameter ids is no UUID."))?;
    if ids.len() > MOST_IDS {
        return Err(ErrorBody::bad_request(format!("The parameter ids takes at most {MOST_IDS} values.")));
    }
    Ok(ids)
}

fn shown(call: &Call, page: Page, manner: &Manner, found: &IdentityPage) -> HttpResponse {
    let (on_page, links, total) = match page {
        Page::Keyset(keyset) => {
            let size = usize::try_from(keyset.size).unwrap_or(usize::MAX);
            let on_page = found.accounts.get(..size).unwrap_or(&found.accounts);
            let next = on_page.last().filter(|_| found.accounts.len() > size);
            let next = next.map(|last| Cursor::Id(last.identity.id.as_uuid()));
            (on_page, keyset.links(PATH, &call.query, &Ids, next), None)
        }
        Page::Numbered(numbered) => {
            let total = found.total.unwrap_or_default();
            (found.accounts.as_slice(), numbered.links(PATH, &call.query, total), Some(total))
        }
    };
    let projection = &call.runtime().projection;
    let keys = VaultKeys::new(&call.runtime().keys);
    let list: Vec<_> = on_page.iter().map(|account| item(projection, keys, manner, account)).collect();
    let mut answer = call.json(StatusCode::OK, &list);
    if let Ok(links) = HeaderValue::from_str(&links) {
        answer.headers_mut().insert(header::LINK, links);
    }
    if let Some(total) = total {
        answer.headers_mut().insert(HeaderName::from_static("x-total-count"), HeaderValue::from(total));
    }
    answer
}

fn item(
    projection: &Projection,
    keys: VaultKeys<'_>,
    manner: &Manner,
    account: &Account,
) -> Map<String, Value> {
    if !manner.credentials {
        return projection.identity_for_admin(&account.identity);
    }
    let view = CredentialView {
        credentials: &account.credentials,
        reveal: &manner.reveal,
        keys: Some(keys),
        versions: CredentialVersions::Stored,
    };
    projection.identity_with_credentials(&account.identity, view)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "11111111-1111-4111-8111-111111111111";

    fn asked(text: &str) -> Result<IdentityQuery, ErrorBody> {
        parse(&Query::parse(text).unwrap()).map(|(_, _, query)| query)
    }

    #[test]
    fn filters() {
        let id: IdentityId = ID.parse().unwrap();
        for (text, expected) in [
            (String::new(), IdentityFilter::All),
            ("ids=&credentials_identifier=".to_owned(), IdentityFilter::All),
            (format!("ids={ID}&ids={ID}"), IdentityFilter::Ids(vec![id, id])),
            (format!("organization_id={ID}"), IdentityFilter::Organization(id.as_uuid())),
            (
                "credentials_identifier=+ADA%40x.test".to_owned(),
                IdentityFilter::Identifier("ada@x.test".to_owned()),
            ),
            (
                "preview_credentials_identifier_similar=ADA".to_owned(),
                IdentityFilter::IdentifierPrefix("ada".to_owned()),
            ),
        ] {
            assert_eq!(asked(&text).unwrap().filter, expected, "{text}");
        }
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        let too_many = format!("ids={ID}&").repeat(MOST_IDS + 1);
        for text in [
            "ids=x",
            "organization_id=x",
            "include_credential=pigeon",
            "page_token=x",
            "page_size=x",
            "page=1001&per_page=1",
            &format!("ids={ID}&credentials_identifier=a"),
            too_many.trim_end_matches('&'),
        ] {
            assert_eq!(asked(text).unwrap_err().status, 400, "{text}");
        }
    }

    #[test]
    fn credentials_are_read_when_they_are_asked_for_or_searched() {
        for (text, expected) in [
            ("", false),
            ("ids=11111111-1111-4111-8111-111111111111", false),
            ("include_credential=oidc", true),
            ("credentials_identifier=a", true),
            ("preview_credentials_identifier_similar=a", true),
        ] {
            assert_eq!(asked(text).unwrap().credentials, expected, "{text}");
        }
    }

    #[test]
    fn pages() {
        let after = |text| asked(text).unwrap().window;
        assert_eq!(after("page_size=2"), Window::After { id: None, limit: 3 });
        assert_eq!(
            after(&format!("per_page=2&page_token={ID}")),
            Window::After { id: ID.parse().ok(), limit: 3 }
        );
        let query = asked("page=2&per_page=10").unwrap();
        assert_eq!((query.window, query.count), (Window::Offset { skip: 20, limit: 10 }, true));
    }
}
