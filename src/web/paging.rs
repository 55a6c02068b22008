//! Lists in pages: by keyset where lists are long, by number where clients know it so (02 §7.5, §8.1).

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use url::form_urlencoded::byte_serialize;
use uuid::Uuid;

use super::query::Query;
use crate::kernel::Timestamp;

/// No page by number is larger.
const LARGEST_PAGE: u32 = 500;

/// The usual size of a page by number.
const USUAL_PAGE: u32 = 250;

/// By number, nobody gets further than this into a long list.
const FURTHEST_ROW: u64 = 1000;

/// Why the parameters name no page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PagingError {
    /// The size is no number.
    #[error("the page size is not a number")]
    Size,
    /// The token is none of ours.
    #[error("the page token is invalid")]
    Token,
    /// Too far for paging by number.
    #[error("page times per_page must not be more than 1000; use page_token")]
    TooFar,
}

/// How the rows of a keyset list are named to clients.
pub trait Tokens {
    /// The token of a row.
    fn write(&self, cursor: Cursor) -> String;

    /// The row of a token; `None` when it is none of ours.
    fn read(&self, token: &str) -> Option<Cursor>;
}

/// Tokens of lists by id: the id in clear.
#[derive(Debug, Clone, Copy)]
pub struct Ids;

/// Tokens of lists by time and id.
#[derive(Debug, Clone, Copy)]
pub struct Times;

impl Tokens for Ids {
    fn write(&self, cursor: Cursor) -> String {
        match cursor {
            Cursor::Start => Uuid::nil().to_string(),
            Cursor::Id(id) | Cursor::Time(_, id) => id.to_string(),
        }
    }

    fn read(&self, token: &str) -> Option<Cursor> {
        let id = Uuid::try_parse(token).ok()?;
        Some(if id.is_nil() { Cursor::Start } else { Cursor::Id(id) })
    }
}

impl Tokens for Times {
    fn write(&self, cursor: Cursor) -> String {
        match cursor {
            Cursor::Start => Uuid::nil().to_string(),
            Cursor::Id(id) => id.to_string(),
            Cursor::Time(at, id) => URL_SAFE_NO_PAD.encode(format!("{}.{id}", at.as_micros())),
        }
    }

    fn read(&self, token: &str) -> Option<Cursor> {
        if token == Uuid::nil().to_string() {
            return Some(Cursor::Start);
        }
        let text = String::from_utf8(URL_SAFE_NO_PAD.decode(token).ok()?).ok()?;
        let (micros, id) = text.split_once('.')?;
        Some(Cursor::Time(Timestamp::from_micros(micros.parse().ok()?)?, Uuid::try_parse(id).ok()?))
    }
}

/// The last row of the page before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cursor {
    /// There is none: this is the first page.
    Start,
    /// A row of a list by id.
    Id(Uuid),
    /// A row of a list by time.
    Time(Timestamp, Uuid),
}

/// The sizes that the pages of a keyset list have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sizes {
    /// Where none was asked for.
    pub usual: u32,
    /// At most.
    pub largest: u32,
}

impl Sizes {
    /// Of most lists.
    pub const MOST: Self = Self { usual: 250, largest: 500 };
}

/// A page of a keyset list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Keyset {
    /// How many rows.
    pub size: u32,
    /// After which row.
    pub after: Cursor,
}

impl Keyset {
    /// Reads `page_size` (or `per_page`) and `page_token`. Sizes out of bounds are brought into them.
    ///
    /// # Errors
    /// When one of them cannot be read.
    pub fn parse(query: &Query, tokens: &impl Tokens, sizes: Sizes) -> Result<Self, PagingError> {
        let size = match query.get("page_size").or_else(|| query.get("per_page")) {
            None => sizes.usual,
            Some(text) => match text.parse::<i64>().map_err(|_| PagingError::Size)? {
                ..1 => sizes.usual,
                some => u32::try_from(some).unwrap_or(sizes.largest).min(sizes.largest),
            },
        };
        let after = match query.get("page_token") {
            None => Cursor::Start,
            Some(token) => tokens.read(token).ok_or(PagingError::Token)?,
        };
        Ok(Self { size, after })
    }

    /// The `Link` header: the first page, and the next one when there is one, named by the last row of this
    /// page.
    pub fn links(&self, path: &str, query: &Query, tokens: &impl Tokens, next: Option<Cursor>) -> String {
        let link = |cursor: Cursor, relation| {
            let own = [("page_size", self.size.to_string()), ("page_token", tokens.write(cursor))];
            format!("<{path}?{}>; rel=\"{relation}\"", merged(query, &own))
        };
        match next {
            Some(cursor) => format!("{},{}", link(Cursor::Start, "first"), link(cursor, "next")),
            None => link(Cursor::Start, "first"),
        }
    }
}

/// A page by its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Numbered {
    /// Which page, as it was asked for.
    pub page: u32,
    /// How many rows.
    pub size: u32,
}

impl Numbered {
    /// Reads `page_size` or `per_page`, and `page_token` or `page`. What cannot be read counts as absent.
    pub fn parse(query: &Query) -> Self {
        let size = query.get("page_size").or_else(|| query.get("per_page"));
        let size = size.and_then(|text| text.parse::<i64>().ok()).unwrap_or(i64::from(USUAL_PAGE));
        let token = query.get("page_token").and_then(|token| URL_SAFE_NO_PAD.decode(token).ok());
        let token = token.and_then(|bytes| String::from_utf8(bytes).ok());
        let page = token.as_deref().and_then(|text| text.strip_prefix("page=")).or_else(|| query.get("page"));
        Self {
            page: page.and_then(|page| page.parse().ok()).unwrap_or_default(),
            size: u32::try_from(size.clamp(1, i64::from(LARGEST_PAGE))).unwrap_or(USUAL_PAGE),
        }
    }

    /// For long lists, where it is an older way beside the keyset: only when `page` is there and no newer
    /// parameter is.
    ///
    /// # Errors
    /// When the page lies too far down.
    pub fn parse_legacy(query: &Query) -> Result<Option<Self>, PagingError> {
        if query.get("page").is_none()
            || query.get("page_size").is_some()
            || query.get("page_token").is_some()
        {
            return Ok(None);
        }
        let page = Self::parse(query);
        if page.first_row() > FURTHEST_ROW { Err(PagingError::TooFar) } else { Ok(Some(page)) }
    }

    /// How many rows come before this page, counting pages from 0.
    pub fn first_row(&self) -> u64 {
        u64::from(self.page) * u64::from(self.size)
    }

    /// How many rows come before this page in the lists of sessions.
    ///
    /// COMPAT: there pages 0 and 1 are the same, although their links count from 0 (golden
    /// sessions.pagination, steps page0 to page2).
    pub fn first_row_from_one(&self) -> u64 {
        u64::from(self.page.saturating_sub(1)) * u64::from(self.size)
    }

    /// The `Link` header for a list of `total` rows (goldens sessions.pagination, admin.schemas,
    /// admin.sessions; the page before the first of an empty list included).
    pub fn links(&self, path: &str, query: &Query, total: u64) -> String {
        let (page, size) = (i64::from(self.page), u64::from(self.size));
        let last = i64::try_from(total.div_ceil(size)).unwrap_or(i64::MAX).saturating_sub(1).max(0);
        let wanted: Vec<(&str, i64, u64)> = if total == 0 {
            vec![("first", 0, size), ("next", page + 1, size), ("prev", page - 1, size)]
        } else if total < size {
            vec![("first", 0, total)]
        } else if page >= last {
            vec![("first", 0, size), ("prev", last - 1, size)]
        } else if page == 0 {
            vec![("next", 1, size), ("last", last, size)]
        } else {
            vec![("first", 0, size), ("next", page + 1, size), ("prev", page - 1, size), ("last", last, size)]
        };
        let links: Vec<_> = wanted
            .into_iter()
            .map(|(relation, page, size)| {
                let own = [
                    ("page", page.to_string()),
                    ("page_size", size.to_string()),
                    ("page_token", URL_SAFE_NO_PAD.encode(format!("page={page}"))),
                    ("per_page", size.to_string()),
                ];
                format!("<{path}?{}>; rel=\"{relation}\"", merged(query, &own))
            })
            .collect();
        links.join(",")
    }
}

/// The query with our parameters in place of its own, sorted by name.
fn merged(query: &Query, own: &[(&str, String)]) -> String {
    let kept = query.pairs().iter().filter(|(key, _)| own.iter().all(|(name, _)| name != key));
    let mut all: Vec<(&str, &str)> = kept.map(|(key, value)| (key.as_str(), value.as_str())).collect();
    all.extend(own.iter().map(|(key, value)| (*key, value.as_str())));
    all.sort_by_key(|(key, _)| *key);
    let pairs: Vec<_> =
        all.into_iter().map(|(key, value)| format!("{}={}", escape(key), escape(value))).collect();
    pairs.join("&")
}

/// As form encoding, but with `~` plain and `*` escaped, as the links of the reference have it.
fn escape(text: &str) -> String {
    byte_serialize(text.as_bytes()).collect::<String>().replace('*', "%2A").replace("%7E", "~")
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "11111111-1111-4111-8111-111111111111";
    const NIL: &str = "00000000-0000-0000-0000-000000000000";

    fn query(text: &str) -> Query {
        Query::parse(text).unwrap()
    }

    #[test]
    fn keyset_sizes_and_tokens() {
        let id = Uuid::try_parse(ID).unwrap();
        let by_id = |text: &str| Keyset::parse(&query(text), &Ids, Sizes::MOST);
        let by_time = |text: &str| Keyset::parse(&query(text), &Times, Sizes::MOST);
        for (text, expected) in [
            ("", Ok((250, Cursor::Start))),
            ("page_size=&page_token=", Ok((250, Cursor::Start))),
            ("page_size=0", Ok((250, Cursor::Start))),
            ("page_size=-7", Ok((250, Cursor::Start))),
            ("page_size=5000", Ok((500, Cursor::Start))),
            ("page_size=99999999999", Ok((500, Cursor::Start))),
            ("per_page=7", Ok((7, Cursor::Start))),
            ("page_size=x", Err(PagingError::Size)),
            ("page_token=x", Err(PagingError::Token)),
            (&format!("page_token={NIL}"), Ok((250, Cursor::Start))),
            (&format!("page_token={ID}"), Ok((250, Cursor::Id(id)))),
        ] {
            let expected = expected.map(|(size, after)| Keyset { size, after });
            assert_eq!(by_id(text), expected, "{text}");
        }
        assert_eq!(by_time(&format!("page_token={ID}")), Err(PagingError::Token));
        assert_eq!(by_time(&format!("page_token={NIL}")).unwrap().after, Cursor::Start);
        let cursor = Cursor::Time(Timestamp::parse("2026-01-01T00:00:00.000001Z").unwrap(), id);
        let page = by_time(&format!("page_token={}", Times.write(cursor))).unwrap();
        assert_eq!(page.after, cursor);
    }

    // The links of goldens admin.identity.list.filters and admin.courier.messages.
    #[test]
    fn keyset_links() {
        let text =
            format!("ids={ID}&credentials_identifier=+ADA%40example.test&ids=b&page_size=2&page_token={ID}");
        let page = Keyset::parse(&query(&text), &Ids, Sizes::MOST).unwrap();
        let next = Cursor::Id(Uuid::try_parse(ID).unwrap());
        let rest = format!("credentials_identifier=+ADA%40example.test&ids={ID}&ids=b&page_size=2");
        assert_eq!(
            page.links("/admin/identities", &query(&text), &Ids, Some(next)),
            format!(
                "</admin/identities?{rest}&page_token={NIL}>; rel=\"first\",</admin/identities?{rest}&page_token={ID}>; rel=\"next\""
            )
        );
        let status = query("status=sent&~=*");
        let page = Keyset { size: 10, after: Cursor::Start };
        assert_eq!(
            page.links("/admin/courier/messages", &status, &Times, None),
            format!(
                "</admin/courier/messages?page_size=10&page_token={NIL}&status=sent&~=%2A>; rel=\"first\""
            )
        );
    }

    /// Relation, page and size of each link.
    fn links(text: &str, total: u64) -> Vec<(String, i64, u64)> {
        let query = query(text);
        let header = Numbered::parse(&query).links("/sessions", &query, total);
        let shape = |link: &str| {
            let (url, relation) = link.split_once(">; rel=").unwrap();
            let own = Query::parse(url.strip_prefix("</sessions?").unwrap()).unwrap();
            let keys: Vec<_> = own.pairs().iter().map(|(key, _)| key.as_str()).collect();
            assert_eq!(keys, ["page", "page_size", "page_token", "per_page"]);
            assert_eq!(own.get("page_size"), own.get("per_page"));
            let (page, size): (i64, u64) =
                (own.get("page").unwrap().parse().unwrap(), own.get("per_page").unwrap().parse().unwrap());
            let by_token = Numbered::parse(
                &Query::parse(&format!("page_token={}", own.get("page_token").unwrap())).unwrap(),
            );
            assert_eq!(i64::from(by_token.page), page.max(0));
            (relation.trim_matches('"').to_owned(), page, size)
        };
        header.split(',').map(shape).collect()
    }

    #[test]
    fn numbered_links_of_the_recordings() {
        for (text, total, expected) in [
            ("", 4, &[("first", 0, 4)][..]),
            ("page_size=2", 4, &[("next", 1, 2), ("last", 1, 2)]),
            ("per_page=2&page=0", 4, &[("next", 1, 2), ("last", 1, 2)]),
            ("per_page=2&page=1", 4, &[("first", 0, 2), ("prev", 0, 2)]),
            ("per_page=2&page=2", 4, &[("first", 0, 2), ("prev", 0, 2)]),
            ("page_size=0", 4, &[("next", 1, 1), ("last", 3, 1)]),
            ("page_size=5000", 4, &[("first", 0, 4)]),
            ("page_token=x", 4, &[("first", 0, 4)]),
            ("", 0, &[("first", 0, 250), ("next", 1, 250), ("prev", -1, 250)]),
            ("per_page=1&page=1", 2, &[("first", 0, 1), ("prev", 0, 1)]),
            ("per_page=2&page=1", 7, &[("first", 0, 2), ("next", 2, 2), ("prev", 0, 2), ("last", 3, 2)]),
        ] {
            let expected: Vec<_> = expected.iter().map(|(r, p, s)| ((*r).to_owned(), *p, *s)).collect();
            assert_eq!(links(text, total), expected, "{text} of {total}");
        }
    }

    #[test]
    fn rows_by_number() {
        let page = |text| Numbered::parse(&query(text));
        assert_eq!(page("page=2&per_page=2").first_row(), 4);
        let from_one = |text| page(text).first_row_from_one();
        assert_eq!(
            [from_one("page=0&per_page=2"), from_one("page=1&per_page=2"), from_one("page=2&per_page=2")],
            [0, 0, 2]
        );
        assert_eq!(page("page=-1&per_page=x"), Numbered { page: 0, size: 250 });
        assert!(page("page=4294967295&per_page=500").first_row() > 0);
    }

    #[test]
    fn the_older_way_into_long_lists() {
        let legacy = |text| Numbered::parse_legacy(&query(text));
        assert_eq!(legacy("page=2&per_page=500"), Ok(Some(Numbered { page: 2, size: 500 })));
        assert_eq!(legacy("page=3&per_page=500"), Err(PagingError::TooFar));
        for none in ["", "per_page=2", "page=1&page_size=2", "page=1&page_token=x"] {
            assert_eq!(legacy(none), Ok(None), "{none}");
        }
    }
}
