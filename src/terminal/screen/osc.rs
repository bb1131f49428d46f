//! Operating system commands: title, links, colours, and what a desktop may want to hear.
//! OSC 52 (the clipboard) is nowhere here: the model neither answers it nor tells of it.
//!
//! Source: the OSC handlers in `InputHandler.ts` of xterm.js 6.0.0 (MIT); notifications and the
//! working directory as iTerm2, rxvt-unicode, kitty and VTE document them.

use super::colors::{self, BACKGROUND, CURSOR, FOREGROUND};
use super::heard::Heard;
use super::links::Link;
use super::notify;
use super::term::Term;

impl Term {
    pub(super) fn osc(&mut self, number: u64, data: &str, heard: &mut dyn Heard) {
        match number {
            0 | 2 => self.set_title(data, heard),
            4 => self.indexed_colors(data, heard),
            7 => {
                if let Some(path) = notify::path_of(data) {
                    heard.cwd(&path);
                }
            }
            8 => self.hyperlink(data),
            10 => self.special_colors(data, FOREGROUND, heard),
            11 => self.special_colors(data, BACKGROUND, heard),
            12 => self.special_colors(data, CURSOR, heard),
            9 | 99 | 777 => {
                if let Some((title, body)) = notify::notification(number, data) {
                    heard.notification(title.as_deref(), &body);
                }
            }
            104 => self.restore_indexed(data),
            110 => self.colors.special[FOREGROUND] = None,
            111 => self.colors.special[BACKGROUND] = None,
            112 => self.colors.special[CURSOR] = None,
            _ => {}
        }
    }

    fn set_title(&mut self, title: &str, heard: &mut dyn Heard) {
        self.title = Some(title.to_owned());
        heard.title(title);
    }

    fn indexed_colors(&mut self, data: &str, heard: &mut dyn Heard) {
        let mut slots = data.split(';');
        while let (Some(index), Some(what)) = (slots.next(), slots.next()) {
            let Some(index) = color_index(index) else {
                continue;
            };
            if what == "?" {
                let color = colors::report(self.colors.indexed(index));
                heard.reply(format!("\x1b]4;{index};{color}\x1b\\").as_bytes());
            } else if let Some(color) = colors::parse(what) {
                self.colors.indexed.insert(index, color);
            }
        }
    }

    fn restore_indexed(&mut self, data: &str) {
        if data.is_empty() {
            self.colors.indexed.clear();
        }
        for index in data.split(';').filter_map(color_index) {
            self.colors.indexed.remove(&index);
        }
    }

    /// OSC 10 may go on to 11 and 12.
    fn special_colors(&mut self, data: &str, first: usize, heard: &mut dyn Heard) {
        for (which, what) in (first..=CURSOR).zip(data.split(';')) {
            if what == "?" {
                let color = colors::report(self.colors.special(which));
                heard.reply(format!("\x1b]{};{color}\x1b\\", which + 10).as_bytes());
            } else if let Some(color) = colors::parse(what) {
                self.colors.special[which] = Some(color);
            }
        }
    }

    /// OSC 8.
    fn hyperlink(&mut self, data: &str) {
        let Some((params, uri)) = data.split_once(';') else {
            return;
        };
        let params = params.trim();
        if uri.is_empty() {
            if params.is_empty() {
                self.pen.ext.link = 0;
                self.pen.update_extended();
            }
            return;
        }
        let id = params
            .split(':')
            .find_map(|param| param.strip_prefix("id="));
        let id = id.filter(|id| !id.is_empty()).map(str::to_owned);
        if self.links.wants_sweep() {
            self.sweep_links();
        }
        let uri = uri.to_owned();
        self.pen.ext.link = self.links.number(Link { id, uri });
        self.pen.update_extended();
    }

    fn sweep_links(&mut self) {
        let mut named = Vec::new();
        self.for_each_link(|link| {
            let at = *link as usize;
            if named.len() <= at {
                named.resize(at + 1, false);
            }
            named[at] = true;
        });
        let numbers = self.links.sweep(&named);
        self.for_each_link(|link| *link = numbers.get(*link as usize).copied().unwrap_or(0));
    }

    fn for_each_link(&mut self, mut each: impl FnMut(&mut u32)) {
        each(&mut self.pen.ext.link);
        let rows = self.buffers.iter_mut().flat_map(|buffer| &mut buffer.lines);
        rows.flat_map(|row| row.links_mut()).for_each(each);
    }
}

fn color_index(text: &str) -> Option<u8> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().ok()).flatten()
}
