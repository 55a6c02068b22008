//! A text as a picture that an app can read.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use qrcode::{Color, QrCode};

use crate::kernel::Secret;

/// Modules around the code that stay empty.
const QUIET: u32 = 4;

/// The picture as a data URL of a PNG of `pixels` by `pixels`; `None` when the text is too long for one.
pub(super) fn data_url(text: &Secret<String>, pixels: u32) -> Option<String> {
    let code = QrCode::new(text.expose()).ok()?;
    let png = encode(&render(&code, pixels)?, pixels).ok()?;
    Some(format!("data:image/png;base64,{}", STANDARD.encode(png)))
}

/// A byte for each pixel: the largest whole number of pixels for each module, in the middle.
fn render(code: &QrCode, pixels: u32) -> Option<Vec<u8>> {
    let modules = u32::try_from(code.width()).ok()?;
    let scale = pixels.checked_div(modules + 2 * QUIET).filter(|scale| *scale > 0)?;
    let edge = (pixels - modules * scale) / 2;
    let colors = code.to_colors();
    let module = |pixel: u32| pixel.checked_sub(edge).map(|inside| inside / scale).filter(|at| *at < modules);
    let shade = |row: u32, column: u32| {
        let place = module(row)
            .zip(module(column))
            .and_then(|(row, column)| colors.get(usize::try_from(row * modules + column).ok()?));
        if place == Some(&Color::Dark) { 0 } else { u8::MAX }
    };
    Some(
        (0..pixels)
            .flat_map(|row| (0..pixels).map(move |column| (row, column)))
            .map(|(row, column)| shade(row, column))
            .collect(),
    )
}

fn encode(grey: &[u8], pixels: u32) -> Result<Vec<u8>, png::EncodingError> {
    let mut out = Vec::new();
    let mut encoder = png::Encoder::new(&mut out, pixels, pixels);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_depth(png::BitDepth::Eight);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(grey)?;
    writer.finish()?;
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_has_the_size_that_was_asked_for_and_an_empty_edge() {
        let url =
            data_url(&Secret::text("otpauth://totp/x?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"), 256).unwrap();
        let png = STANDARD.decode(url.strip_prefix("data:image/png;base64,").unwrap()).unwrap();
        let mut reader = png::Decoder::new(std::io::Cursor::new(png)).read_info().unwrap();
        let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
        let info = reader.next_frame(&mut pixels).unwrap();
        assert_eq!((info.width, info.height), (256, 256));
        assert!(pixels[..256].iter().all(|shade| *shade == 255));
        assert!(pixels.contains(&0));
    }

    #[test]
    fn what_is_too_long_has_none() {
        assert!(data_url(&Secret::new("x".repeat(3000)), 256).is_none());
        assert!(data_url(&Secret::new("x".repeat(2000)), 64).is_none());
    }
}
