//! QR codes, read back by a decoder of another author from what a terminal or a file shows.

#[path = "../../tests/it/support/screen_code.rs"]
mod screen_code;

use self::screen_code::decode;
use super::*;

/// A code of a pass: 128 characters of the alphanumeric set.
pub(crate) const CODE: &str = "TK10-Y2CM6VK2LTGZ1DR%EIUJ*U9/03Z64$3GL.CN8X:S6 KZ3CW-8D6+HFVTQ8C2LU98:3EH*P4O75E5$VV-U3OXZI1S/9TF7E.BJ3CPTD7UG2CZ N$VJN4V64YH8V-";

/// Reads what a terminal of 80 × 24 shows.
pub(crate) fn decode_screen(text: &str) -> String {
    let mut terminal = vt100::Parser::new(24.try_into().unwrap(), 80.try_into().unwrap(), 0);
    terminal.process(text.replace('\n', "\r\n").as_bytes());
    screen_code::decode_screen(terminal.screen())
}

#[test]
fn code_on_a_terminal_of_80_by_24_is_read_back() {
    assert_eq!(CODE.len(), 128);
    let code = Qr::new(CODE).unwrap();
    let lines = code.lines(Drawing::Blocks);
    assert!(lines.len() <= 23, "{} lines leave no room for a prompt", lines.len());
    assert_eq!(decode_screen(&lines.join("\n")), CODE);
}

#[test]
fn code_without_other_characters_than_ascii_is_read_back() {
    let code = Qr::new(CODE).unwrap();
    let spaces = code.lines(Drawing::Spaces);
    assert!(spaces.iter().all(|line| line.is_ascii()));
    let is_dark = |row: &str, x: usize| row.split("  ").nth(x).unwrap().ends_with(BLACK);
    let side = spaces.len();
    assert_eq!(decode(side * 4, side * 4, |x, y| if is_dark(&spaces[y / 4], x / 4) { 0 } else { 255 }), CODE);
    let signs = code.lines(Drawing::Signs);
    let is_light = |row: &str, x: usize| row.as_bytes()[2 * x] == b'#';
    assert_eq!(decode(side * 4, side * 4, |x, y| if is_light(&signs[y / 4], x / 4) { 255 } else { 0 }), CODE);
}

#[test]
fn code_in_a_png_is_read_back() {
    let file = Qr::new(CODE).unwrap().png().unwrap();
    let mut reader = png::Decoder::new(std::io::Cursor::new(&file)).read_info().unwrap();
    let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
    let picture = reader.next_frame(&mut pixels).unwrap();
    let (width, height) = (picture.width as usize, picture.height as usize);
    assert_eq!(decode(width, height, |x, y| pixels[y * width + x]), CODE);
}

#[test]
fn svg_is_black_on_white() {
    let picture = Qr::new(CODE).unwrap().svg();
    assert!(picture.contains("<svg") && picture.contains("#fff") && picture.contains("#000"), "{picture}");
}

#[test]
fn drawing_follows_terminal_and_locale() {
    for (ascii, term, locale, expected) in [
        (false, Some("xterm-256color"), Some("de_DE.UTF-8"), Drawing::Blocks),
        (false, None, None, Drawing::Blocks),
        (false, Some("xterm"), Some("C"), Drawing::Spaces),
        (true, Some("xterm"), Some("C.utf8"), Drawing::Spaces),
        (false, Some("dumb"), Some("C.UTF-8"), Drawing::Signs),
    ] {
        assert_eq!(Drawing::select(ascii, term, locale), expected, "{term:?} {locale:?}");
    }
}
