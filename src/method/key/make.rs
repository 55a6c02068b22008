//! Makes of authenticators, as far as they say what a passkey is best called.

/// Programs that hold passkeys, by the id that they give themselves.
const MAKES: [(u128, &str); 15] = [
    (0xea9b8d66_4d01_1d21_3ce4_b6b48cb575d4, "Google Password Manager"),
    (0xadce0002_35bc_c60a_648b_0b25f1f05503, "Chrome on Mac"),
    (0x08987058_cadc_4b81_b6e1_30de50dcbe96, "Windows Hello"),
    (0x9ddd1817_af5a_4672_a2b9_3e3dd95000a9, "Windows Hello"),
    (0x6028b017_b1d4_4c02_b4b3_afcdafc96bb2, "Windows Hello"),
    (0xfbfc3007_154e_4ecc_8c0b_6e020557d7bd, "iCloud Keychain"),
    (0xdd4ec289_e01d_41c9_bb89_70fa845d4bf2, "iCloud Keychain (managed)"),
    (0xbada5566_a7aa_401f_bd96_45619a55120d, "1Password"),
    (0xd548826e_79b4_db40_a3d8_11116f7e8349, "Bitwarden"),
    (0x531126d6_e717_415c_9320_3d9aa6981239, "Dashlane"),
    (0x0ea242b4_43c4_4a1b_8b17_dd6d0b6baec6, "Keeper"),
    (0xb84e4048_15dc_4dd0_8640_f4f60813c8af, "NordPass"),
    (0x50726f74_6f6e_5061_7373_50726f746f6e, "Proton Pass"),
    (0x53414d53_554e_4700_0000_000000000000, "Samsung Pass"),
    (0xfdb141b2_5d84_443e_8a35_4698c205a502, "KeePassXC"),
];

/// The name of a make; empty when it is not known, as most are that keep their make to themselves.
pub(super) fn name_of(aaguid: &[u8]) -> &'static str {
    let make = <[u8; 16]>::try_from(aaguid).map(u128::from_be_bytes).unwrap_or_default();
    MAKES.iter().find(|(id, _)| *id == make).map_or("", |(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_make_has_its_name_and_none_has_none() {
        let short = *b"too short";
        assert_eq!(name_of(&short), "");
        assert_eq!(name_of(&0x53414d53_554e_4700_0000_000000000000_u128.to_be_bytes()), "Samsung Pass");
        assert_eq!(name_of(&[0; 16]), "");
    }
}
