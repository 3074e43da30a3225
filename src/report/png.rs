//! `charts/NAME.png`: each wide chart as a picture of 1,600 pixels, for slides and messages.
//!
//! The font comes with forkcast, so that the picture is the same on every machine. The renderer drops text whose family
//! it does not know, without an error: every family name stands for that one font.

use super::Leaves;
use super::files::Format;
use super::folder::Folder;
use crate::diagnostic::Failure;
use png::{ColorType, Compression, Encoder, EncodingError};
use rayon::prelude::*;
use resvg::tiny_skia::{Color, Pixmap, Transform};
use resvg::usvg::{Options, Tree, fontdb};
use std::sync::{Arc, LazyLock};

pub(super) const PNG: Format =
    Format { name: "png", says: "every chart as a picture 1,600 pixels wide, in charts/", by_default: true, write };

/// Pixels from left to right, whatever the size of the chart.
const WIDTH: u32 = 1600;

const FAMILY: &str = "Noto Sans";

static FONTS: LazyLock<Arc<fontdb::Database>> = LazyLock::new(|| {
    let mut fonts = fontdb::Database::new();
    fonts.load_font_data(notosans::REGULAR_TTF.to_vec());
    fonts.load_font_data(notosans::BOLD_TTF.to_vec());
    fonts.set_sans_serif_family(FAMILY);
    fonts.set_serif_family(FAMILY);
    fonts.set_monospace_family(FAMILY);
    Arc::new(fonts)
});

fn write(leaves: &Leaves, folder: &Folder) -> Result<(), Failure> {
    leaves.charts.par_iter().try_for_each(|chart| {
        let picture = picture(&chart.wide).map_err(|why| {
            Failure::environment(format!("the chart `{}` cannot be drawn as a picture: {why}", chart.name))
        })?;
        folder.write(&format!("charts/{}.png", chart.name), &picture)
    })
}

/// The bytes of a PNG file, drawn from the text of an SVG.
pub fn picture(svg: &str) -> Result<Vec<u8>, String> {
    let options = Options { font_family: FAMILY.to_owned(), fontdb: Arc::clone(&FONTS), ..Options::default() };
    let tree = Tree::from_str(svg, &options).map_err(|error| error.to_string())?;
    let scale = WIDTH as f32 / tree.size().width();
    let height = (tree.size().height() * scale).round().max(1.0) as u32;
    let mut pixels = Pixmap::new(WIDTH, height).ok_or("it is too tall")?;
    pixels.fill(Color::WHITE);
    resvg::render(&tree, Transform::from_scale(scale, scale), &mut pixels.as_mut());
    packed(&pixels).map_err(|error| error.to_string())
}

/// On white nothing is transparent, so that three colours are enough; packing them more tightly would take longer than
/// drawing them.
fn packed(pixels: &Pixmap) -> Result<Vec<u8>, EncodingError> {
    let mut bytes = Vec::new();
    let mut encoder = Encoder::new(&mut bytes, pixels.width(), pixels.height());
    encoder.set_color(ColorType::Rgb);
    encoder.set_compression(Compression::Fast);
    let colours: Vec<u8> = pixels.pixels().iter().flat_map(|p| [p.red(), p.green(), p.blue()]).collect();
    encoder.write_header()?.write_image_data(&colours)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ink(family: &str, weight: &str) -> usize {
        let svg = format!(
            "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 800 100' width='800' height='100'>\
             <rect width='800' height='100' fill='#FFFFFF'/>\
             <text x='10' y='70' font-size='60' font-weight='{weight}' font-family='{family}'>limbo – 33 ≤ €</text></svg>"
        );
        let pixels = Pixmap::decode_png(&picture(&svg).unwrap()).unwrap();
        assert_eq!((pixels.width(), pixels.height()), (1600, 200));
        pixels.pixels().iter().filter(|pixel| pixel.red() < 128).count()
    }

    #[test]
    fn a_picture_has_its_text() {
        let regular = ink("Noto Sans, system-ui, sans-serif", "400");
        assert!(regular > 3000, "{regular} pixels of ink");
        assert!(ink("Noto Sans, system-ui, sans-serif", "bold") > regular * 5 / 4);
        assert_eq!(ink("sans-serif", "400"), regular);
        assert_eq!(ink("Some Font", "400"), regular);
    }
}
