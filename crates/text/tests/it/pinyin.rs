use guanxi_text::pinyin::{full, initials, sort_key};
use proptest::prelude::*;

#[test]
fn names_and_places_are_read_as_people_read_them() {
    for (text, spelling) in [
        ("启明星", "qimingxing"),
        ("重庆", "chongqing"),
        ("重庆银行", "chongqingyinhang"),
        ("中国工商银行", "zhongguogongshangyinhang"),
        ("长沙", "changsha"),
        ("长春一汽", "changchunyiqi"),
        ("长虹电器", "changhongdianqi"),
        ("长城汽车", "changchengqiche"),
        ("成长基金", "chengzhangjijin"),
        ("董事长", "dongshizhang"),
        ("厦门航空", "xiamenhangkong"),
        ("上海大厦", "shanghaidasha"),
        ("佛山", "foshan"),
        ("成都", "chengdu"),
        ("六安", "luan"),
        ("番禺", "panyu"),
        ("蚌埠", "bengbu"),
        ("台州", "taizhou"),
        ("东莞", "dongguan"),
        ("西藏", "xizang"),
        ("会计师事务所", "kuaijishishiwusuo"),
        ("音乐", "yinyue"),
        ("快乐", "kuaile"),
        ("曾国藩", "zengguofan"),
        ("曾伟", "zengwei"),
        ("单小曼", "shanxiaoman"),
        ("单位", "danwei"),
        ("解晓东", "xiexiaodong"),
        ("解放", "jiefang"),
        ("仇英", "qiuying"),
        ("区志强", "ouzhiqiang"),
        ("区块链", "qukuailian"),
        ("查良镛", "zhaliangyong"),
        ("朴树", "piaoshu"),
        ("任正非", "renzhengfei"),
        ("尉迟恭", "yuchigong"),
        ("万俟卨", "moqixie"),
        ("欧阳修", "ouyangxiu"),
        ("令狐冲", "linghuchong"),
        ("长孙无忌", "zhangsunwuji"),
        ("吕布", "lvbu"),
        ("張偉", "zhangwei"),
        ("乾隆", "qianlong"),
        ("A股 1号", "agu1hao"),
        ("", ""),
    ] {
        assert_eq!(full(text), spelling, "{text}");
    }
}

#[test]
fn initials_are_first_letters() {
    for (text, letters) in [
        ("启明星", "qmx"),
        ("重庆银行", "cqyh"),
        ("张伟", "zw"),
        ("单小曼", "sxm"),
        ("ABC科技", "abckj"),
        ("", ""),
    ] {
        assert_eq!(initials(text), letters, "{text}");
    }
}

#[test]
fn a_list_stands_in_the_order_of_pinyin() {
    // As in an ordinary address book; lu, lü, luan, luo as in Xinhua Zidian.
    let expected = [
        "360",
        "阿里巴巴",
        "安踏",
        "Apple",
        "北京银行",
        "长沙",
        "重庆",
        "冯小刚",
        "华为",
        "黄河",
        "李娜",
        "李宁",
        "刘洋",
        "鲁迅",
        "吕布",
        "栾平",
        "罗永浩",
        "欧阳修",
        "仇英",
        "单小曼",
        "腾讯",
        "王二",
        "王五",
        "解晓东",
        "尉迟恭",
        "曾国藩",
        "查良镛",
        "张三",
        "张伟",
        "章子怡",
        "郑和",
    ];
    let mut sorted = expected;
    sorted.reverse();
    sorted.sort_by_key(|name| sort_key(name));
    assert_eq!(sorted, expected);
}

#[test]
fn families_with_one_sound_stay_together() {
    let mut names = ["王三", "汪二", "王一", "汪四"];
    names.sort_by_key(|name| sort_key(name));
    assert_eq!(names, ["汪二", "汪四", "王三", "王一"]);
}

proptest! {
    #[test]
    fn spelling_is_ascii(text in "\\PC{0,30}") {
        prop_assert!(full(&text).chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit()));
        prop_assert!(initials(&text).len() <= full(&text).len());
    }

    #[test]
    fn different_names_have_different_keys(a in "[\\u{4e00}-\\u{4e40}a-c （·]{1,4}", b in "[\\u{4e00}-\\u{4e40}a-c （·]{1,4}") {
        prop_assert_eq!(sort_key(&a) == sort_key(&b), a == b);
    }
}
