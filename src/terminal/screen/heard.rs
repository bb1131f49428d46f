//! What a program says to the terminal other than by painting, for whoever listens.

/// Listens to a program. Everything is ignored unless it says otherwise.
pub(crate) trait Heard {
    /// An answer to the program's question, to be typed to it.
    fn reply(&mut self, _answer: &[u8]) {}

    /// OSC 0 and 2.
    fn title(&mut self, _title: &str) {}

    /// BEL.
    fn bell(&mut self) {}

    /// OSC 9, OSC 777 and OSC 99.
    fn notification(&mut self, _title: Option<&str>, _body: &str) {}

    /// The working directory: the path of an OSC 7.
    fn cwd(&mut self, _path: &str) {}
}

/// Hears nothing.
#[cfg(any(test, feature = "test-util"))]
#[derive(Debug)]
pub(crate) struct Deaf;

#[cfg(any(test, feature = "test-util"))]
impl Heard for Deaf {}
