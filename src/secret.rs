//! Random secrets, their hashes, and comparing them without telling how far they agree.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// Bytes of a key or a token: 256 bits.
const KEY_LEN: usize = 32;

/// A key that never leaves the process and never shows itself.
#[derive(Clone)]
pub(crate) struct Key([u8; KEY_LEN]);

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Key(..)")
    }
}

impl Key {
    pub(crate) fn random() -> Self {
        Self(random_bytes())
    }

    /// A token for `purpose` that only this key can have made.
    pub(crate) fn sign(&self, purpose: &str) -> String {
        // HMAC takes keys of any length; the error cannot happen, and an empty token never
        // verifies.
        Hmac::<Sha256>::new_from_slice(&self.0).map_or_else(
            |_| String::new(),
            |mut mac| {
                mac.update(purpose.as_bytes());
                URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes())
            },
        )
    }
}

/// A new token, of 256 random bits.
pub(crate) fn random_token() -> String {
    URL_SAFE_NO_PAD.encode(random_bytes::<KEY_LEN>())
}

/// A new one-time code, of 128 random bits.
pub(crate) fn random_code() -> String {
    URL_SAFE_NO_PAD.encode(random_bytes::<16>())
}

/// What is stored of a token: random tokens need no salt and no slow hash.
pub(crate) fn hash(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}

/// Whether two secrets are equal, in time that does not depend on where they differ.
pub(crate) fn same(a: &[u8], b: &[u8]) -> bool {
    !a.is_empty() && bool::from(a.ct_eq(b))
}

/// # Panics
///
/// When the operating system has no random numbers: then nothing here may go on.
#[allow(clippy::panic)]
fn random_bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    if let Err(error) = getrandom::fill(&mut bytes) {
        panic!("the operating system gives no random numbers: {error}");
    }
    bytes
}
