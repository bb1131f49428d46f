//! Pictures of a recording at given offsets, for holding them against xterm.js (`e2e/screen`).
//!
//! Feeds the screen model exactly up to each cut and writes for each a 4-byte big-endian length
//! and the picture. A file of cuts holds an ascending offset a line; one of resizes lines
//! `OFFSET COLS ROWS`, of which those at the offset of a cut come before it.

use std::error::Error;
use std::io::Write;
use std::path::PathBuf;
use std::str::FromStr;

use clap::Parser;
use tauri_plugin_realtime_hub::test_util::ScreenModel;

const HISTORY_LINES: usize = 1_000;
const PICTURE_BYTES: usize = 192 << 10;

#[derive(Parser)]
struct Options {
    #[arg(long)]
    cols: u16,
    #[arg(long)]
    rows: u16,
    /// The bytes that the program has written.
    #[arg(long)]
    raw: PathBuf,
    #[arg(long)]
    cuts: PathBuf,
    #[arg(long)]
    resizes: Option<PathBuf>,
}

fn main() -> Result<(), Box<dyn Error>> {
    let options = Options::parse();
    let bytes = std::fs::read(&options.raw)?;
    let cuts = numbers(&std::fs::read_to_string(&options.cuts)?)?;
    let resizes = options.resizes.map(std::fs::read_to_string).transpose()?;
    let resizes = numbers(&resizes.unwrap_or_default())?;
    let mut resizes = resizes.chunks_exact(3).peekable();
    let mut model = ScreenModel::new(options.cols, options.rows, HISTORY_LINES);
    let mut at = 0;
    let mut out = std::io::stdout().lock();
    for cut in cuts {
        while let Some(resize) = resizes.next_if(|resize| resize[0] <= cut) {
            feed(&mut model, &bytes, &mut at, resize[0])?;
            model.resize(u16::try_from(resize[1])?, u16::try_from(resize[2])?);
        }
        feed(&mut model, &bytes, &mut at, cut)?;
        let picture = model.picture(PICTURE_BYTES);
        out.write_all(&u32::try_from(picture.len())?.to_be_bytes())?;
        out.write_all(&picture)?;
    }
    Ok(())
}

fn feed(
    model: &mut ScreenModel,
    bytes: &[u8],
    at: &mut usize,
    until: usize,
) -> Result<(), Box<dyn Error>> {
    let piece = bytes.get(*at..until);
    model.feed(piece.ok_or("offsets must ascend and lie within the recording")?);
    *at = until;
    Ok(())
}

fn numbers(text: &str) -> Result<Vec<usize>, Box<dyn Error>> {
    Ok(text
        .split_whitespace()
        .map(usize::from_str)
        .collect::<Result<_, _>>()?)
}
