//! How long and how many: the bounds of what people write. The domain holds everything to them,
//! and the document of the API says them.

/// Longest name, in characters.
pub(crate) const NAME: usize = 200;
/// Longest title or subject, in characters.
pub(crate) const TITLE: usize = 500;
/// Longest word that says of what kind something is, in characters.
pub(crate) const WORD: usize = 100;
/// Longest message that is shown in a list, in characters.
pub(crate) const MESSAGE: usize = 4_000;
/// Longest text, in bytes.
pub(crate) const TEXT: usize = 64 << 10;
/// Longest page that a session shows, in bytes.
pub(crate) const HTML: usize = 256 << 10;
/// Longest path of a file, in bytes.
pub(crate) const PATH: usize = 4 << 10;
/// Most ids in one list.
pub(crate) const IDS: usize = 100;
/// Most things in one page of a list.
pub(crate) const PAGE: usize = 500;
/// Of what must not be empty: something in it is not white.
pub(crate) const NOT_BLANK: &str = r"\S";
/// Longest name of a device, in characters.
pub(crate) const DEVICE: usize = 80;
/// Of a name of a device: something in it is not white, and nothing moves a cursor.
pub(crate) const PRINTABLE: &str =
    r"^[^\x00-\x1f\x7f-\x9f]*[^\x00-\x20\x7f-\xa0][^\x00-\x1f\x7f-\x9f]*$";
