//! The query of a request.

use std::future::{Ready, ready};

use actix_web::{FromRequest, HttpRequest, dev::Payload};

use super::{body::BodyError, envelope::ErrorBody, form, headers};

/// The parameters of a query, in order. Empty ones count as absent, because front ends send `aal=` and the
/// like when they mean nothing by it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Query(Vec<(String, String)>);

impl Query {
    /// Parses a query without its `?`.
    ///
    /// # Errors
    /// As [`form::parse_urlencoded`].
    pub fn parse(query: &str) -> Result<Self, BodyError> {
        form::parse_urlencoded(query.as_bytes()).map(Self)
    }

    /// The first value of a parameter.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
            .filter(|value| !value.is_empty())
    }

    /// All values of a parameter that may be repeated.
    pub fn all<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a str> {
        let name = name.to_owned();
        self.0
            .iter()
            .filter(move |(key, value)| *key == name && !value.is_empty())
            .map(|(_, value)| value.as_str())
    }

    /// Whether a parameter is there at all, empty or not.
    pub fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(key, _)| key == name)
    }

    /// A yes-or-no parameter: one of the words that existing clients send; anything else is "no".
    pub fn is_on(&self, name: &str) -> bool {
        matches!(self.get(name), Some("1" | "t" | "T" | "true" | "TRUE" | "True"))
    }

    /// All pairs, to merge into a submission.
    pub fn pairs(&self) -> &[(String, String)] {
        &self.0
    }
}

impl FromRequest for Query {
    type Error = actix_web::Error;
    type Future = Ready<Result<Self, actix_web::Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(
            Self::parse(request.query_string())
                .map_err(|error| ErrorBody::from(&error).into_actix(headers::request_id(request.headers()))),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn empty_means_absent() {
        let query = Query::parse("aal=&return_to=%2Fx&ids=a&ids=&ids=b&refresh=true&x").unwrap();
        assert_eq!((query.get("aal"), query.has("aal"), query.has("none")), (None, true, false));
        assert_eq!(query.get("return_to"), Some("/x"));
        assert_eq!(query.all("ids").collect::<Vec<_>>(), ["a", "b"]);
        assert!(query.is_on("refresh") && !query.is_on("x") && !query.is_on("aal"));
        assert_eq!(query.pairs().len(), 7);
    }

    #[test]
    fn refuses_nul() {
        assert_eq!(Query::parse("return_to=%00"), Err(BodyError::Nul));
    }
}
