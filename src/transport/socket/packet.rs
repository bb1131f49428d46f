//! Events encoded as frames of a WebSocket, for going past the engine ([`super::super::tickets`]).
//!
//! Socketioxide's own parser writes the packet, so it is what the engine would have sent.

use bytes::Bytes;
use serde::Serialize;
use socketioxide_core::Value;
use socketioxide_core::packet::Packet;
use socketioxide_core::parser::Parse;
use socketioxide_parser_common::CommonParser;

use crate::transport::frames::begin_frame;
use crate::transport::tickets::Frames;

use super::TERMINAL;

/// How the Engine.IO packet of a message begins.
const MESSAGE: u8 = b'4';

/// Room for the headers of two frames, and for a short packet.
const HEAD: usize = 256;

/// An event of `/terminal` with at most one attachment. None when it cannot be encoded so.
pub(super) fn frames<T: Serialize>(event: &str, payload: &T) -> Option<Frames> {
    let value = CommonParser.encode_value(payload, Some(event)).ok()?;
    let Value::Str(text, attachments) = CommonParser.encode(Packet::event(TERMINAL, value)) else {
        return None;
    };
    let mut head = Vec::with_capacity(HEAD);
    begin_frame(true, 1 + text.len(), &mut head);
    head.push(MESSAGE);
    let mut attachments = attachments.unwrap_or_default().into_iter();
    let body = match attachments.next() {
        None => Bytes::from(text),
        Some(attachment) => {
            head.extend_from_slice(text.as_bytes());
            begin_frame(false, attachment.len(), &mut head);
            attachment
        }
    };
    attachments.next().is_none().then(|| Frames {
        head: head.into(),
        body,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn written(payload: &impl Serialize) -> Vec<u8> {
        let frames = frames("e", payload).unwrap();
        [frames.head, frames.body].concat()
    }

    #[test]
    fn text_is_one_frame_and_an_attachment_another() {
        let text = br#"42/terminal,["e",{"a":"b"}]"#;
        let expected = [&[0x81, text.len() as u8], &text[..]].concat();
        assert_eq!(written(&json!({"a": "b"})), expected);

        #[derive(Serialize)]
        struct Binary {
            a: Bytes,
        }
        let header = br#"451-/terminal,["e",{"a":{"_placeholder":true,"num":0}}]"#;
        let expected = [
            &[0x81, header.len() as u8],
            &header[..],
            &[0x82, 3],
            &[1, 2, 3],
        ]
        .concat();
        let a = Bytes::from_static(&[1, 2, 3]);
        assert_eq!(written(&Binary { a: a.clone() }), expected);
        assert!(frames("e", &[a.clone(), a]).is_none(), "two attachments");
    }
}
