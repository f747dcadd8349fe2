//! Envelopes: a payload and its signatures, in DSSE's form.

use super::key::PublicKey;
use super::signer::Signer;
use crate::error::{Error, Kind, Result};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde::{Deserialize, Serialize};

/// The most bytes of an envelope.
pub const MAX_BYTES: u64 = 1 << 20;
/// The most signatures that are looked at: each costs the time of a verification.
const MAX_SIGNATURES: usize = 16;

/// What an envelope holds: its bytes are what is signed and hashed.
#[derive(Debug)]
pub struct Opened {
    /// The bytes of the payload.
    pub payload: Vec<u8>,
    /// The ids that stand beside the signatures, verified or not.
    pub key_ids: Vec<String>,
    /// The trusted key that one of them is by; `None` if no keys are trusted, so that none was looked for.
    pub signed_by: Option<PublicKey>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Envelope {
    payload: String,
    payload_type: String,
    signatures: Vec<Signature>,
}

#[derive(Serialize, Deserialize)]
struct Signature {
    #[serde(default)]
    keyid: String,
    sig: String,
}

/// Puts a payload into an envelope, signed by all of these.
///
/// # Errors
/// [`Kind::LimitExceeded`] if nobody would read it.
pub fn seal(payload: &[u8], payload_type: &str, signers: &[Signer]) -> Result<Vec<u8>> {
    let message = pre_authentication_encoding(payload_type, payload);
    let signature = |signer: &Signer| Signature {
        keyid: signer.public_key().id(),
        sig: BASE64_STANDARD.encode(signer.sign(&message)),
    };
    let envelope = Envelope {
        payload: BASE64_STANDARD.encode(payload),
        payload_type: payload_type.to_owned(),
        signatures: signers.iter().map(signature).collect(),
    };
    let bytes = serde_json::to_vec(&envelope).map_err(|error| malformed("envelope", "texts", error.to_string()))?;
    if bytes.len() as u64 > MAX_BYTES {
        let expected = format!("at most {MAX_BYTES} bytes");
        return Err(Error::new(Kind::LimitExceeded, "envelope", expected, format!("{} bytes", bytes.len())));
    }
    Ok(bytes)
}

/// Opens an envelope. If there are `trusted` keys, one of them has to have signed it.
///
/// # Errors
/// [`Kind::Corrupt`] for what is no envelope; [`Kind::Signature`] if no trusted key signed it; [`Kind::WrongModel`] for one
/// of another type.
pub fn open(bytes: &[u8], payload_type: &str, trusted: &[PublicKey], place: &str) -> Result<Opened> {
    let envelope: Envelope =
        serde_json::from_slice(bytes).map_err(|error| malformed(place, "an envelope in JSON", error.to_string()))?;
    let decoded = |text: &str| {
        BASE64_STANDARD
            .decode(text)
            .map_err(|error| malformed(place, "standard base64 with padding", error.to_string()))
    };
    let payload = decoded(&envelope.payload)?;
    if envelope.signatures.len() > MAX_SIGNATURES {
        let found = envelope.signatures.len().to_string();
        return Err(malformed(place, format!("at most {MAX_SIGNATURES} signatures"), found));
    }
    let key_ids: Vec<String> = envelope.signatures.iter().map(|signature| shown(&signature.keyid)).collect();
    let of_type = |signed_by| {
        if envelope.payload_type == payload_type {
            return Ok(Opened { payload: payload.clone(), key_ids: key_ids.clone(), signed_by });
        }
        Err(Error::new(Kind::WrongModel, place.to_owned(), payload_type.to_owned(), shown(&envelope.payload_type)))
    };
    if trusted.is_empty() {
        return of_type(None);
    }
    let message = pre_authentication_encoding(&envelope.payload_type, &payload);
    for signature in &envelope.signatures {
        let bytes = decoded(&signature.sig)?;
        // Ids only help to find the key, and a wrong one hides none.
        if let Some(&key) = trusted.iter().find(|key| key.verifies(&message, &bytes)) {
            return of_type(Some(key));
        }
    }
    let ids: Vec<String> = trusted.iter().map(PublicKey::id).collect();
    let found = if key_ids.is_empty() { "none".into() } else { format!("others (key ids {})", key_ids.join(", ")) };
    let expected = format!("a signature by a trusted key (key ids {})", ids.join(", "));
    Err(Error::new(Kind::Signature, place.to_owned(), expected, found)
        .hint("Somebody else wrote it, or it was changed, or --public-key names another key than it was signed with."))
}

/// What is signed: the type is part of it, so that an alias never passes for a release.
fn pre_authentication_encoding(payload_type: &str, payload: &[u8]) -> Vec<u8> {
    let head = format!("DSSEv1 {} {payload_type} {} ", payload_type.len(), payload.len());
    [head.as_bytes(), payload].concat()
}

fn malformed(place: &str, expected: impl Into<String>, found: impl Into<String>) -> Error {
    Error::new(Kind::Corrupt, place.to_owned(), expected.into(), found.into())
}

/// A stranger's text as a message may show it.
fn shown(text: &str) -> String {
    text.chars().take(64).flat_map(char::escape_default).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TYPE: &str = "application/vnd.edgelet.release+json";

    fn kind(bytes: &[u8], payload_type: &str, trusted: &[PublicKey]) -> Result<(), Kind> {
        open(bytes, payload_type, trusted, "releases/1").map(|_| ()).map_err(|error| error.kind())
    }

    #[test]
    fn encodes_as_the_standard_says() {
        let encoded = pre_authentication_encoding("http://example.com/HelloWorld", b"hello world");
        assert_eq!(encoded, b"DSSEv1 29 http://example.com/HelloWorld 11 hello world");
    }

    #[test]
    fn one_of_several_signatures_is_enough_and_none_is_not() {
        let [a, b, c] = [(); 3].map(|()| Signer::generate().expect("a key"));
        let keys = [a.public_key(), b.public_key(), c.public_key()];
        let both = seal(b"{}", TYPE, &[a, b]).expect("small");
        for trusted in [&keys[..1], &keys[1..2], &[keys[2], keys[1]]] {
            assert_eq!(kind(&both, TYPE, trusted), Ok(()));
        }
        assert_eq!(kind(&both, TYPE, &keys[2..]), Err(Kind::Signature));
        assert_eq!(open(&both, TYPE, &[], "releases/1").expect("unchecked").signed_by, None);
        let unsigned = seal(b"{}", TYPE, &[]).expect("small");
        assert_eq!(kind(&unsigned, TYPE, &[]), Ok(()));
        assert_eq!(kind(&unsigned, TYPE, &keys), Err(Kind::Signature));
    }

    #[test]
    fn no_byte_of_type_or_payload_can_be_another() {
        let signer = Signer::generate().expect("a key");
        let key = [signer.public_key()];
        let sealed = String::from_utf8(seal(b"{\"version\":1}", TYPE, &[signer]).expect("small")).expect("JSON");
        let changed =
            sealed.replace(&BASE64_STANDARD.encode("{\"version\":1}"), &BASE64_STANDARD.encode("{\"version\":2}"));
        assert_eq!(kind(changed.as_bytes(), TYPE, &key), Err(Kind::Signature));
        let alias = "application/vnd.edgelet.alias+json";
        assert_eq!(kind(sealed.as_bytes(), alias, &key), Err(Kind::WrongModel));
        assert_eq!(kind(sealed.replace("release", "alias").as_bytes(), alias, &key), Err(Kind::Signature));
        for end in [0, 1, sealed.len() / 2, sealed.len() - 1] {
            assert_eq!(kind(&sealed.as_bytes()[..end], TYPE, &key), Err(Kind::Corrupt));
        }
    }
}
