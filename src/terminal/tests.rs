//! Tests of this room with real and stub pseudo-terminals.
