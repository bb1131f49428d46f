//! Notifications and working directories out of operating system commands. Pure.

/// `file://host/path`, percent-encoded: the path.
pub(super) fn path_of(url: &str) -> Option<String> {
    let rest = url.strip_prefix("file://")?;
    let path = &rest[rest.find('/')?..];
    let mut bytes = Vec::with_capacity(path.len());
    let mut left = path.as_bytes();
    while let Some((first, rest)) = left.split_first() {
        let coded = (*first == b'%')
            .then(|| rest.get(..2))
            .flatten()
            .and_then(|two| std::str::from_utf8(two).ok())
            .and_then(|two| u8::from_str_radix(two, 16).ok());
        match coded {
            Some(byte) => {
                bytes.push(byte);
                left = &rest[2..];
            }
            None => {
                bytes.push(*first);
                left = rest;
            }
        }
    }
    String::from_utf8(bytes).ok()
}

/// Title and body of a notification.
///
/// Of kitty's protocol (99) only what comes in one piece is heard, not what is sent in parts or
/// encoded.
pub(super) fn notification(number: u64, data: &str) -> Option<(Option<String>, String)> {
    let (title, body) = match number {
        // `9;4` reports progress (ConEmu), other numbers are ConEmu's own, too.
        9 if data
            .split_once(';')
            .is_some_and(|(kind, _)| is_number(kind)) =>
        {
            return None;
        }
        9 => (None, data),
        777 => {
            let (title, body) = data.strip_prefix("notify;")?.split_once(';')?;
            (Some(title), body)
        }
        99 => {
            let (options, text) = data.split_once(';')?;
            let option = |key: &str| {
                let mut options = options
                    .split(':')
                    .filter_map(|option| option.split_once('='));
                options
                    .find(|(known, _)| *known == key)
                    .map(|(_, value)| value)
            };
            let whole = option("d").is_none_or(|done| done != "0");
            let plain = option("e").is_none_or(|encoded| encoded == "0");
            let kind = option("p").unwrap_or("title");
            if !whole || !plain || !["title", "body"].contains(&kind) {
                return None;
            }
            (None, text)
        }
        _ => return None,
    };
    (!body.is_empty()).then(|| (title.map(str::to_owned), body.to_owned()))
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::{notification, path_of};

    #[test]
    fn paths() {
        for (url, path) in [
            ("file://host/home/me", Some("/home/me")),
            ("file:///home/a%20b", Some("/home/a b")),
            ("file:///50%", Some("/50%")),
            ("file:///%zz%C3%A9", Some("/%zzé")),
            ("file:///%ff", None),
            ("file://host", None),
            ("kitty-shell-cwd://host/x", None),
            ("", None),
        ] {
            assert_eq!(path_of(url).as_deref(), path, "{url}");
        }
    }

    #[test]
    fn notifications() {
        let some = |title: Option<&str>, body: &str| Some((title.map(str::to_owned), body.into()));
        for (number, data, expected) in [
            (9, "done", some(None, "done")),
            (9, "done; really", some(None, "done; really")),
            (9, "4;1;50", None),
            (9, "", None),
            (
                777,
                "notify;Build;it is done",
                some(Some("Build"), "it is done"),
            ),
            (777, "notify;Build", None),
            (777, "other;a;b", None),
            (99, ";hello", some(None, "hello")),
            (99, "i=1:d=0;hello", None),
            (99, "i=1:p=body;hello", some(None, "hello")),
            (99, "e=1;aGVsbG8=", None),
            (99, "p=close;x", None),
            (52, "c;aGVsbG8=", None),
        ] {
            assert_eq!(notification(number, data), expected, "{number};{data}");
        }
    }
}
