//! China's provinces, cities and counties by their six-digit codes (GB/T 2260).
//!
//! A code's first two digits name the province, the next two the city. Where the state has no city between (the districts of a
//! municipality, counties under a province), the province is the parent.

use std::collections::{BTreeMap, HashMap};
use std::sync::LazyLock;

use crate::fold::fold;

/// The full name with its parents, separated by spaces.
pub fn name(code: &str) -> Option<String> {
    let names: Option<Vec<&str>> =
        chain(code)?.into_iter().map(|code| Some(REGIONS.by_code.get(code)?.name)).collect();
    Some(names?.join(" "))
}

/// The region that a text names: as deep as it names one without doubt, by full or short names.
///
/// Districts of the same name are told apart by the parents that the text also names; without them there is no answer.
/// A short name that a province shares with a city means the province.
pub fn find(text: &str) -> Option<&'static str> {
    let mentions = mentions(&fold(text));
    // A name counts once for a region that it means together with its parent.
    let weight = |chain: &[&str]| -> usize {
        mentions
            .iter()
            .filter(|mention| mention.codes.iter().any(|code| chain.contains(code)))
            .map(|mention| mention.length)
            .sum()
    };
    let mut ranked = BTreeMap::new();
    for code in mentions.iter().flat_map(|mention| mention.codes) {
        let chain = chain(code)?;
        ranked.insert(*code, (weight(&chain), std::cmp::Reverse(chain.len())));
    }
    let best = ranked.values().max()?;
    let mut winners = ranked.iter().filter(|(_, rank)| *rank == best);
    let (winner, _) = winners.next()?;
    winners.next().is_none().then_some(*winner)
}

/// All provinces, municipalities, autonomous and special regions as code and name, in the order of their codes.
pub fn provinces() -> Vec<(&'static str, &'static str)> {
    children("")
}

/// The regions directly beneath one as code and name; empty for a county and for what is not a code.
pub fn children(code: &str) -> Vec<(&'static str, &'static str)> {
    let children = REGIONS.children.get(code).map_or(&[][..], Vec::as_slice);
    children.iter().filter_map(|child| Some((*child, REGIONS.by_code.get(child)?.name))).collect()
}

/// Is it the code of a region?
pub fn is_valid(code: &str) -> bool {
    REGIONS.by_code.contains_key(code)
}

/// The region above, `None` for a province.
pub fn parent(code: &str) -> Option<&'static str> {
    REGIONS.by_code.get(code)?.parent
}

/// Is the text the name of a region, full or short?
pub(crate) fn is_name(text: &str) -> bool {
    REGIONS.by_name.contains_key(&fold(text))
}

/// How many bytes of a folded text the name of a province or city at its head takes; 0 when there is none.
pub(crate) fn leading(folded: &str) -> usize {
    let ends = folded.char_indices().map(|(at, c)| at + c.len_utf8()).take(REGIONS.longest);
    let ends: Vec<usize> = ends.collect();
    let known = |end: &&usize| {
        let codes = REGIONS.by_name.get(&folded[..**end]);
        codes.is_some_and(|codes| codes.iter().any(|code| code.ends_with("00")))
    };
    ends.iter().skip(1).rev().find(known).copied().unwrap_or(0)
}

/// The parents of a code and itself, from the province down.
fn chain(code: &str) -> Option<Vec<&'static str>> {
    let (code, region) = REGIONS.by_code.get_key_value(code)?;
    let mut chain = match region.parent {
        Some(parent) => chain(parent)?,
        None => Vec::new(),
    };
    chain.push(code);
    Some(chain)
}

/// A name in a text and the regions that bear it.
struct Mention {
    length: usize,
    codes: &'static [&'static str],
}

/// The names of regions in a folded text; the longest at each place wins.
fn mentions(text: &str) -> Vec<Mention> {
    let chars: Vec<char> = text.chars().collect();
    let mut found = Vec::new();
    let mut at = 0;
    while at < chars.len() {
        let longest = (2..=REGIONS.longest.min(chars.len() - at)).rev().find_map(|length| {
            let name: String = chars[at..at + length].iter().collect();
            REGIONS.by_name.get(&name).map(|codes| Mention { length, codes })
        });
        at += longest.as_ref().map_or(1, |mention| mention.length);
        found.extend(longest);
    }
    found
}

struct Region {
    name: &'static str,
    parent: Option<&'static str>,
}

struct Regions {
    by_code: BTreeMap<&'static str, Region>,
    /// Codes by full and by short name, folded as the texts are.
    by_name: HashMap<String, Vec<&'static str>>,
    /// Codes by parent; the provinces under the empty code.
    children: HashMap<&'static str, Vec<&'static str>>,
    longest: usize,
}

static REGIONS: LazyLock<Regions> = LazyLock::new(|| {
    let mut regions =
        Regions { by_code: BTreeMap::new(), by_name: HashMap::new(), children: HashMap::new(), longest: 0 };
    // Rows come in the order of their codes, so parents come first.
    for row in crate::table::rows(include_str!("../data/regions.tsv")) {
        let [code, name, ..] = row[..] else { continue };
        let above = [format!("{}00", &code[..4]), format!("{}0000", &code[..2])];
        let parent = above
            .iter()
            .filter(|above| *above != code)
            .find_map(|above| regions.by_code.get_key_value(above.as_str()))
            .map(|(code, _)| *code);
        regions.by_code.insert(code, Region { name, parent });
        regions.children.entry(parent.unwrap_or_default()).or_default().push(code);
        for name in &row[1..] {
            regions.by_name.entry(fold(name)).or_default().push(code);
            regions.longest = regions.longest.max(name.chars().count());
        }
    }
    regions
});
