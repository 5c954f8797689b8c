//! The picture of a report, without a browser: bars or a curve as SVG, and that as PNG.
//!
//! The machine's own fonts are used. A font that has all Chinese characters weighs more than the program, so none is
//! carried along; a machine without one is told which package to install, because boxes in the place of words help
//! nobody.

use resvg::{tiny_skia, usvg};
use skrifa::{FontRef, MetadataProvider as _};
use std::{fmt::Write as _, sync::Arc};

/// Pixels for each unit of the drawing, so that it stays sharp when it is enlarged or printed.
const SCALE: f32 = 2.0;
const WIDTH: f32 = 960.0;
const MARGIN: f32 = 32.0;
const ROW: f32 = 30.0;
/// Rows that a picture shows; those after them are counted in words.
const MOST: usize = 40;

const INK: &str = "#2b2f36";
const FAINT: &str = "#737b87";
const LINE: &str = "#e3e6ea";
const BAR: &str = "#2f6fd6";
const BELOW: &str = "#d25757";

/// How the points are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A bar for each.
    Bars,
    /// A curve through all of them, in their order.
    Curve,
}

/// What is drawn.
#[derive(Debug, Clone)]
pub struct Picture {
    /// How.
    pub kind: Kind,
    /// The report's title.
    pub title: String,
    /// What is measured, and for which date.
    pub unit: String,
    /// One sentence that says what the numbers mean.
    pub summary: String,
    /// Name, size, and the size in words.
    pub points: Vec<(String, f64, String)>,
    /// Says how many rows are not shown; `{n}` stands for their number.
    pub more: String,
}

/// Why there is no picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Problem {
    /// No font of the machine has these characters.
    NoFont,
    /// The drawing could not be made.
    Failed(String),
}

impl Picture {
    /// The picture as SVG.
    pub fn svg(&self) -> String {
        let shown = &self.points[..self.points.len().min(MOST)];
        let hidden = self.points.len() - shown.len();
        let body = match self.kind {
            Kind::Bars => bars(shown),
            Kind::Curve => curve(shown),
        };
        let top = 112.0;
        let (drawn, tall) = body;
        let height = top + tall + 28.0 + if hidden > 0 { 24.0 } else { 0.0 };
        let mut svg = String::new();
        let _ = write!(
            svg,
            r##"<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" viewBox="0 0 {WIDTH} {height}" font-family="sans-serif" font-size="14"><rect width="100%" height="100%" fill="#ffffff"/>"##
        );
        text(
            &mut svg,
            MARGIN,
            46.0,
            &self.title,
            &format!(r#"font-size="22" font-weight="600" fill="{INK}""#),
        );
        text(&mut svg, MARGIN, 72.0, &self.unit, &format!(r#"font-size="13" fill="{FAINT}""#));
        text(&mut svg, MARGIN, 94.0, &cut(&self.summary, 68.0), &format!(r#"font-size="13" fill="{FAINT}""#));
        let _ = write!(svg, r#"<g transform="translate(0 {top})">{drawn}</g>"#);
        if hidden > 0 {
            let more = self.more.replace("{n}", &hidden.to_string());
            text(&mut svg, MARGIN, height - 24.0, &more, &format!(r#"fill="{FAINT}""#));
        }
        svg.push_str("</svg>");
        svg
    }

    /// The picture as PNG.
    pub fn png(&self) -> Result<Vec<u8>, Problem> {
        let mut fonts = usvg::fontdb::Database::new();
        fonts.load_system_fonts();
        self.png_with(fonts)
    }

    /// The same with the fonts given.
    pub fn png_with(&self, mut fonts: usvg::fontdb::Database) -> Result<Vec<u8>, Problem> {
        let words =
            [&self.title, &self.unit, &self.summary].into_iter().chain(self.points.iter().map(|p| &p.0));
        let family = family(&fonts, &words.flat_map(|text| text.chars()).collect::<String>())?;
        fonts.set_sans_serif_family(family);
        let options = usvg::Options { fontdb: Arc::new(fonts), ..usvg::Options::default() };
        let failed = |problem: String| Problem::Failed(problem);
        let tree = usvg::Tree::from_str(&self.svg(), &options).map_err(|e| failed(e.to_string()))?;
        let size = tree.size().to_int_size().scale_by(SCALE).ok_or_else(|| failed("no size".to_owned()))?;
        let mut pixels = tiny_skia::Pixmap::new(size.width(), size.height())
            .ok_or_else(|| failed("too large".to_owned()))?;
        resvg::render(&tree, tiny_skia::Transform::from_scale(SCALE, SCALE), &mut pixels.as_mut());
        pixels.encode_png().map_err(|e| failed(e.to_string()))
    }
}

/// A family of the machine that has every character; the rest of the drawing then uses one hand.
fn family(fonts: &usvg::fontdb::Database, characters: &str) -> Result<String, Problem> {
    let mut wanted: Vec<char> =
        characters.chars().filter(|c| !c.is_whitespace() && !c.is_control()).collect();
    wanted.sort_unstable();
    wanted.dedup();
    let mut best: Option<(usize, bool, bool, String)> = None;
    for face in fonts.faces() {
        let Some((family, _)) = face.families.first() else { continue };
        let missing = fonts.with_face_data(face.id, |data, index| {
            let Ok(font) = FontRef::from_index(data, index) else { return usize::MAX };
            let known = font.charmap();
            wanted.iter().filter(|c| known.map(**c).is_none()).count()
        });
        let upright = face.style == usvg::fontdb::Style::Normal && face.weight.0 == 400 && !face.monospaced;
        // Among families that have as many, one that is made for running text, in the shapes of the mainland.
        let mainland = ["SC", "CN", "GB", "YaHei"].iter().any(|sign| family.contains(sign));
        let running = upright && family.contains("Sans");
        let candidate = (missing.unwrap_or(usize::MAX), !running, !mainland, family.clone());
        if best.as_ref().is_none_or(|best| candidate < *best) {
            best = Some(candidate);
        }
    }
    match best {
        // A rare character or two is a box; half a text of boxes is no picture.
        Some((missing, _, _, family)) if missing <= wanted.len() / 20 => Ok(family),
        _ => Err(Problem::NoFont),
    }
}

fn bars(points: &[(String, f64, String)]) -> (String, f32) {
    let (left, right) = (200.0, 150.0);
    let room = WIDTH - 2.0 * MARGIN - left - right;
    let most = points.iter().map(|p| p.1).fold(0.0_f64, f64::max);
    let least = points.iter().map(|p| p.1).fold(0.0_f64, f64::min);
    let span = if most - least > 0.0 { most - least } else { 1.0 };
    let place = |value: f64| MARGIN + left + ((value - least) / span) as f32 * room;
    let zero = place(0.0);
    let tall = ROW * points.len() as f32;
    let mut svg = String::new();
    let _ = write!(svg, r#"<path d="M{zero} -6V{}" stroke="{LINE}"/>"#, tall + 2.0);
    for (row, (name, value, words)) in points.iter().enumerate() {
        let top = ROW * row as f32;
        let end = place(*value);
        let (from, width) = (zero.min(end), (end - zero).abs().max(1.0));
        let colour = if *value < 0.0 { BELOW } else { BAR };
        let base = top + 18.0;
        text(
            &mut svg,
            MARGIN + left - 12.0,
            base,
            &cut(name, 12.0),
            &format!(r#"text-anchor="end" fill="{INK}""#),
        );
        let _ = write!(
            svg,
            r#"<rect x="{from}" y="{}" width="{width}" height="18" rx="3" fill="{colour}"/>"#,
            top + 4.0
        );
        text(&mut svg, zero.max(end) + 10.0, base, words, &format!(r#"fill="{FAINT}""#));
    }
    (svg, tall)
}

fn curve(points: &[(String, f64, String)]) -> (String, f32) {
    let tall = 320.0;
    let (left, right) = (110.0, 24.0);
    let room = WIDTH - 2.0 * MARGIN - left - right;
    let most = points.iter().map(|p| p.1).fold(0.0_f64, f64::max);
    let least = points.iter().map(|p| p.1).fold(0.0_f64, f64::min);
    let span = if most - least > 0.0 { most - least } else { 1.0 };
    let x = |n: usize| MARGIN + left + room * n as f32 / points.len().saturating_sub(1).max(1) as f32;
    let y = |value: f64| tall - ((value - least) / span) as f32 * tall;
    let mut svg = String::new();
    let words = |value: f64| {
        points.iter().find(|p| (p.1 - value).abs() < f64::EPSILON).map(|p| p.2.clone()).unwrap_or_default()
    };
    for value in [least, most] {
        let at = y(value);
        let _ =
            write!(svg, r#"<path d="M{} {at}H{}" stroke="{LINE}"/>"#, MARGIN + left, WIDTH - MARGIN - right);
        let said = if value == 0.0 { "0".to_owned() } else { words(value) };
        text(
            &mut svg,
            MARGIN + left - 12.0,
            at + 5.0,
            &said,
            &format!(r#"text-anchor="end" fill="{FAINT}""#),
        );
    }
    let path: Vec<String> = points.iter().enumerate().map(|(n, p)| format!("{} {}", x(n), y(p.1))).collect();
    let _ =
        write!(svg, r#"<polyline points="{}" fill="none" stroke="{BAR}" stroke-width="2"/>"#, path.join(" "));
    let every = points.len().div_ceil(8).max(1);
    for (n, (name, value, _)) in points.iter().enumerate() {
        let _ = write!(svg, r#"<circle cx="{}" cy="{}" r="3" fill="{BAR}"/>"#, x(n), y(*value));
        if n % every == 0 {
            let middle = format!(r#"text-anchor="middle" fill="{INK}""#);
            text(&mut svg, x(n), tall + 26.0, &cut(name, 8.0), &middle);
        }
    }
    (svg, tall + 36.0)
}

fn text(svg: &mut String, x: f32, y: f32, words: &str, looks: &str) {
    let safe = words.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    // A control character would make the whole drawing unreadable.
    let safe: String = safe.chars().filter(|c| !c.is_control()).collect();
    let _ = write!(svg, r#"<text x="{x}" y="{y}" {looks}>{safe}</text>"#);
}

/// As much of a text as has room, in widths of a Chinese character; letters and digits take about half of one.
fn cut(words: &str, room: f32) -> String {
    let mut taken = 0.0;
    let mut out = String::new();
    for c in words.chars() {
        taken += if c.is_ascii() { 0.56 } else { 1.0 };
        if taken > room {
            out.push('\u{2026}');
            return out;
        }
        out.push(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture(kind: Kind) -> Picture {
        let point = |name: &str, value: f64| (name.to_owned(), value, format!("{value}"));
        Picture {
            kind,
            title: "客户贡献 <A & B>".to_owned(),
            unit: "金额".to_owned(),
            summary: String::new(),
            points: vec![point("青禾小学", 100.0), point("望江楼", 50.0), point("退款", -25.0)],
            more: "+{n}".to_owned(),
        }
    }

    #[test]
    fn bars_are_as_long_as_their_values() {
        let svg = picture(Kind::Bars).svg();
        let widths: Vec<f32> = svg
            .split("<rect ")
            .filter(|part| part.contains("rx="))
            .map(|part| part.split("width=\"").nth(1).unwrap().split('"').next().unwrap().parse().unwrap())
            .collect();
        assert_eq!(widths.len(), 3);
        assert!((widths[0] - 2.0 * widths[1]).abs() < 0.01 && (widths[0] - 4.0 * widths[2]).abs() < 0.01);
        assert!(svg.contains("&lt;A &amp; B&gt;"), "a name cannot become part of the drawing");
    }

    #[test]
    fn rows_that_are_not_shown_are_counted() {
        let mut many = picture(Kind::Bars);
        many.points = (0..45).map(|n| (format!("客户{n}"), f64::from(n), n.to_string())).collect();
        assert!(many.svg().contains("+5"));
    }

    #[test]
    fn a_machine_without_a_chinese_font_is_told_so() {
        assert_eq!(picture(Kind::Bars).png_with(usvg::fontdb::Database::new()), Err(Problem::NoFont));
    }
}
