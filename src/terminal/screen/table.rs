//! The parser's states and what each byte does in them: the VT500 table, as xterm.js has it.
//!
//! Source: `parser/EscapeSequenceParser.ts` of xterm.js 6.0.0 (MIT), after Paul Williams'
//! state machine at vt100.net.

pub(super) const GROUND: u8 = 0;
pub(super) const ESCAPE: u8 = 1;
const ESCAPE_INTERMEDIATE: u8 = 2;
const CSI_ENTRY: u8 = 3;
const CSI_PARAM: u8 = 4;
const CSI_INTERMEDIATE: u8 = 5;
const CSI_IGNORE: u8 = 6;
pub(super) const STRING: u8 = 7;
pub(super) const OSC: u8 = 8;
const DCS_ENTRY: u8 = 9;
const DCS_PARAM: u8 = 10;
const DCS_IGNORE: u8 = 11;
const DCS_INTERMEDIATE: u8 = 12;
pub(super) const DCS: u8 = 13;
const STATES: usize = 14;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Action {
    Ignore,
    Error,
    Print,
    Execute,
    OscStart,
    OscPut,
    OscEnd,
    CsiDispatch,
    Param,
    Collect,
    EscDispatch,
    Clear,
    DcsHook,
    DcsPut,
    DcsUnhook,
}

/// Stands for every code point from 0xA0 on.
const OTHER: u32 = 0xa0;

static TABLE: [[(Action, u8); OTHER as usize + 1]; STATES] = table();

/// What a code point does in a state, and the state after it.
pub(super) fn transition(state: u8, code: u32) -> (Action, u8) {
    TABLE[usize::from(state)][code.min(OTHER) as usize]
}

type Table = [[(Action, u8); OTHER as usize + 1]; STATES];

/// Bytes `from..to` in `state`.
const fn put(table: &mut Table, state: u8, from: usize, to: usize, action: Action, next: u8) {
    let mut code = from;
    while code < to {
        table[state as usize][code] = (action, next);
        code += 1;
    }
}

/// The control characters that are no part of a sequence.
const fn executables(table: &mut Table, state: u8, action: Action) {
    put(table, state, 0x00, 0x18, action, state);
    put(table, state, 0x19, 0x1a, action, state);
    put(table, state, 0x1c, 0x20, action, state);
}

const fn table() -> Table {
    let mut t = [[(Action::Error, GROUND); OTHER as usize + 1]; STATES];
    let mut state = 0;
    while state < STATES as u8 {
        anywhere(&mut t, state);
        state += 1;
    }
    ground_and_escape(&mut t);
    strings(&mut t);
    csi(&mut t);
    dcs_head(&mut t);
    dcs(&mut t);
    t
}

const fn anywhere(t: &mut Table, state: u8) {
    use Action::{Clear, Execute, Ignore, OscStart};
    put(t, state, 0x18, 0x19, Execute, GROUND);
    put(t, state, 0x1a, 0x1b, Execute, GROUND);
    put(t, state, 0x80, 0x98, Execute, GROUND);
    put(t, state, 0x99, 0x9b, Execute, GROUND);
    put(t, state, 0x9c, 0x9d, Ignore, GROUND);
    put(t, state, 0x1b, 0x1c, Clear, ESCAPE);
    put(t, state, 0x9d, 0x9e, OscStart, OSC);
    put(t, state, 0x98, 0x99, Ignore, STRING);
    put(t, state, 0x9e, 0xa0, Ignore, STRING);
    put(t, state, 0x9b, 0x9c, Clear, CSI_ENTRY);
    put(t, state, 0x90, 0x91, Clear, DCS_ENTRY);
}

const fn ground_and_escape(t: &mut Table) {
    use Action::{Clear, Collect, EscDispatch, Execute, Ignore, OscStart, Print};
    put(t, GROUND, 0x20, 0x7f, Print, GROUND);
    executables(t, GROUND, Execute);
    put(t, GROUND, OTHER as usize, OTHER as usize + 1, Print, GROUND);
    executables(t, ESCAPE, Execute);
    put(t, ESCAPE, 0x7f, 0x80, Ignore, ESCAPE);
    put(t, ESCAPE, 0x20, 0x30, Collect, ESCAPE_INTERMEDIATE);
    put(t, ESCAPE, 0x30, 0x7f, EscDispatch, GROUND);
    put(t, ESCAPE, 0x50, 0x51, Clear, DCS_ENTRY);
    put(t, ESCAPE, 0x58, 0x59, Ignore, STRING);
    put(t, ESCAPE, 0x5b, 0x5c, Clear, CSI_ENTRY);
    put(t, ESCAPE, 0x5d, 0x5e, OscStart, OSC);
    put(t, ESCAPE, 0x5e, 0x60, Ignore, STRING);
    executables(t, ESCAPE_INTERMEDIATE, Execute);
    put(
        t,
        ESCAPE_INTERMEDIATE,
        0x20,
        0x30,
        Collect,
        ESCAPE_INTERMEDIATE,
    );
    put(t, ESCAPE_INTERMEDIATE, 0x30, 0x7f, EscDispatch, GROUND);
    put(
        t,
        ESCAPE_INTERMEDIATE,
        0x7f,
        0x80,
        Ignore,
        ESCAPE_INTERMEDIATE,
    );
}

const fn strings(t: &mut Table) {
    use Action::{Ignore, OscEnd, OscPut};
    executables(t, OSC, Ignore);
    put(t, OSC, 0x20, 0x80, OscPut, OSC);
    put(t, OSC, OTHER as usize, OTHER as usize + 1, OscPut, OSC);
    put(t, OSC, 0x07, 0x08, OscEnd, GROUND);
    put(t, OSC, 0x18, 0x19, OscEnd, GROUND);
    put(t, OSC, 0x1a, 0x1c, OscEnd, GROUND);
    put(t, OSC, 0x9c, 0x9d, OscEnd, GROUND);
    executables(t, STRING, Ignore);
    put(t, STRING, 0x20, 0x80, Ignore, STRING);
}

const fn csi(t: &mut Table) {
    use Action::{Collect, CsiDispatch, Execute, Ignore, Param};
    executables(t, CSI_ENTRY, Execute);
    put(t, CSI_ENTRY, 0x20, 0x30, Collect, CSI_INTERMEDIATE);
    put(t, CSI_ENTRY, 0x30, 0x3c, Param, CSI_PARAM);
    put(t, CSI_ENTRY, 0x3c, 0x40, Collect, CSI_PARAM);
    put(t, CSI_ENTRY, 0x40, 0x7f, CsiDispatch, GROUND);
    put(t, CSI_ENTRY, 0x7f, 0x80, Ignore, CSI_ENTRY);
    executables(t, CSI_PARAM, Execute);
    put(t, CSI_PARAM, 0x20, 0x30, Collect, CSI_INTERMEDIATE);
    put(t, CSI_PARAM, 0x30, 0x3c, Param, CSI_PARAM);
    put(t, CSI_PARAM, 0x3c, 0x40, Ignore, CSI_IGNORE);
    put(t, CSI_PARAM, 0x40, 0x7f, CsiDispatch, GROUND);
    put(t, CSI_PARAM, 0x7f, 0x80, Ignore, CSI_PARAM);
    executables(t, CSI_INTERMEDIATE, Execute);
    put(t, CSI_INTERMEDIATE, 0x20, 0x30, Collect, CSI_INTERMEDIATE);
    put(t, CSI_INTERMEDIATE, 0x30, 0x40, Ignore, CSI_IGNORE);
    put(t, CSI_INTERMEDIATE, 0x40, 0x7f, CsiDispatch, GROUND);
    put(t, CSI_INTERMEDIATE, 0x7f, 0x80, Ignore, CSI_INTERMEDIATE);
    executables(t, CSI_IGNORE, Execute);
    put(t, CSI_IGNORE, 0x20, 0x40, Ignore, CSI_IGNORE);
    put(t, CSI_IGNORE, 0x40, 0x7f, Ignore, GROUND);
    put(t, CSI_IGNORE, 0x7f, 0x80, Ignore, CSI_IGNORE);
    let other = OTHER as usize;
    put(t, CSI_IGNORE, other, other + 1, Ignore, CSI_IGNORE);
}

const fn dcs_head(t: &mut Table) {
    use Action::{Collect, DcsHook, Ignore, Param};
    executables(t, DCS_ENTRY, Ignore);
    put(t, DCS_ENTRY, 0x20, 0x30, Collect, DCS_INTERMEDIATE);
    put(t, DCS_ENTRY, 0x30, 0x3c, Param, DCS_PARAM);
    put(t, DCS_ENTRY, 0x3c, 0x40, Collect, DCS_PARAM);
    put(t, DCS_ENTRY, 0x40, 0x7f, DcsHook, DCS);
    put(t, DCS_ENTRY, 0x7f, 0x80, Ignore, DCS_ENTRY);
    executables(t, DCS_PARAM, Ignore);
    put(t, DCS_PARAM, 0x20, 0x30, Collect, DCS_INTERMEDIATE);
    put(t, DCS_PARAM, 0x30, 0x3c, Param, DCS_PARAM);
    put(t, DCS_PARAM, 0x3c, 0x40, Ignore, DCS_IGNORE);
    put(t, DCS_PARAM, 0x40, 0x7f, DcsHook, DCS);
    put(t, DCS_PARAM, 0x7f, 0x80, Ignore, DCS_PARAM);
    executables(t, DCS_INTERMEDIATE, Ignore);
    put(t, DCS_INTERMEDIATE, 0x20, 0x30, Collect, DCS_INTERMEDIATE);
    put(t, DCS_INTERMEDIATE, 0x30, 0x40, Ignore, DCS_IGNORE);
    put(t, DCS_INTERMEDIATE, 0x40, 0x7f, DcsHook, DCS);
    put(t, DCS_INTERMEDIATE, 0x7f, 0x80, Ignore, DCS_INTERMEDIATE);
}

const fn dcs(t: &mut Table) {
    use Action::{DcsPut, DcsUnhook, Ignore};
    let other = OTHER as usize;
    executables(t, DCS_IGNORE, Ignore);
    put(t, DCS_IGNORE, 0x20, 0x80, Ignore, DCS_IGNORE);
    put(t, DCS_IGNORE, other, other + 1, Ignore, DCS_IGNORE);
    executables(t, DCS, DcsPut);
    put(t, DCS, 0x20, 0x7f, DcsPut, DCS);
    put(t, DCS, 0x7f, 0x80, Ignore, DCS);
    put(t, DCS, other, other + 1, DcsPut, DCS);
    put(t, DCS, 0x18, 0x19, DcsUnhook, GROUND);
    put(t, DCS, 0x1a, 0x1c, DcsUnhook, GROUND);
    put(t, DCS, 0x9c, 0x9d, DcsUnhook, GROUND);
}
