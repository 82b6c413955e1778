//! Reads QR codes with a decoder of another author, from a picture or from what a terminal shows.

/// Reads the only code of a picture.
pub(crate) fn decode(width: usize, height: usize, luma: impl FnMut(usize, usize) -> u8) -> String {
    let mut picture = rqrr::PreparedImage::prepare_from_greyscale(width, height, luma);
    let grids = picture.detect_grids();
    assert_eq!(grids.len(), 1, "no code is found");
    grids[0].decode().unwrap().1
}

/// Reads the code on a terminal of 80 × 24, as its pixels are: each cell is two squares of foreground and background.
pub(crate) fn decode_screen(screen: &vt100::Screen) -> String {
    const SCALE: usize = 4;
    decode(80 * SCALE, 48 * SCALE, |x, y| {
        let (column, row, lower) = (x / SCALE, y / SCALE / 2, y / SCALE % 2 == 1);
        let cell = screen.cell(u16::try_from(row).unwrap(), u16::try_from(column).unwrap()).unwrap();
        let is_foreground = match cell.contents() {
            "\u{2588}" => true,
            "\u{2580}" => !lower,
            "\u{2584}" => lower,
            _ => false,
        };
        match if is_foreground { cell.fgcolor() } else { cell.bgcolor() } {
            vt100::Color::Idx(231) => 255,
            vt100::Color::Idx(16) => 0,
            // A terminal of any theme: neither black nor white.
            _ => 120,
        }
    })
}
