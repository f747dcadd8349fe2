//! Public keys, as clients pin them: `ed25519:<base64 of 32 bytes>`.

use super::digest::Digest;
use crate::error::{Error, Kind, Result};
use aws_lc_rs::signature::{ED25519, UnparsedPublicKey};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use std::fmt;
use std::str::FromStr;

/// What a written key begins with.
const PREFIX: &str = "ed25519:";
/// The largest y of a point, 2²⁵⁵ - 20, in the bytes of a key: little-endian, without the sign of x.
const LARGEST_Y: [u8; 32] = {
    let mut bytes = [0xff; 32];
    bytes[0] = 0xec;
    bytes[31] = 0x7f;
    bytes
};
/// The y of the points whose order divides 8, the curve's cofactor; with both signs of x they are all eight.
const SMALL_ORDER: [[u8; 32]; 5] = [
    [0; 32],
    {
        let mut one = [0; 32];
        one[0] = 1;
        one
    },
    LARGEST_Y,
    [
        0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4, 0x89, 0xf2, 0xef, 0x98, 0xf0, 0xd5, 0xdf,
        0xac, 0x05, 0xd3, 0xc6, 0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53, 0xfc, 0x05,
    ],
    [
        0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b, 0x76, 0x0d, 0x10, 0x67, 0x0f, 0x2a, 0x20,
        0x53, 0xfa, 0x2c, 0x39, 0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac, 0x03, 0x7a,
    ],
];

/// A key that verifies signatures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PublicKey([u8; 32]);

impl PublicKey {
    /// Takes the bytes of a key.
    ///
    /// # Errors
    /// [`Kind::BadOption`] for a point of small order, which verifies signatures that nobody made, and for one that is not
    /// written in the one way there is.
    pub fn new(bytes: [u8; 32]) -> Result<Self> {
        let mut y = bytes;
        y[31] &= 0x7f;
        let is_canonical = y.iter().rev().le(LARGEST_Y.iter().rev());
        if !is_canonical || SMALL_ORDER.contains(&y) {
            let found = if is_canonical { "a point of small order" } else { "no canonical point" };
            return Err(Error::new(
                Kind::BadOption,
                "public key",
                "a key that somebody holds the private key of",
                found,
            )
            .hint("Make a pair of keys with `edgelet keygen`."));
        }
        Ok(Self(bytes))
    }

    /// By what an envelope names it: the first 16 digits of its sha-256.
    pub fn id(&self) -> String {
        Digest::of(&self.0).short()
    }

    /// Whether the owner of the key signed these bytes.
    pub fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        UnparsedPublicKey::new(&ED25519, &self.0).verify(message, signature).is_ok()
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{PREFIX}{}", BASE64_STANDARD.encode(self.0))
    }
}

impl FromStr for PublicKey {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let bytes =
            text.trim().strip_prefix(PREFIX).and_then(|rest| BASE64_STANDARD.decode(rest).ok()?.try_into().ok());
        let bytes = bytes.ok_or_else(|| {
            // Somebody may have taken the private key for it: it is not repeated.
            let expected = "ed25519: and the base64 of 32 bytes";
            Error::new(Kind::BadOption, "public key", expected, "another text").hint("`edgelet keygen` prints it.")
        })?;
        Self::new(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 8032, 7.1, test 2: the public key, and its signature of one byte.
    const KEY: &str = "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c";
    const SIGNATURE: &str = "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da\
                             085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00";

    fn bytes(hex: &str) -> Vec<u8> {
        (0..hex.len()).step_by(2).map(|i| u8::from_str_radix(&hex[i..i + 2], 16).expect("hex")).collect()
    }

    #[test]
    fn verifies_what_the_standard_signs_and_nothing_else() {
        let key = PublicKey::new(bytes(KEY).try_into().expect("32")).expect("a good key");
        let signature = bytes(SIGNATURE);
        assert!(key.verifies(b"\x72", &signature));
        assert!(!key.verifies(b"\x73", &signature) && !key.verifies(b"\x72", &signature[..63]));
        // S + L is the same number to a careless verifier.
        let order = bytes("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");
        let (mut malleated, mut carry) = (signature.clone(), 0);
        for (byte, add) in malleated[32..].iter_mut().zip(order) {
            let sum = u16::from(*byte) + u16::from(add) + carry;
            (*byte, carry) = (sum as u8, sum >> 8);
        }
        assert!(!key.verifies(b"\x72", &malleated));
        let written = key.to_string();
        assert_eq!(written.parse(), Ok(key));
        assert_eq!(key.id(), &Digest::of(&bytes(KEY)).to_string()[..16]);
    }

    #[test]
    fn points_of_small_order_are_no_keys() {
        let not_canonical =
            ["edff", "eeff"].map(|low| bytes(&format!("{low}{}7f", "ff".repeat(29))).try_into().expect("32"));
        for point in SMALL_ORDER.into_iter().chain(not_canonical) {
            for sign in [0, 0x80] {
                let mut point = point;
                point[31] |= sign;
                assert!(PublicKey::new(point).is_err(), "{point:x?}");
            }
        }
    }

    #[test]
    fn other_texts_are_no_keys() {
        for text in ["", "ed25519:", "ed25519:AAAA", "MCowBQYDK2VwAyEA", "-----BEGIN PRIVATE KEY-----"] {
            let error = text.parse::<PublicKey>().expect_err(text);
            assert!(
                error.kind() == Kind::BadOption
                    && (text.is_empty() || !error.to_string().contains(text) || text == "ed25519:"),
                "{error}"
            );
        }
    }
}
