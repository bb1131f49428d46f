//! The numbers of a control sequence, within the limits of xterm.js.
//!
//! Source: `parser/Params.ts` of xterm.js 6.0.0 (MIT).

const MAX: usize = 32;
const MAX_SUB: usize = 32;

#[derive(Debug, Clone)]
pub(super) struct Params {
    values: [i32; MAX],
    len: usize,
    sub: [i32; MAX_SUB],
    sub_len: usize,
    /// Where each value's sub-parameters begin and end.
    sub_range: [(u8, u8); MAX],
    reject: bool,
    reject_sub: bool,
    digit_is_sub: bool,
}

impl Default for Params {
    fn default() -> Self {
        let mut params = Self {
            values: [0; MAX],
            len: 0,
            sub: [0; MAX_SUB],
            sub_len: 0,
            sub_range: [(0, 0); MAX],
            reject: false,
            reject_sub: false,
            digit_is_sub: false,
        };
        params.reset();
        params
    }
}

impl Params {
    /// One value, zero.
    pub(super) fn reset(&mut self) {
        self.len = 0;
        self.sub_len = 0;
        self.reject = false;
        self.reject_sub = false;
        self.digit_is_sub = false;
        self.next();
    }

    /// A digit, `;` or `:`.
    pub(super) fn put(&mut self, byte: u8) {
        match byte {
            b';' => self.next(),
            b':' => self.next_sub(),
            digit => self.digit(i32::from(digit) - i32::from(b'0')),
        }
    }

    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// Zero beyond the last.
    pub(super) fn get(&self, at: usize) -> i32 {
        if at < self.len { self.values[at] } else { 0 }
    }

    /// The value, or 1 for none and zero.
    pub(super) fn count(&self, at: usize) -> usize {
        self.get(at).max(1) as usize
    }

    pub(super) fn values(&self) -> &[i32] {
        &self.values[..self.len]
    }

    /// -1 where one is left out.
    pub(super) fn sub(&self, at: usize) -> &[i32] {
        let (from, to) = self.sub_range[at];
        &self.sub[usize::from(from)..usize::from(to)]
    }

    fn next(&mut self) {
        self.digit_is_sub = false;
        if self.len >= MAX {
            self.reject = true;
            return;
        }
        self.sub_range[self.len] = (self.sub_len as u8, self.sub_len as u8);
        self.values[self.len] = 0;
        self.len += 1;
    }

    fn next_sub(&mut self) {
        self.digit_is_sub = true;
        if self.reject || self.sub_len >= MAX_SUB {
            self.reject_sub = true;
            return;
        }
        self.sub[self.sub_len] = -1;
        self.sub_len += 1;
        self.sub_range[self.len - 1].1 += 1;
    }

    fn digit(&mut self, digit: i32) {
        if self.reject || self.digit_is_sub && self.reject_sub {
            return;
        }
        let value = if self.digit_is_sub {
            &mut self.sub[self.sub_len - 1]
        } else {
            &mut self.values[self.len - 1]
        };
        *value = if *value == -1 {
            digit
        } else {
            value.saturating_mul(10).saturating_add(digit)
        };
    }
}
