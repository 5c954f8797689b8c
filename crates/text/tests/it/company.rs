use guanxi_text::company::{key, sound_key};
use proptest::prelude::*;

#[test]
fn names_of_one_company_have_one_key() {
    for (name, expected) in [
        ("云帆科技有限公司", "云帆科技"),
        ("云帆科技有限责任公司", "云帆科技"),
        ("云帆科技股份有限公司", "云帆科技"),
        ("云帆科技集团股份有限公司", "云帆科技"),
        ("雲帆科技（集團）有限公司", "云帆科技"),
        ("云帆科技 集团", "云帆科技"),
        ("云帆（上海）科技有限公司", "云帆上海科技"),
        ("云帆(上海)科技 有限公司", "云帆上海科技"),
        ("云帆科技有限公司上海分公司", "云帆科技有限公司上海分公司"),
        ("Yunfan Co., Ltd.", "yunfan"),
        ("YUNFAN CO LTD", "yunfan"),
        ("Yunfan Group Holdings Limited", "yunfan"),
        ("Ｙｕｎｆａｎ，Inc.", "yunfan"),
        ("Cisco", "cisco"),
        ("S.A. Louis", "salouis"),
        ("张 伟", "张伟"),
        ("有限公司", "有限公司"),
        ("Co., Ltd.", "coltd"),
        ("集团公司", "集团公司"),
        ("——", "——"),
        ("", ""),
    ] {
        assert_eq!(key(name), expected, "{name}");
    }
}

#[test]
fn names_that_sound_alike_have_one_sound() {
    assert_eq!(sound_key("云帆科技有限公司"), "yunfankeji");
    assert_eq!(sound_key("芸帆科技"), sound_key("云帆科技股份有限公司"));
    assert_eq!(sound_key("张伟"), sound_key("章伟"));
    assert_ne!(sound_key("张伟"), sound_key("王伟"));
    assert_eq!(sound_key("——"), "——");
}

proptest! {
    #[test]
    fn a_key_is_never_empty(name in "\\PC{1,20}") {
        prop_assert!(!key(&name).is_empty());
        prop_assert!(!sound_key(&name).is_empty());
    }

    #[test]
    fn suffixes_brackets_and_spaces_do_not_count(name in "[\\u{4e01}-\\u{4eff}]{2,6}") {
        prop_assume!(key(&name) == guanxi_text::fold::fold(&name));
        for written in [format!("{name}有限公司"), format!(" {name} 股份有限公司"), format!("（{name}）集团"), format!("{name} Co., Ltd.")] {
            prop_assert_eq!(key(&written), key(&name));
        }
    }
}
