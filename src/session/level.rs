//! How surely a session is who it says.

use super::Authentication;
use crate::identity::Aal;

/// The assurance level that a list of completed methods adds up to (01 §13.1).
pub fn level(methods: &[Authentication]) -> Aal {
    let has = |aal| methods.iter().any(|done| done.aal == aal);
    let both_at_once = methods.iter().any(Authentication::counts_as_both);
    if both_at_once || (has(Aal::Aal1) && has(Aal::Aal2)) {
        Aal::Aal2
    } else if methods.is_empty() {
        Aal::Aal0
    } else {
        Aal::Aal1
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{kernel::Timestamp, session::SessionMethod};

    fn done(method: SessionMethod, aal: Aal) -> Authentication {
        let completed_at = Timestamp::from_micros(0).unwrap();
        Authentication { method, aal, completed_at, provider: None, organization: None }
    }

    #[test]
    fn two_levels_need_one_factor_of_each() {
        let (first, second) =
            (done(SessionMethod::Password, Aal::Aal1), done(SessionMethod::Totp, Aal::Aal2));
        assert_eq!(level(&[]), Aal::Aal0);
        assert_eq!(level(std::slice::from_ref(&first)), Aal::Aal1);
        assert_eq!(level(&[first.clone(), first.clone()]), Aal::Aal1);
        assert_eq!(level(std::slice::from_ref(&second)), Aal::Aal1);
        assert_eq!(level(&[first, second]), Aal::Aal2);
        assert_eq!(level(&[done(SessionMethod::Oidc, Aal::Aal2)]), Aal::Aal2);
    }
}
