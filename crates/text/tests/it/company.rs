use guanxi_text::company::{core, is_near, key, near_key, near_stem, sound_key};
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

#[test]
fn places_do_not_tell_similar_names_apart() {
    for (name, expected) in [
        ("云帆（上海）科技有限公司", "云帆科技"),
        ("云帆科技(北京)有限公司", "云帆科技"),
        ("上海云帆科技有限公司", "云帆科技"),
        ("江苏省苏州市云帆科技股份有限公司", "云帆科技"),
        ("云帆【集團】", "云帆"),
        ("雲帆科技（软件）有限公司", "云帆科技软件"),
        ("北京", "北京"),
        ("上海银行", "上海银行"),
        ("南京(", "南京"),
    ] {
        assert_eq!(core(name), expected, "{name}");
    }
}

#[test]
fn homophones_and_names_one_character_apart_are_near() {
    for (one, other, near) in [
        ("云帆科技有限公司", "芸帆科技(北京)", true),
        ("華新鋼構", "华鑫钢构有限公司", true),
        ("华新钢构", "华新钢铁", true),
        ("明德信息科技", "明德信科技", true),
        ("Yunfan Tech", "云帆tech", true),
        ("张伟", "章伟", true),
        ("张伟", "张玮玮", false),
        ("明德科技", "明德贸易", false),
        ("第一分店12", "第一分店13", false),
        ("江南", "江北", false),
    ] {
        assert_eq!(is_near(one, other), near, "{one} {other}");
        assert_eq!(is_near(other, one), near, "{other} {one}");
    }
    assert_eq!(near_key("芸帆科技(北京)"), "yunfankeji");
    assert_eq!(near_stem("上海云帆科技有限公司"), "yunfan");
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
