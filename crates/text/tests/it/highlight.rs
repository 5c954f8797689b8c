use guanxi_text::highlight::ranges;
use guanxi_text::tokens::{index, matches, query};
use proptest::prelude::*;

/// The text with what is marked in brackets.
fn marked(text: &str, query: &str) -> String {
    let mut out = text.to_owned();
    for (start, end) in ranges(text, query).into_iter().rev() {
        out.insert(end, ']');
        out.insert(start, '[');
    }
    out
}

#[test]
fn what_matched_is_marked() {
    for (text, query, expected) in [
        ("云帆智能科技", "帆智", "云[帆智]能科技"),
        ("云帆智能科技", "云 科技", "[云]帆智能[科技]"),
        ("雲帆智能", "云帆", "[雲帆]智能"),
        ("云帆（上海）科技", "帆上海", "云[帆（上海]）科技"),
        ("启明星", "qm", "[启明]星"),
        ("启明星", "mx", "启[明星]"),
        ("重庆银行", "yh", "重庆[银行]"),
        ("曾伟", "zw", "[曾伟]"),
        ("Shanghai Yunfan", "yun", "Shanghai [Yun]fan"),
        ("ＡＢＣ科技", "ab", "[ＡＢ]Ｃ科技"),
        ("张伟 138 0000 1024", "张伟 138", "[张伟] [138] 0000 1024"),
        ("138 0000 1024", "00001024", "138 [0000 1024]"),
        ("138 0000 1024", "+86 13800001024", "[138 0000 1024]"),
        ("iPhone15", "15", "iPhone[15]"),
        ("云帆", "海", "云帆"),
        ("云帆", "", "云帆"),
        ("", "云", ""),
    ] {
        assert_eq!(marked(text, query), expected, "{text} by {query}");
    }
}

proptest! {
    #[test]
    fn ranges_are_sorted_and_on_boundaries(text in "[云帆张伟上海（）a-c0-9 雲ＡＢ]{0,16}", query in "[云帆张伟上海a-zA-C0-9 ]{0,6}") {
        let mut last = 0;
        for (place, (start, end)) in ranges(&text, &query).into_iter().enumerate() {
            prop_assert!(text.get(start..end).is_some_and(|part| !part.is_empty()));
            prop_assert!(place == 0 || start > last);
            last = end;
        }
    }

    #[test]
    fn whatever_the_index_finds_is_marked(text in "[云帆张伟上海（）a-c雲ＡＢ ]{1,12}", asked in "[云帆张伟上海a-z]{1,3}") {
        let found = matches(&index(&text), &query(&asked));
        prop_assert!(!found || !ranges(&text, &asked).is_empty(), "{text} by {asked}");
    }
}
