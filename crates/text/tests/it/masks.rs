use guanxi_text::{email, id_number, mask, name};

#[test]
fn names_keep_the_family() {
    for (shown, hidden) in [
        ("张伟", "张*"),
        ("张三丰", "张**"),
        ("欧阳修", "欧阳*"),
        ("欧阳", "欧*"),
        ("张", "张*"),
        ("John Smith", "J***"),
        ("买买提·艾力", "买***"),
        ("", ""),
    ] {
        assert_eq!(name::mask(shown), hidden, "{shown}");
    }
}

#[test]
fn identity_numbers_keep_six_and_four() {
    assert_eq!(id_number::mask("110101199003077758"), "110101********7758");
    assert_eq!(id_number::mask("11010119900307775x"), "110101********775x");
    assert_eq!(id_number::mask("E12345678"), "E***");
    assert_eq!(id_number::mask("１１０１０１１９９００３０７７７５８"), "110101********7758");
}

#[test]
fn anything_else_keeps_one_character() {
    assert_eq!(mask::text("上海市浦东新区"), "上***");
    assert_eq!(mask::text("x"), "x***");
    assert_eq!(mask::text(" "), "");
}

#[test]
fn addresses() {
    for (written, stored) in [
        ("Zhang.Wei@Example.COM", "zhang.wei@example.com"),
        (" ａ＠ｂ．ｃｎ ", "a@b.cn"),
        ("a+b@x.co", "a+b@x.co"),
        ("销售@公司.中国", "销售@公司.中国"),
    ] {
        assert_eq!(email::normalise(written).as_deref(), Some(stored), "{written}");
    }
    for written in [
        "",
        "a",
        "a@",
        "@b.cn",
        "a@b",
        "a b@c.cn",
        "a@b..cn",
        ".a@b.cn",
        "a@-b.cn",
        "a@b@c.cn",
        "a@1.2.3.4",
        "a@b.c",
    ] {
        assert_eq!(email::normalise(written), None, "{written}");
    }
    assert_eq!(email::mask("alice@x.com"), "a***@x.com");
    assert_eq!(email::mask("alice"), "a***");
}
